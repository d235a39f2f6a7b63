/* GET /api/v1/case-quality: ledgers that are incomplete, not routed, without feedback, with
 * personal data in free text; saved filters of one's own. */
#include "cases/case_text.h"
#include "cases/cases_private.h"
#include <string.h>

enum { MOST_FINDINGS = 500, MOST_FILTERS = 50, MOST_QUERY = 1000 };

static const struct check {
    const char *kind, *zh, *en, *condition;
} checks[] = {
    {"incomplete", "台账不完整：缺类别、等级、地点或网格",
     "category, grade, place or cell is missing",
     "(category IS NULL OR grade IS NULL OR (area IS NULL AND address IS NULL))"},
    {"not_routed", "超过一小时未分流", "not routed within the hour",
     "dispatched_us = 0 AND on_spot = 0 AND accepted_us <"},
    {"no_feedback", "到期未反馈", "no feedback though it is due",
     "dispatched_us > 0 AND done_us = 0 AND finish_us > 0 AND finish_us <"},
    {"person_in_text", "标题、内容或地址里写有手机号码或证件号码，请移到反映人一栏",
     "a mobile or identity number stands in title, text or address: it belongs to the reporter",
     "1 = 1"},
};

struct asked {
    struct cases *cases;
    struct net_request *request;
    struct case_who *who;
    gint64 now_us;
    char *id, *name, *query;
    json_t *found;
    bool full;
};

static void asked_free(struct asked *asked)
{
    net_request_unref(asked->request);
    case_who_free(asked->who);
    g_free(asked->id);
    g_free(asked->name);
    g_free(asked->query);
    json_decref(asked->found);
    g_free(asked);
}

static struct asked *asked_new(struct cases *cases, struct net_request *request)
{
    struct asked *asked = g_new0(struct asked, 1);
    asked->cases = cases;
    asked->request = net_request_ref(request);
    asked->who = case_who_new(cases->options.identity, net_request_session(request));
    asked->now_us = cases_now(cases);
    asked->found = json_array();
    return asked;
}

/* --- quality */

/* What a statement cannot ask. */
static bool is_found(const struct check *check, const struct case_row *row)
{
    return strcmp(check->kind, "person_in_text") != 0 || case_text_names_person(row->title) ||
           case_text_names_person(row->body) || case_text_names_person(row->address);
}

static bool run_check(struct store_tx *tx, struct asked *asked, const struct check *check,
                      GError **error)
{
    GError *bad = NULL;
    bool timed = g_str_has_suffix(check->condition, "<");
    bool hour = strcmp(check->kind, "not_routed") == 0;
    gint64 before_us = asked->now_us - (hour ? INT64_C(3600) * G_USEC_PER_SEC : 0);
    g_autofree char *sql = g_strdup_printf(
        "SELECT %s FROM case_file WHERE closed_us = 0 AND exercise = 0 AND %s%s ORDER BY id DESC",
        case_row_columns(), check->condition, timed ? " ?" : "");
    store_rows_auto rows = store_query(tx, error, sql, timed ? "i" : "", before_us);
    while (rows && json_array_size(asked->found) < MOST_FINDINGS && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        struct case_seen seen = case_seen_of(&row);
        if (is_found(check, &row) && case_who_sees(asked->who, &seen))
            json_array_append_new(asked->found,
                                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "case", row.id, "code",
                                            row.code, "title", row.title, "kind", check->kind, "zh",
                                            check->zh, "en", check->en));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool read_quality(struct store_tx *tx, gpointer job, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (!run_check(tx, job, &checks[i], error))
            return false;
    }
    return true;
}

static void quality_read(gpointer job, const GError *error)
{
    struct asked *asked = job;
    if (error)
        cases_reply_error(asked->request, error);
    else
        net_reply_json(asked->request, 200, json_pack("{s:O}", "findings", asked->found));
    asked_free(asked);
}

static void get_quality(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    store_read(cases->options.store, read_quality, asked_new(cases, request), quality_read);
}

/* --- saved filters */

static bool read_filters(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    static const struct cases_field fields[] = {{"id", 's'}, {"name", 's'}, {"query", 's'}};
    json_decref(asked->found);
    asked->found = cases_rows_json(
        tx, "SELECT id, name, query FROM case_filter WHERE user_id = ? ORDER BY name, id",
        asked->who->actor->user, fields, G_N_ELEMENTS(fields), error);
    return asked->found != NULL;
}

static bool write_filter(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    gint64 count;
    if (!store_query_int(tx, error, &count, NULL,
                         "SELECT COUNT(*) FROM case_filter WHERE user_id = ?", "s",
                         asked->who->actor->user))
        return false;
    asked->full = count >= MOST_FILTERS;
    return asked->full || (store_exec(tx, error,
                                      "INSERT INTO case_filter (id, user_id, name, query, time_us)"
                                      " VALUES (?, ?, ?, ?, ?)",
                                      "ssssi", asked->id, asked->who->actor->user, asked->name,
                                      asked->query, asked->now_us) &&
                           read_filters(tx, asked, error));
}

static bool drop_filter(struct store_tx *tx, gpointer job, GError **error)
{
    struct asked *asked = job;
    if (!store_exec(tx, error, "DELETE FROM case_filter WHERE id = ? AND user_id = ?", "ss",
                    asked->id, asked->who->actor->user))
        return false;
    if (store_changed(tx) == 0) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such filter");
        return false;
    }
    return read_filters(tx, asked, error);
}

static void filters_read(gpointer job, const GError *error)
{
    struct asked *asked = job;
    if (error)
        cases_reply_error(asked->request, error);
    else if (asked->full)
        net_reply_error(asked->request, 409, "too_many", "保存的筛选已满",
                        "there are as many filters as fit");
    else
        net_reply_json(asked->request, 200, json_pack("{s:O}", "filters", asked->found));
    asked_free(asked);
}

static void get_filters(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    store_read(cases->options.store, read_filters, asked_new(cases, request), filters_read);
}

static void post_filter(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const char *name = json_string_value(json_object_get(body, "name"));
    const char *query = json_string_value(json_object_get(body, "query"));
    if (!name || !*name || g_utf8_strlen(name, -1) > 40 || !query || strlen(query) > MOST_QUERY) {
        net_reply_error(
            request, 400, "bad_filter", "名称须为 1 至 40 个字，条件不超过 1000 字节",
            "a name of 1 to 40 characters and a query of at most 1000 bytes are needed");
    } else {
        struct asked *asked = asked_new(cases, request);
        asked->id = store_id_new();
        asked->name = g_strdup(name);
        asked->query = g_strdup(query);
        store_write(cases->options.store, write_filter, asked, filters_read);
    }
    json_decref(body);
}

static void delete_filter(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct asked *asked = asked_new(cases, request);
    asked->id = g_strdup(net_request_param(request, "id"));
    store_write(cases->options.store, drop_filter, asked, filters_read);
}

void cases_quality_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/case-quality", "case.own", get_quality, 0},
        {"GET", "/api/v1/case-filters", "case.own", get_filters, 0},
        {"POST", "/api/v1/case-filters", "case.own", post_filter, 0},
        {"DELETE", "/api/v1/case-filters/:id", "case.own", delete_filter, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
