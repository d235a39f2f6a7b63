/* Texts of messages: words with variables of a closed list that holds nothing personal. Pure; any
 * thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum template_variable {
    TEMPLATE_CODE,       /* {code}: 2026-0117 */
    TEMPLATE_KIND,       /* {kind}: what happened, 交办 */
    TEMPLATE_DEPARTMENT, /* {department}: its name */
    TEMPLATE_ITEM,       /* {item}: what it is about, by closed lists: 社会民生·急难事 */
    TEMPLATE_DUE,        /* {due}: 11月23日 16:30, by the town's clock */
    TEMPLATE_LINK,       /* {link}: of the case's page, for whoever logs in */
    TEMPLATE_VARIABLES,
};

/* Static: "code"; NULL: no such variable. */
const char *template_variable_name(enum template_variable variable);

/* Is every variable of the text known, and none personal? false: *place is the byte in the text,
 * *reason what is wrong there (g_free()). */
bool template_check(const char *text, gsize *place, char **reason);

/* `facts`: {"code":…,…}; what is absent leaves nothing. Returned: g_free(). */
char *template_fill(const char *text, const json_t *facts);
