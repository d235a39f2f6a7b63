/* Private to common. */
#pragma once
#include "common/config.h"

/* As config_check(); `secrets` (may be NULL) is a set of values whose content no message may show.
 */
bool config_check_secret(json_t *value, const json_t *schema, const char *name, GHashTable *secrets,
                         GString *errors);

/* Pure. Edits (insert, delete, replace, swap neighbours) between two words, for "did you mean". */
size_t config_distance(const char *a, const char *b);
