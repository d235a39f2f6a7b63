/* Indicators of cases (DOMAIN.md §6): always numerator, denominator and rule. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>

/* Under so many only the counts are shown. */
#define INDICATOR_LEAST 10

struct indicator {
    const char *id, *zh, *en;
    const char *rule_zh, *rule_en;
    /* Pieces of SQL over `case_file` joined with `from`; times of the period stand in p.from_us and
     * p.until_us. Indicators with the same `from` and `period` are counted in one pass. The
     * denominator is what is `among` them ("1": all), the numerator those of it that are `good`. */
    const char *from, *period, *among, *good;
    const char *apart, *apart_name; /* counted beside it in the same pass; NULL: nothing */
    const char *span; /* how long each of the numerator took, in µs; NULL: no times */
};
/* Ended by id NULL. */
const struct indicator *indicators(void);

/* How many took how many minutes. */
struct indicator_spans;
struct indicator_spans *indicator_spans_new(void);
void indicator_spans_free(struct indicator_spans *spans); /* NULL is fine */
void indicator_spans_add(struct indicator_spans *spans, gint64 minutes, gint64 count);
/* The least minutes within which at least `percent` of all are through (nearest rank); -1: of fewer
 * than INDICATOR_LEAST nothing is said. */
gint64 indicator_spans_at(const struct indicator_spans *spans, guint percent);

/* "93.75": rounded half up to two decimals. Returned: g_free(); NULL: the denominator is under
 * INDICATOR_LEAST. */
char *indicator_percent(gint64 numerator, gint64 denominator);
/* I of docs/cases.md, owned by the caller. `spans`: NULL where there are no times. */
json_t *indicator_json(const struct indicator *indicator, gint64 numerator, gint64 denominator,
                       gint64 apart, const struct indicator_spans *spans);
