/* GET /api/v1/case-indicators and the cases behind each number. */
#include "cases/cases_private.h"
#include "cases/indicator.h"
#include <string.h>

enum { DEFAULT_CASES = 50, MAX_CASES = 200, MOST_AREAS = 4, DAYS = 30 };

struct asked {
    const GPtrArray *all; /* struct indicator, of the cases */
    struct net_request *request;
    const struct indicator *indicator; /* NULL: all, counted */
    bool numerator;
    char *area, *area_end, *department, *before;
    char *seen[MOST_AREAS], *seen_end[MOST_AREAS]; /* seen[0] NULL: everything */
    gint64 from_us, until_us, limit;
    json_t *found;
    char *next;
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    g_free(asked->area);
    g_free(asked->area_end);
    g_free(asked->department);
    g_free(asked->before);
    g_free(asked->next);
    for (guint i = 0; i < MOST_AREAS; i++) {
        g_free(asked->seen[i]);
        g_free(asked->seen_end[i]);
    }
    json_decref(asked->found);
    g_free(asked);
}

#define VALUES                                                                                     \
    "WITH p (from_us, until_us, a, b, dept, before, s0, e0, s1, e1, s2, e2, s3, e3) AS"            \
    " (SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
#define P(name) "(SELECT " #name " FROM p)"

/* The area of a town holds nearly all cases: the period is what rows are looked up by (|| '' keeps
 * the index of areas out of it). */
static void add_area(GString *sql, const struct asked *asked)
{
    static const char *const within[MOST_AREAS] = {
        "(case_file.area || '' >= " P(s0) " AND case_file.area || '' < " P(e0) ")",
        " OR (case_file.area || '' >= " P(s1) " AND case_file.area || '' < " P(e1) ")",
        " OR (case_file.area || '' >= " P(s2) " AND case_file.area || '' < " P(e2) ")",
        " OR (case_file.area || '' >= " P(s3) " AND case_file.area || '' < " P(e3) ")"};
    if (asked->area)
        g_string_append(sql,
                        " AND case_file.area || '' >= " P(a) " AND case_file.area || '' < " P(b));
    for (guint i = 0; i < MOST_AREAS && asked->seen[i]; i++)
        g_string_append_printf(sql, "%s%s", i ? "" : " AND (", within[i]);
    if (asked->seen[0])
        g_string_append(sql, ")");
}

/* The rows that count; exercises and what was merged away are left out. */
static void add_rows(GString *sql, const struct asked *asked, const struct indicator *one)
{
    g_string_append_printf(sql,
                           " FROM case_file %s WHERE %s AND case_file.exercise = 0"
                           " AND case_file.merged_into IS NULL",
                           one->from, one->period);
    add_area(sql, asked);
    if (asked->department && *one->from == 'J' && strstr(one->from, "case_order"))
        g_string_append(sql, " AND o.department = " P(dept));
    else if (asked->department)
        g_string_append(sql, " AND case_file.lead = " P(dept));
}

static struct store_rows *query(struct store_tx *tx, const struct asked *asked, const char *sql,
                                GError **error)
{
    return store_query(tx, error, sql, "iissssssssssss", asked->from_us, asked->until_us,
                       asked->area, asked->area_end, asked->department, asked->before,
                       asked->seen[0], asked->seen_end[0], asked->seen[1], asked->seen_end[1],
                       asked->seen[2], asked->seen_end[2], asked->seen[3], asked->seen_end[3]);
}

/* --- all of them, counted */

struct counts {
    gint64 among, good, apart;
    struct indicator_spans *spans;
};

static bool in_pass(const struct indicator *one, const struct indicator *first)
{
    return !strcmp(one->from, first->from) && !strcmp(one->period, first->period);
}

/* The one of the pass that has times; NULL: none. */
static const struct indicator *timed(const struct asked *asked, const struct indicator *first)
{
    for (guint i = 0; i < asked->all->len; i++) {
        const struct indicator *one = asked->all->pdata[i];
        if (one->span && in_pass(one, first))
            return one;
    }
    return NULL;
}

/* First the minutes that were begun, -1 for what has no time; then three columns for each indicator
 * of the pass. */
