#include "identity/records.h"
#include "identity/identity.h"

struct page_job {
    char *before_id, *camera, *user_id;
    char *action, *pattern, *login, *object;
    gint64 before_seq, limit, from_us, to_us;
    json_t *page;
    records_fn fn;
    gpointer user;
};

static void page_done(gpointer data, const GError *error)
{
    struct page_job *job = data;
    job->fn(error ? NULL : g_steal_pointer(&job->page), error, job->user);
    json_decref(job->page);
    g_free(job->before_id);
    g_free(job->camera);
    g_free(job->user_id);
    g_free(job->action);
    g_free(job->pattern);
    g_free(job->login);
    g_free(job->object);
    g_free(job);
}

static struct page_job *page_new(gint64 limit, records_fn fn, gpointer user)
{
    struct page_job *job = g_new0(struct page_job, 1);
    job->limit = limit;
    job->fn = fn;
    job->user = user;
    return job;
}

static json_t *number_text(struct store_rows *rows, int column)
{
    char text[32];
    if (store_null(rows, column))
        return json_null();
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, store_int(rows, column));
    return json_string(text);
}

static json_t *text_or_null(struct store_rows *rows, int column)
{
    const char *text = store_text(rows, column);
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

static json_t *json_text(struct store_rows *rows, int column)
{
    const char *text = store_text(rows, column);
    json_t *value = text && *text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    return value ? value : json_null();
}

/* One column of a page: its name in JSON and how it is written. */
struct column {
    const char *name;
    json_t *(*read)(struct store_rows *rows, int column);
};

static json_t *hex(struct store_rows *rows, int column)
{
    size_t size;
    const uint8_t *data = store_blob(rows, column, &size);
    g_autoptr(GString) text = g_string_sized_new(2 * size);
    for (size_t i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return json_string(text->str);
}

/* Reads all rows into `list`; `next` becomes the first column of the last one when the page is
 * full. */
static bool read_page(struct store_rows *rows, const struct column *columns, struct page_job *job,
                      const char *list_name, GError **error)
{
    if (!rows)
        return false;
    json_t *list = json_array();
    json_t *next = NULL;
    job->page = json_pack("{s:o}", list_name, list);
    GError *bad = NULL;
    while (store_rows_next(rows, &bad)) {
        json_t *record = json_object();
        for (int i = 0; columns[i].name; i++)
            json_object_set_new(record, columns[i].name, columns[i].read(rows, i));
        json_array_append_new(list, record);
        if ((gint64)json_array_size(list) == job->limit)
            next = json_incref(json_object_get(record, columns[0].name));
    }
    json_object_set_new(job->page, "next", next ? next : json_null());
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool views_read(struct store_tx *tx, gpointer data, GError **error)
{
    static const struct column columns[] = {
        {"id", text_or_null},         {"user", text_or_null},
        {"login", text_or_null},      {"name", text_or_null},
        {"unit", text_or_null},       {"reason", text_or_null},
        {"camera", text_or_null},     {"profile", text_or_null},
        {"kind", text_or_null},       {"content", json_text},
        {"seat", text_or_null},       {"address", text_or_null},
        {"start_us", number_text},    {"end_us", number_text},
        {"end_reason", text_or_null}, {NULL, NULL},
    };
    struct page_job *job = data;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT id, user_id, login, name, unit, reason, camera, profile, kind, content, seat,"
        " address, start_us, end_us, end_reason FROM view_log"
        " WHERE (? = '' OR id < ?) AND (? = '' OR camera = ?) AND (? = '' OR user_id = ?)"
        " ORDER BY id DESC LIMIT ?",
        "ssssssi", job->before_id, job->before_id, job->camera, job->camera, job->user_id,
        job->user_id, job->limit);
    return read_page(rows, columns, job, "views", error);
}

void records_views(struct store *store, const char *before, const char *camera, const char *user_id,
                   gint64 limit, records_fn fn, gpointer user)
{
    struct page_job *job = page_new(limit, fn, user);
    job->before_id = g_strdup(before ? before : "");
    job->camera = g_strdup(camera ? camera : "");
    job->user_id = g_strdup(user_id ? user_id : "");
    store_read(store, views_read, job, page_done);
}

static bool audit_read(struct store_tx *tx, gpointer data, GError **error)
{
    static const struct column columns[] = {
        {"seq", number_text},
        {"time_us", number_text},
        {"user", text_or_null},
        {"login", text_or_null},
        {"address", text_or_null},
        {"action", text_or_null},
        {"object", text_or_null},
        {"details", json_text},
        {"hash", hex},
        {NULL, NULL},
    };
    struct page_job *job = data;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT seq, time_us, user_id, login, address, action, object, details, hash"
        " FROM audit WHERE seq < ? AND time_us >= ? AND time_us < ?"
        " AND (? = '' OR action = ? OR action LIKE ?)"
        " AND (? = '' OR login = ?) AND (? = '' OR object = ?)"
        " ORDER BY seq DESC LIMIT ?",
        "iiisssssssi", job->before_seq, job->from_us, job->to_us, job->action, job->action,
        job->pattern, job->login, job->login, job->object, job->object, job->limit);
    return read_page(rows, columns, job, "records", error);
}

void records_audit(struct store *store, const struct records_filter *filter, records_fn fn,
                   gpointer user)
{
    struct page_job *job = page_new(filter->limit, fn, user);
    job->before_seq = filter->before;
    job->from_us = filter->from_us;
    job->to_us = filter->to_us;
    job->action = g_strdup(filter->action ? filter->action : "");
    bool beginning = g_str_has_suffix(job->action, ".");
    job->pattern = g_strconcat(job->action, beginning ? "%" : "", NULL);
    job->login = g_strdup(filter->login ? filter->login : "");
    job->object = g_strdup(filter->object ? filter->object : "");
    store_read(store, audit_read, job, page_done);
}

static bool check_read(struct store_tx *tx, gpointer data, GError **error)
{
    struct page_job *job = data;
    gint64 records, broken;
    GError *bad = NULL;
    identity_audit_verify(tx, &records, &broken, &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, broken);
    job->page = json_pack("{s:I,s:o}", "records", (json_int_t)records, "broken",
                          broken ? json_string(text) : json_null());
    return true;
}

void records_check(struct store *store, records_fn fn, gpointer user)
{
    store_read(store, check_read, page_new(0, fn, user), page_done);
}
