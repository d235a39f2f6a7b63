/* What one shift hands over to the next. */
#include "cases/cases_private.h"

enum { MOST = 150 };

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

/* Takes `zh` and `en`, what it is; the row begins with code, title, area, since_us, due_us. */
static void add(json_t *list, struct store_rows *rows, const char *kind, const char *zh,
                const char *en)
{
    const char *code = store_text(rows, 0), *title = store_text(rows, 1);
    g_autofree char *first = g_strdup_printf("%s %s：%s", code, title, zh);
    g_autofree char *second = g_strdup_printf("%s %s: %s", code, title, en);
    g_autofree char *link = g_strdup_printf("/cases/%s", code);
    json_array_append_new(list, json_pack("{s:s,s:s,s:{s:s,s:s},s:o,s:o,s:s?,s:s}", "kind", kind,
                                          "id", code, "text", "zh", first, "en", second, "since_us",
                                          time_json(store_int(rows, 3)), "due_us",
                                          time_json(store_int(rows, 4)), "area",
                                          store_text(rows, 2), "link", link));
}

/* Orders that are late, and those that will be before long (as their lights say). */
static bool orders(struct store_tx *tx, gint64 now_us, json_t *list, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT f.code, f.title, f.area, MIN(o.sent_us), MIN(t.due_us), d.name, d.name_en"
        " FROM case_timer t JOIN case_order o ON o.id = t.order_id"
        " JOIN case_file f ON f.id = t.case_id LEFT JOIN department d ON d.id = o.department"
        " WHERE t.state IN ('running', 'over') AND o.state IN ('SENT', 'TAKEN')"
        " AND f.closed_us = 0 AND f.exercise = 0 AND t.due_us > 0"
        " AND (t.due_us <= ? OR (t.warn_us > 0 AND t.warn_us <= ?))"
        " GROUP BY o.id, f.code, f.title, f.area, d.name, d.name_en"
        " ORDER BY MIN(t.due_us), f.code LIMIT ?",
        "iii", now_us, now_us, (gint64)MOST);
    while (rows && store_rows_next(rows, &bad)) {
        const char *name = store_text(rows, 5), *english = store_text(rows, 6);
        bool late = store_int(rows, 4) <= now_us;
        g_autofree char *zh =
            g_strdup_printf("%s %s", name ? name : "", late ? "已超期" : "将到期");
        g_autofree char *en = g_strdup_printf("%s %s",
                                              english ? english
                                              : name  ? name
                                                      : "",
                                              late ? "overdue" : "due soon");
        add(list, rows, "order", zh, en);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool asks(struct store_tx *tx, json_t *list, GError **error)
{
    GError *bad = NULL;
    gint64 most = MOST;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT f.code, f.title, f.area, a.asked_us, a.until_us, a.kind, a.asked_name"
                    " FROM case_ask a JOIN case_file f ON f.id = a.case_id"
                    " WHERE a.state = 'open' AND f.closed_us = 0 AND f.exercise = 0"
                    " ORDER BY a.asked_us, a.id LIMIT ?",
                    "i", most);
    while (rows && store_rows_next(rows, &bad)) {
        bool pause = g_strcmp0(store_text(rows, 5), "pause") == 0;
        g_autofree char *zh =
            g_strdup_printf("%s申请%s，待裁定", store_text(rows, 6), pause ? "挂起" : "延期");
        g_autofree char *en = g_strdup_printf("%s asks for %s, not ruled on", store_text(rows, 6),
                                              pause ? "a pause" : "more time");
        add(list, rows, "ask", zh, en);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

bool cases_matters(struct store_tx *tx, gint64 now_us, json_t *list, GError **error)
{
    return orders(tx, now_us, list, error) && asks(tx, list, error);
}