static void add_sums(GString *sql, const struct asked *asked, const struct indicator *first,
                     const struct indicator *with)
{
    g_string_append(sql, "SELECT ");
    if (with)
        g_string_append_printf(
            sql, "CASE WHEN %s AND %s THEN (%s + 59999999) / 60000000 ELSE -1 END AS minutes",
            with->among, with->good, with->span);
    else
        g_string_append(sql, "-1 AS minutes");
    for (guint i = 0; i < asked->all->len; i++) {
        const struct indicator *one = asked->all->pdata[i];
        if (in_pass(one, first))
            g_string_append_printf(sql,
                                   ", SUM(CASE WHEN %s THEN 1 ELSE 0 END),"
                                   " SUM(CASE WHEN %s AND %s THEN 1 ELSE 0 END),"
                                   " SUM(CASE WHEN %s THEN 1 ELSE 0 END)",
                                   one->among, one->among, one->good,
                                   one->apart ? one->apart : "1 = 0");
    }
}

static void add_counts(struct store_rows *rows, const struct asked *asked,
                       const struct indicator *first, struct counts *counts)
{
    int column = 1;
    for (guint i = 0; i < asked->all->len; i++) {
        const struct indicator *one = asked->all->pdata[i];
        if (!in_pass(one, first))
            continue;
        struct counts *of = &counts[i];
        of->among += store_int(rows, column);
        of->good += store_int(rows, column + 1);
        of->apart += store_int(rows, column + 2);
        if (one->span && store_int(rows, 0) >= 0)
            indicator_spans_add(of->spans, store_int(rows, 0), store_int(rows, column + 1));
        column += 3;
    }
}

