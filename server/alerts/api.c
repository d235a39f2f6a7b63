#include "alerts/api.h"
#include "alerts/act.h"

void api_add_routes(struct alerts *alerts)
{
    list_add_routes(alerts);
    detail_add_routes(alerts);
    act_add_routes(alerts);
    survey_add_routes(alerts);
    warning_add_routes(alerts);
}
