/* POST /api/v1/cases/export: the list as a table to take along (docs/cases.md "Tables to take
 * along"). Rows are read in pieces and written to a file; who took what is on the audit log before
 * it is sent. */
#include "cases/case_columns.h"
#include "cases/cases_private.h"
#include "common/log.h"
#include "files/file_kind.h"
#include <glib/gstdio.h>
#include <string.h>

enum { PIECE = 400, MOST_REVEALED = 1000, MOST_AT_ONCE = 2, REASON_MIN = 2, REASON_MAX = 200 };

struct export
{
    struct cases *cases;
    struct net_request *request; /* one of the two */
    struct control_call *call;
    json_t *args; /* of the call: where it goes, what is asked for */
    struct cases_query *query;
    struct case_table_fill fill;
    enum sheet_format format;
    struct sheet *sheet; /* NULL: not begun, or finished */
    char *path, *reason;
    guint most;
    bool more, too_many;
    GBytes *content;
};

static void export_free(struct export *export)
{
    export->cases->exports--;
    sheet_drop(export->sheet);
    if (export->path)
        g_unlink(export->path);
    case_table_close(&export->fill);
    cases_query_free(export->query);
    net_request_unref(export->request);
    json_decref(export->args);
    g_free(export->path);
    g_free(export->reason);
    if (export->content)
        g_bytes_unref(export->content);
    g_free(export);
}

/* --- on the store's threads */

static bool take_sheet_error(GError *bad, GError **error)
{
    if (!bad)
        return true;
    bool ours = bad->domain == SHEET_ERROR;
    bool full = ours && bad->code == SHEET_ERROR_FULL;
    if (ours)
        g_set_error_literal(error, STORE_ERROR, full ? STORE_ERROR_FULL : STORE_ERROR_FAILED,
                            bad->message);
    else
        g_propagate_error(error, g_error_copy(bad));
    g_error_free(bad);
    return false;
}

static bool begin(struct store_tx *tx, struct export *export, GError **error)
{
    struct case_table_fill *fill = &export->fill;
    GError *bad = NULL;
    if (export->sheet)
        return true;
    if (!case_table_open(tx, fill, error))
        return false;
    export->sheet = sheet_create(export->format, export->path,
                                 case_table_title(fill->table, fill->english), &bad);
    return take_sheet_error(bad, error) &&
           (case_table_head(fill, export->sheet, &bad) || take_sheet_error(bad, error));
}

static bool finish(struct export *export, GError **error)
{
    GError *bad = NULL;
    gchar *data = NULL;
    gsize size = 0;
    if (!sheet_finish(g_steal_pointer(&export->sheet), &bad))
        return take_sheet_error(bad, error);
    if (!g_file_get_contents(export->path, &data, &size, &bad)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_FAILED, bad->message);
        g_error_free(bad);
        return false;
    }
    export->content = g_bytes_new_take(data, size);
    return true;
}

/* Some rows; with the last ones the file is finished. */
static bool write_piece(struct store_tx *tx, gpointer job, GError **error)
{
    struct export *export = job;
    GArray *rows;
    GError *bad = NULL;
    if (!begin(tx, export, error) ||
        !cases_query_rows(tx, export->query, PIECE, &rows, &export->more, error))
        return false;
    export->too_many = export->fill.rows + rows->len > export->most;
    for (guint i = 0; i < rows->len && !export->too_many; i++) {
        if (!case_table_row(tx, &export->fill, &g_array_index(rows, struct case_row, i),
                            export->sheet, &bad))
            return take_sheet_error(bad, error);
    }
    return export->too_many || export->more || finish(export, error);
}

/* Who took what, when: what was looked for is told by the names of filters, never by words that may
 * be somebody's name. */
