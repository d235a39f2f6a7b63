/* `wallctl replay FILE`: what the rules would have made of a recording. No server is asked. */
#pragma once
#include "wallctl/arguments.h"

/* Does it. Returned: {"summary","events","alerts","situations","decisions"} (docs/alerts.md); NULL
 * + error, which names file and line. */
json_t *replay_args(const struct arguments *arguments, GError **error);
void print_replay(const json_t *data, enum language language, GString *out);