/* One pass over the rows of a period, for every indicator that is counted over them. */
static bool count_pass(struct store_tx *tx, struct asked *asked, const struct indicator *first,
                       struct counts *counts, GError **error)
{
    GError *bad = NULL;
    const struct indicator *with = timed(asked, first);
    g_autoptr(GString) sql = g_string_new(VALUES);
    add_sums(sql, asked, first, with);
    add_rows(sql, asked, first);
    if (with)
        g_string_append(sql, " GROUP BY 1");
    store_rows_auto rows = query(tx, asked, sql->str, error);
    while (rows && store_rows_next(rows, &bad))
        add_counts(rows, asked, first, counts);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool is_first(const struct asked *asked, guint n)
{
    for (guint i = 0; i < n; i++) {
        if (in_pass(asked->all->pdata[i], asked->all->pdata[n]))
            return false;
    }
    return true;
}

static bool count_all(struct store_tx *tx, struct asked *asked, struct counts *counts,
                      GError **error)
{
    for (guint i = 0; i < asked->all->len; i++) {
        if (is_first(asked, i) && !count_pass(tx, asked, asked->all->pdata[i], counts, error))
            return false;
    }
    return true;
}

static bool read_all(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    struct counts *counts = g_new0(struct counts, asked->all->len);
    for (guint i = 0; i < asked->all->len; i++) {
        if (((const struct indicator *)asked->all->pdata[i])->span)
            counts[i].spans = indicator_spans_new();
    }
    bool fine = count_all(tx, asked, counts, error);
    for (guint i = 0; i < asked->all->len; i++) {
        const struct counts *of = &counts[i];
        if (fine)
            json_array_append_new(asked->found, indicator_json(asked->all->pdata[i], of->good,
                                                               of->among, of->apart, of->spans));
        indicator_spans_free(of->spans);
    }
    g_free(counts);
    return fine;
}

/* --- the cases behind one */

static bool read_behind(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    const struct indicator *one = asked->indicator;
    GError *bad = NULL;
    g_autoptr(GString) sql = g_string_new(VALUES);
    g_string_append_printf(sql, "SELECT %s FROM case_file WHERE id IN (SELECT case_file.id",
                           case_row_columns());
    add_rows(sql, asked, one);
    g_string_append_printf(sql, " AND %s", one->among);
    if (asked->numerator)
        g_string_append_printf(sql, " AND %s", one->good);
    g_string_append(sql, ")");
    if (asked->before)
        g_string_append(sql, " AND id < " P(before));
    g_string_append_printf(sql, " ORDER BY id DESC LIMIT %d", MAX_CASES + 1);
    g_autofree char *last = NULL;
    store_rows_auto rows = query(tx, asked, sql->str, error);
    while (rows && !asked->next && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        if ((gint64)json_array_size(asked->found) == asked->limit) {
            asked->next = g_steal_pointer(&last);
            break;
        }
        json_array_append_new(asked->found, case_row_json(&row));
        case_row_set(&last, row.id);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void answer(gpointer job, const GError *error)
{
    struct asked *asked = job;
    if (error)
        cases_reply_error(asked->request, error);
    else if (asked->indicator)
        net_reply_json(
            asked->request, 200,
            json_pack("{s:O,s:o}", "cases", asked->found, "next", case_json_text(asked->next)));
    else
        net_reply_json(asked->request, 200,
                       json_pack("{s:O,s:o,s:o}", "indicators", asked->found, "from_us",
                                 case_json_time(asked->from_us), "until_us",
                                 case_json_time(asked->until_us)));
    asked_free(asked);
}

/* --- what is asked */

static char *behind(const char *area)
{
    return g_strconcat(area, ":", NULL); /* after every digit */
}

static char *text_of(struct net_request *request, const char *name, const char *allowed)
{
    const char *text = net_request_query(request, name);
    bool fine =
        text && *text && strlen(text) <= 64 && (!allowed || strspn(text, allowed) == strlen(text));
    return fine ? g_strdup(text) : NULL;
}

/* Areas in which this session may see indicators; the first four. */
static void limit_areas(struct asked *asked)
{
    const struct net_session *session = net_request_session(asked->request);
    guint count = 0;
    if (identity_may_in(session, RIGHT_CASE_INDICATORS, ""))
        return;
    for (guint i = 0; session->areas[i] && count < MOST_AREAS; i++) {
        if (!identity_may_in(session, RIGHT_CASE_INDICATORS, session->areas[i]))
            continue;
        asked->seen[count] = g_strdup(session->areas[i]);
        asked->seen_end[count++] = behind(session->areas[i]);
    }
}

/* NULL: answered. */
static struct asked *asked_new(struct cases *cases, struct net_request *request)
{
    gint64 now_us = cases_now(cases), from_us, until_us;
    if (!net_request_query_int(request, "from_us", 0, G_MAXINT64, now_us - DAYS * CALENDAR_DAY_US,
                               &from_us) ||
        !net_request_query_int(request, "until_us", 0, G_MAXINT64, now_us, &until_us))
        return NULL;
    struct asked *asked = g_new0(struct asked, 1);
    asked->all = cases->indicators;
    asked->request = net_request_ref(request);
    asked->from_us = from_us;
    asked->until_us = until_us;
    asked->area = text_of(request, "area", "0123456789");
    asked->area_end = asked->area ? behind(asked->area) : NULL;
    asked->department = text_of(request, "department", NULL);
    asked->before = text_of(request, "before", NULL);
    asked->found = json_array();
    limit_areas(asked);
    return asked;
}

static void get_indicators(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct asked *asked = asked_new(cases, request);
    if (asked)
        store_read(cases->options.store, read_all, asked, answer);
}

static const struct indicator *find(const struct cases *cases, const char *id)
{
    for (guint i = 0; i < cases->indicators->len; i++) {
        const struct indicator *one = cases->indicators->pdata[i];
        if (g_strcmp0(one->id, id) == 0)
            return one;
    }
    return NULL;
}

static void get_behind(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    gint64 limit;
    const struct indicator *one = find(cases, net_request_param(request, "id"));
    const char *part = net_request_query(request, "part");
    if (!one) {
        net_reply_error(request, 404, "not_found", "没有这个指标", "there is no such indicator");
        return;
    }
    if (!net_request_query_int(request, "limit", 1, MAX_CASES, DEFAULT_CASES, &limit))
        return;
    struct asked *asked = asked_new(cases, request);
    if (!asked)
        return;
    asked->indicator = one;
    asked->limit = limit;
    asked->numerator = g_strcmp0(part, "denominator") != 0;
    store_read(cases->options.store, read_behind, asked, answer);
}

void cases_indicator_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/case-indicators", "case.indicators", get_indicators, 0},
        {"GET", "/api/v1/case-indicators/:id/cases", "case.indicators", get_behind, 0},
    };
    cases->indicators = g_ptr_array_new();
    for (const struct indicator *one = indicators(); one->id; one++)
        g_ptr_array_add(cases->indicators, (gpointer)one);
    for (const struct indicator *one = cases->options.more; one && one->id; one++)
        g_ptr_array_add(cases->indicators, (gpointer)one);
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
