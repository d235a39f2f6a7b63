/* Indicators of cases (DOMAIN.md §6): always numerator, denominator and rule. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* Under so many only the counts are shown. */
#define INDICATOR_LEAST 10
#define INDICATORS_MOST 32 /* in the table */

struct indicator {
    const char *id, *zh, *en;
    const char *rule_zh, *rule_en;
    /* Pieces of SQL over `case_file` joined with `from`; times of the period stand in p.from_us and
     * p.until_us. Indicators with the same `from` and `period` are counted in one pass. The
     * denominator is what is `among` them ("1": all), the numerator those of it that are `good`. */
    const char *from, *period, *among, *good;
    const char *apart, *apart_name; /* counted beside it in the same pass; NULL: nothing */
};
/* Ended by id NULL. */
const struct indicator *indicators(void);
/* NULL: no such one. */
const struct indicator *indicator_find(const char *id);

/* "93.75": rounded half up to two decimals. Returned: g_free(); NULL: the denominator is under
 * INDICATOR_LEAST. */
char *indicator_percent(gint64 numerator, gint64 denominator);
/* I of docs/cases.md, owned by the caller. */
json_t *indicator_json(const struct indicator *indicator, gint64 numerator, gint64 denominator,
                       gint64 apart);
