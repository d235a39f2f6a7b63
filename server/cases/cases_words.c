/* What pages have to know of the rules: words, workflows, calendar. */
#include "cases/case_words.h"
#include "cases/cases_private.h"

static void get_words(struct net_request *request, gpointer user)
{
    (void)user;
    net_reply_json(request, 200, case_words_json());
}

static void get_workflows(struct net_request *request, gpointer user)
{
    const struct cases *cases = user;
    json_t *list = json_array(), *acts = json_array();
    for (guint i = 0; i < cases->book->workflows->len; i++)
        json_array_append_new(list, workflow_json(cases->book->workflows->pdata[i]));
    for (int i = 0; i < CASE_ACT_COUNT; i++) {
        const struct case_act_info *info = case_act_info((enum case_act)i);
        json_array_append_new(
            acts, json_pack("{s:s,s:s,s:s}", "act", info->name, "zh", info->zh, "en", info->en));
    }
    net_reply_json(request, 200, json_pack("{s:o,s:o}", "workflows", list, "acts", acts));
}

static void get_calendar(struct net_request *request, gpointer user)
{
    const struct cases *cases = user;
    int this_year, month, day;
    calendar_civil(calendar_day_of(cases->book->calendar, cases_now(cases)), &this_year, &month,
                   &day);
    gint64 year;
    if (net_request_query_int(request, "year", 1990, 2200, this_year, &year))
        net_reply_json(request, 200, calendar_json(cases->book->calendar, (int)year));
}

void cases_words_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/case-words", "case.own", get_words, 0},
        {"GET", "/api/v1/case-workflows", "case.own", get_workflows, 0},
        {"GET", "/api/v1/case-calendar", "case.own", get_calendar, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