static bool write_record(struct store_tx *tx, gpointer job, GError **error)
{
    struct export *export = job;
    const struct case_table_fill *fill = &export->fill;
    static const char *const filters[] = {"state",  "area",    "category", "grade",      "dispute",
                                          "ledger", "list",    "channel",  "department", "light",
                                          "mine",   "from_us", "until_us"};
    json_t *details = json_pack("{s:s,s:s,s:I,s:b}", "table", case_table_name(fill->table),
                                "format", export->format == SHEET_XLSX ? "xlsx" : "csv", "rows",
                                (json_int_t)fill->rows, "plain", fill->reason != NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++) {
        const char *value = cases_query_value(export->query, filters[i]);
        if (value)
            json_object_set_new(details, filters[i], json_string(value));
    }
    json_object_set_new(details, "searched",
                        json_boolean(cases_query_value(export->query, "q") != NULL));
    if (fill->reason)
        json_object_set_new(details, "reason", json_string(fill->reason));
    bool fine = identity_audit(tx, fill->who->actor, "case.export", case_table_name(fill->table),
                               details, fill->now_us, error);
    json_decref(details);
    return fine;
}

/* --- on the loop */

/* At the command line the server writes the file, with its own rights. */
static void reply_call(const struct export *export)
{
    GError *error = NULL;
    const char *file = json_string_value(json_object_get(export->args, "file"));
    gsize size;
    const char *data = g_bytes_get_data(export->content, &size);
    if (g_file_set_contents_full(file, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error)) {
        control_reply(export->call,
                      json_pack("{s:s,s:I,s:I}", "file", file, "rows",
                                (json_int_t) export->fill.rows, "bytes", (json_int_t)size));
        return;
    }
    control_reply_error(export->call, "failed", error->message);
    g_error_free(error);
}

static void reply(const struct export *export)
{
    if (export->call) {
        reply_call(export);
        return;
    }
    bool xlsx = export->format == SHEET_XLSX;
    g_autoptr(GDateTime) now =
        g_date_time_new_from_unix_local(export->fill.now_us / G_USEC_PER_SEC);
    g_autofree char *day = g_date_time_format(now, "%Y%m%d-%H%M");
    g_autofree char *field =
        g_strdup_printf("attachment; filename=\"%s-%s.%s\"", case_table_name(export->fill.table),
                        day, xlsx ? "xlsx" : "csv");
    char rows[16];
    g_snprintf(rows, sizeof rows, "%u", export->fill.rows);
    net_request_set_header(export->request, "Content-Disposition", field);
    net_request_set_header(export->request, "X-Townwall-Rows", rows);
    net_request_set_header(export->request, "Content-Security-Policy", "sandbox");
    net_reply_bytes(export->request, 200,
                    xlsx ? file_kind_info(FILE_XLSX)->media : "text/csv; charset=utf-8",
                    export->content);
}

static void reply_too_many(const struct export *export)
{
    g_autofree char *zh =
        g_strdup_printf("结果超过 %u 条，请用时间、区域或部门缩小范围", export->most);
    g_autofree char *en = g_strdup_printf(
        "There are more than %u rows: narrow it by time, area or department", export->most);
    if (export->call)
        control_reply_error(export->call, "too_many_rows", en);
    else
        net_reply_error(export->request, 422, "too_many_rows", zh, en);
}

static void fail(const struct export *export, const GError *error)
{
    if (export->call)
        control_reply_error(export->call, "failed", error->message);
    else
        cases_reply_error(export->request, error);
}

static void recorded(gpointer job, const GError *error)
{
    struct export *export = job;
    if (error)
        fail(export, error);
    else
        reply(export);
    export_free(export);
}

static void piece_written(gpointer job, const GError *error);

static void go_on(struct export *export)
{
    struct store *store = export->cases->options.store;
    if (export->reason)
        store_write(store, write_piece, export, piece_written);
    else
        store_read(store, write_piece, export, piece_written);
}

static void piece_written(gpointer job, const GError *error)
{
    struct export *export = job;
    bool left = export->request && net_request_cancelled(export->request);
    g_autoptr(GError) ending = export->cases->ending ? cases_ending_error() : NULL;
    if (!error)
        error = ending;
    if (!error && !export->too_many && !left) {
        if (export->more)
            go_on(export);
        else
            store_write(export->cases->options.store, write_record, export, recorded);
        return;
    }
    if (error)
        fail(export, error);
    else if (export->too_many)
        reply_too_many(export);
    export_free(export);
}

/* --- what is asked */

