/* What wallctl asks about messages to gateways (docs/wallctl.md). */
#include "wallctl/arguments.h"
#include <string.h>

json_t *notify_list_args(const struct arguments *arguments, GError **error)
{
    (void)error;
    return json_pack("{s:s*,s:s*}", "state", arguments->state, "channel", arguments->channel);
}

json_t *notify_retry_args(const struct arguments *arguments, GError **error)
{
    bool all = strcmp(arguments->operand, "all") == 0;
    if (!all && arguments->channel) {
        g_set_error(error, ARGUMENTS_ERROR, EXIT_USAGE, "--channel goes with all");
        return NULL;
    }
    return json_pack("{s:s*,s:s*}", "id", all ? NULL : arguments->operand, "channel",
                     arguments->channel);
}

json_t *notify_test_args(const struct arguments *arguments, GError **error)
{
    (void)error;
    return json_pack("{s:s}", "channel", arguments->operand);
}