static bool read_wish(struct export *export, const json_t *body, json_t *faults)
{
    const char *format = json_string_value(json_object_get(body, "format"));
    const char *language = json_string_value(json_object_get(body, "language"));
    const char *reason = json_string_value(json_object_get(body, "reason"));
    int table = case_table_find(json_string_value(json_object_get(body, "table")));
    g_autofree char *text = g_strstrip(g_strdup(reason ? reason : ""));
    glong length = g_utf8_strlen(text, -1);
    if (table < 0)
        case_fault(faults, "table", "没有这种表", "there is no such table");
    if (g_strcmp0(format, "xlsx") != 0 && g_strcmp0(format, "csv") != 0)
        case_fault(faults, "format", "须为 xlsx 或 csv", "xlsx or csv is needed");
    if (reason && (length < REASON_MIN || length > REASON_MAX))
        case_fault(faults, "reason", "须写明理由（2 至 200 字）",
                   "a reason of 2 to 200 characters is needed");
    if (json_array_size(faults) > 0)
        return false;
    export->fill.table = (enum case_table)table;
    export->fill.english = g_strcmp0(language, "en") == 0;
    export->format = strcmp(format, "xlsx") == 0 ? SHEET_XLSX : SHEET_CSV;
    export->reason = reason ? g_steal_pointer(&text) : NULL;
    return true;
}

static void start(struct cases *cases, struct export *export)
{
    g_autofree char *id = store_id_new();
    export->cases = cases;
    export->path = g_build_filename(cases->export_dir, id, NULL);
    export->most = export->reason ? MIN(MOST_REVEALED, cases->options.export_rows)
                                  : cases->options.export_rows;
    export->fill.now_us = cases_now(cases);
    export->fill.book = cases->book;
    export->fill.who = cases_query_who(export->query);
    export->fill.vault = identity_vault(cases->options.identity);
    export->fill.reason = export->reason;
    cases->exports++;
    go_on(export);
}

static void post_export(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    json_t *faults = json_array();
    struct export *export = g_new0(struct export, 1);
    if (!read_wish(export, body, faults)) {
        net_reply_invalid(request, 400, "bad_export", "导出要求不完整或不正确",
                          "what is asked is not complete or not right", json_incref(faults));
    } else if (export->reason && !identity_may(net_request_session(request), RIGHT_PERSON_REVEAL)) {
        net_reply_error(request, 403, "no_right", "您没有查看完整个人信息的权限",
                        "you have no right to see persons unmasked");
    } else if (cases->exports >= MOST_AT_ONCE) {
        net_request_set_header(request, "Retry-After", "5");
        net_reply_error(request, 503, "busy", "正在导出其他表格，请稍后再试",
                        "other tables are being made, try again later");
    } else if ((export->query = cases_query_new(cases, request))) {
        export->request = net_request_ref(request);
        start(cases, g_steal_pointer(&export));
    }
    json_decref(faults);
    json_decref(body);
    if (export) {
        g_free(export->reason);
        g_free(export);
    }
}

void cases_export_command(struct control_call *call, const json_t *args, gpointer user)
{
    struct cases *cases = user;
    const char *file = json_string_value(json_object_get(args, "file"));
    json_t *faults = json_array();
    struct export *export = g_new0(struct export, 1);
    if (!file || !g_path_is_absolute(file) || !read_wish(export, args, faults) || export->reason) {
        control_reply_error(call, "usage",
                            "expected an absolute file, a table (request_ledger, dispute_ledger,"
                            " requests, assigned, done) and xlsx or csv");
        g_free(export->reason);
        g_free(export);
    } else if (cases->exports >= MOST_AT_ONCE) {
        control_reply_error(call, "busy", "other tables are being made");
        g_free(export);
    } else {
        export->call = call;
        export->args = json_deep_copy(args);
        export->query = cases_query_of(cases, cases_who_of_call(call), export->args);
        start(cases, export);
    }
    json_decref(faults);
}

/* What a program that was killed left. */
static void empty(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    if (dir)
        g_dir_close(dir);
}

void cases_export_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cases/export", "case.own", post_export, 0},
    };
    g_mkdir_with_parents(cases->export_dir, 0700);
    empty(cases->export_dir);
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
