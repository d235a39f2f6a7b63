/* POST /api/v1/cases/import: a ledger from elsewhere becomes cases (docs/cases.md "Bringing ledgers
 * in"). The file is read and checked by a reading thread; the rows are written some at a time, each
 * with what tells that it was, so that a batch that was interrupted goes on where it stopped. */
#include "cases/cases_private.h"
#include "cases/ledger.h"
#include "common/failpoint.h"
#include "identity/persons.h"
#include <math.h>
#include <string.h>

#define DAY_US ((gint64)24 * 3600 * G_USEC_PER_SEC)
enum { PIECE = 50, BODY_BYTES = 8 * 1024 * 1024 };

struct import {
    struct cases *cases;
    struct net_request *request; /* one of the two */
    struct control_call *call;
    struct case_who *who;
    const struct vault *vault;
    const struct ledger_map *map;
    json_t *body; /* keeps csv, columns and key */
    const char *csv, *key;
    const json_t *columns;
    bool dry, partial, doubles; /* doubles: those that are there already come in too */
    gint64 now_us;
    char *digest, *batch;
    struct ledger_file file;
    GHashTable *areas, *departments; /* name, id → code, id; "" where a name is not one only */
    GHashTable *there;               /* line → found like it among the cases */
    json_t *duplicates;
    guint next, imported;
    struct case_refusal refusal;
};

static void import_free(struct import *import)
{
    import->cases->imports--;
    net_request_unref(import->request);
    case_who_free(import->who);
    json_decref(import->body);
    json_decref(import->duplicates);
    ledger_file_clear(&import->file);
    g_hash_table_unref(import->areas);
    g_hash_table_unref(import->departments);
    g_hash_table_unref(import->there);
    g_free(import->digest);
    g_free(import->batch);
    g_free(import);
}

/* --- reading: a reading thread */

static bool read_names(struct store_tx *tx, GHashTable *names, const char *sql, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "");
    while (rows && store_rows_next(rows, &bad)) {
        const char *code = store_text(rows, 0), *name = store_text(rows, 1);
        bool again = g_hash_table_contains(names, name);
        g_hash_table_replace(names, g_strdup(name), g_strdup(again ? "" : code));
        g_hash_table_replace(names, g_strdup(code), g_strdup(code));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Name of the column that has the areas. */
static const char *area_column(const struct import *import)
{
    const json_t *columns = import->file.columns;
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *one = json_array_get(columns, i);
        if (g_strcmp0(json_string_value(json_object_get(one, "field")), "area") == 0)
            return json_string_value(json_object_get(one, "name"));
    }
    return "";
}

/* Where it is, if somebody of ours may register there. */
static bool place_row(struct import *import, const struct ledger_row *row)
{
    const char *code = row->area ? g_hash_table_lookup(import->areas, row->area) : NULL;
    if (row->area && !code)
        ledger_fault(&import->file, row->line, area_column(import), "没有这个区域",
                     "there is no such area");
    else if (row->area && !*code)
        ledger_fault(&import->file, row->line, area_column(import), "同名区域不止一个，请填代码",
                     "several areas have this name: write the code");
    else if (!case_who_may(import->who, RIGHT_CASE_OPEN, code))
        ledger_fault(&import->file, row->line, area_column(import), "没有在该区域登记的权限",
                     "no right to register cases there");
    else {
        if (code)
            json_object_set_new(row->form, "area", json_string(code));
        return true;
    }
    return false;
}

static bool check_row(struct import *import, const struct ledger_row *row)
{
    json_t *faults = json_array();
    case_form_check(row->form, "", faults);
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        ledger_fault(&import->file, row->line, json_string_value(json_object_get(fault, "path")),
                     "填写不正确", "is not right");
    }
    bool fine = json_array_size(faults) == 0;
    json_decref(faults);
    return fine && place_row(import, row);
}

/* Whoever may not see that case learns that there is one, no more. */
static bool note_duplicate(struct store_tx *tx, struct import *import, const struct ledger_row *row,
                           const char *id, GError **error)
{
    case_row_auto found = {0};
    if (!case_row_load(tx, id, &found, error))
        return false;
    struct case_seen seen = case_seen_of(&found);
    json_t *one = json_pack("{s:I}", "line", (json_int_t)row->line);
    if (case_who_sees(import->who, &seen))
        json_object_set_new(one, "case",
                            json_pack("{s:s,s:s,s:s,s:s}", "id", found.id, "code", found.code,
                                      "title", found.title, "state", found.state));
    json_array_append_new(import->duplicates, one);
    g_hash_table_add(import->there, GUINT_TO_POINTER(row->line));
    return true;
}

/* Notes the first case that a query finds. */
static bool look_for(struct store_tx *tx, struct import *import, const struct ledger_row *row,
                     struct store_rows *rows, bool *found, GError **error)
{
    GError *bad = NULL;
    *found = rows && store_rows_next(rows, &bad);
    if (bad)
        g_propagate_error(error, bad);
    if (!*found)
        return rows && !bad;
    g_autofree char *id = store_text_dup(rows, 0);
    return note_duplicate(tx, import, row, id, error);
}

#define FOUND "SELECT c.id FROM "

/* The same code was brought in before, or a case of that name was taken about that day: by two
 * queries that each have an index. */
static bool find_duplicate(struct store_tx *tx, struct import *import, const struct ledger_row *row,
                           GError **error)
{
    const char *title = json_string_value(json_object_get(row->form, "title"));
    bool found = false;
    if (row->code) {
        store_rows_auto rows = store_query(
            tx, error,
            FOUND "case_imported i JOIN case_file c ON c.id = i.case_id WHERE i.code = ?"
                  " AND i.batch <> ? ORDER BY c.id LIMIT 1",
            "ss", row->code, import->batch);
        if (!look_for(tx, import, row, rows, &found, error))
            return false;
    }
    if (found)
        return true;
    store_rows_auto rows = store_query(
        tx, error,
        FOUND "case_file c WHERE c.accepted_us >= ? AND c.accepted_us <= ? AND"
              " c.title = ? AND NOT EXISTS (SELECT 1 FROM case_imported i WHERE"
              " i.case_id = c.id AND i.batch = ?) ORDER BY c.accepted_us LIMIT 1",
        "iiss", row->accepted_us - DAY_US, row->accepted_us + DAY_US, title, import->batch);
    return look_for(tx, import, row, rows, &found, error);
}

/* A batch of that key: its id; of another file: refused. */
static bool find_batch(struct store_tx *tx, struct import *import, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error, "SELECT id, digest FROM case_import WHERE user_id = ? AND key = ?",
                    "ss", import->who->actor->user, import->key);
    if (rows && store_rows_next(rows, &bad)) {
        g_free(import->batch);
        import->batch = store_text_dup(rows, 0);
        if (g_strcmp0(store_text(rows, 1), import->digest) != 0) {
            import->refusal = (struct case_refusal){"key_used", "这个操作编号已用于另一个文件",
                                                    "the key was used for another file"};
            g_set_error_literal(&bad, STORE_ERROR, STORE_ERROR_REFUSED, "another file");
        }
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Rows that cannot be taken leave the list. */
static bool check_rows(struct store_tx *tx, struct import *import, GError **error)
{
    GPtrArray *rows = import->file.rows;
    for (guint i = 0; i < rows->len;) {
        if (!check_row(import, rows->pdata[i])) {
            import->file.bad++;
            g_ptr_array_remove_index(rows, i);
        } else if (!find_duplicate(tx, import, rows->pdata[i++], error)) {
            return false;
        }
    }
    return true;
}

static bool read_ledger(struct store_tx *tx, gpointer job, GError **error)
{
    struct import *import = job;
    gsize size = strlen(import->csv);
    import->digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)import->csv, size);
    ledger_file_read(import->map, import->columns, import->csv, size, import->now_us,
                     &import->file);
    return find_batch(tx, import, error) &&
           read_names(tx, import->areas, "SELECT code, name FROM area", error) &&
           read_names(tx, import->departments, "SELECT id, name FROM department", error) &&
           check_rows(tx, import, error);
}

/* --- writing: some rows a transaction */

static bool write_batch(struct store_tx *tx, struct import *import, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO case_import (id, user_id, key, digest, time_us, name, rows)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, key) DO NOTHING",
                      "ssssisi", import->batch, import->who->actor->user, import->key,
                      import->digest, import->now_us, import->who->name,
                      (gint64)import->file.lines);
}

static bool was_written(struct store_tx *tx, const struct import *import,
                        const struct ledger_row *row, bool *was, GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, was,
                           "SELECT 1 FROM case_imported WHERE batch = ? AND line = ?", "si",
                           import->batch, (gint64)row->line);
}

static char *note_of(const struct ledger_row *row)
{
    GString *note = g_string_new("导入台账");
    if (row->code)
        g_string_append_printf(note, "；原编号 %s", row->code);
    if (row->lead)
        g_string_append_printf(note, "；责任单位 %s", row->lead);
    if (row->result)
        g_string_append_printf(note, "；办理结果：%s", row->result);
    return g_string_free(note, FALSE);
}

static bool write_row(struct store_tx *tx, struct import *import, const struct ledger_row *row,
                      GError **error)
{
    g_autofree char *id = store_id_new();
    g_autofree char *code = NULL;
    g_autofree char *note = note_of(row);
    const char *lead = row->lead ? g_hash_table_lookup(import->departments, row->lead) : NULL;
    const struct case_past past = {.batch = import->batch,
                                   .line = row->line,
                                   .state = row->state,
                                   .satisfaction = row->satisfaction,
                                   .lead = lead && *lead ? lead : NULL,
                                   .note = note,
                                   .accepted_us = row->accepted_us,
                                   .closed_us = row->closed_us};
    const struct case_seed seed = {.id = id,
                                   .title = json_string_value(json_object_get(row->form, "title")),
                                   .lon = NAN,
                                   .lat = NAN,
                                   .priority = 3,
                                   .form = row->form,
                                   .name = import->who->name,
                                   .past = &past};
    struct case_row bare = {.id = id,
                            .area = (char *)json_string_value(json_object_get(row->form, "area"))};
    bool fine =
        case_open(tx, &seed, import->who->actor, import->now_us, &code, error) &&
        case_reporter_write(tx, import->vault, &bare, row->form, import->now_us, error) &&
        (!bare.reporter || store_exec(tx, error, "UPDATE case_file SET reporter = ? WHERE id = ?",
                                      "ss", bare.reporter, id)) &&
        (!row->closed_us || !bare.reporter ||
         person_release(tx, "case", id, row->closed_us, error)) &&
        store_exec(tx, error,
                   "INSERT INTO case_imported (batch, line, case_id, code) VALUES (?, ?, ?, ?)",
                   "siss", import->batch, (gint64)row->line, id, row->code);
    g_free(bare.reporter);
    return fine;
}

static bool write_end(struct store_tx *tx, struct import *import, GError **error)
{
    gint64 done = 0;
    if (!store_query_int(tx, error, &done, NULL, "SELECT done FROM case_import WHERE id = ?", "s",
                         import->batch))
        return false;
    if (done)
        return true;
    json_t *details = json_pack("{s:I,s:I,s:I,s:s}", "rows", (json_int_t)import->file.lines,
                                "imported", (json_int_t)import->imported, "bad",
                                (json_int_t)import->file.bad, "sha256", import->digest);
    bool fine =
        store_exec(tx, error, "UPDATE case_import SET done = 1 WHERE id = ?", "s", import->batch) &&
        identity_audit(tx, import->who->actor, "case.import", import->batch, details,
                       import->now_us, error);
    json_decref(details);
    return fine;
}

static bool write_piece(struct store_tx *tx, gpointer job, GError **error)
{
    struct import *import = job;
    const GPtrArray *rows = import->file.rows;
    guint last = MIN(import->next + PIECE, rows->len);
    if (!import->next && !write_batch(tx, import, error))
        return false;
    for (guint i = import->next; i < last; i++) {
        const struct ledger_row *row = rows->pdata[i];
        bool was = false;
        bool there = g_hash_table_contains(import->there, GUINT_TO_POINTER(row->line));
        if (!was_written(tx, import, row, &was, error))
            return false;
        if (!was && there && !import->doubles)
            continue;
        if (!was && !write_row(tx, import, row, error))
            return false;
        import->imported++;
        failpoint("cases.import");
    }
    import->next = last;
    return last < rows->len || write_end(tx, import, error);
}

/* --- on the loop */

static void reply(const struct import *import, guint status)
{
    json_t *body =
        json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:O,s:O,s:O}", "batch", import->batch, "dry_run",
                  (int)import->dry, "rows", (json_int_t)import->file.lines, "ready",
                  (json_int_t)import->file.rows->len, "bad", (json_int_t)import->file.bad,
                  "imported", (json_int_t)import->imported, "errors", import->file.faults,
                  "duplicates", import->duplicates, "columns", import->file.columns);
    if (!import->call)
        net_reply_json(import->request, status, body);
    else if (status == 200 && import->file.bad == 0)
        control_reply(import->call, body);
    else if (status == 200 && import->file.rows->len)
        control_reply_partly(import->call, "rows are wrong", body);
    else
        control_reply_refused(import->call, "refused", "nothing was imported", body);
}

static void fail(const struct import *import, const GError *error)
{
    if (import->call)
        control_reply_error(import->call, "failed", error->message);
    else if (import->refusal.code)
        cases_reply_refusal(import->request, &import->refusal);
    else
        cases_reply_error(import->request, error);
}

static void piece_written(gpointer job, const GError *error);

/* The next piece, or, when the server ends, the answer. */
static void go_on(struct import *import)
{
    if (import->cases->ending) {
        g_autoptr(GError) error = cases_ending_error();
        fail(import, error);
        import_free(import);
        return;
    }
    store_write(import->cases->options.store, write_piece, import, piece_written);
}

static void piece_written(gpointer job, const GError *error)
{
    struct import *import = job;
    if (!error && import->next < import->file.rows->len) {
        go_on(import);
        return;
    }
    if (error) {
        fail(import, error);
    } else {
        case_clock_look(import->cases->clock);
        reply(import, 200);
    }
    import_free(import);
}

static void ledger_read(gpointer job, const GError *error)
{
    struct import *import = job;
    bool whole = json_array_size(import->file.faults) == 0;
    if (error) {
        fail(import, error);
    } else if (import->dry) {
        reply(import, 200);
    } else if ((!whole && !import->partial) || !import->file.rows->len) {
        reply(import, 422); /* nothing was imported; the answer says why */
    } else {
        go_on(import);
        return;
    }
    import_free(import);
}

static void check(const struct import *import, json_t *faults)
{
    if (!import->csv)
        case_fault(faults, "csv", "必须填写", "is needed");
    if (!import->key || strlen(import->key) < 8 || strlen(import->key) > 64)
        case_fault(faults, "key", "须为 8 至 64 个字母或数字",
                   "8 to 64 letters or digits are needed");
    const char *name;
    json_t *field;
    json_object_foreach((json_t *)import->columns, name, field)
    {
        const char *text = json_string_value(field);
        if (!text || (*text && ledger_field_find(text) < 0))
            case_fault(faults, "columns", "没有这个字段", "there is no such field");
    }
}

/* Takes `who` and `body`. */
static struct import *import_new(struct cases *cases, struct case_who *who, json_t *body)
{
    struct import *import = g_new0(struct import, 1);
    import->cases = cases;
    cases->imports++;
    import->who = who;
    import->vault = identity_vault(cases->options.identity);
    import->map = cases->ledger_map;
    import->body = body;
    import->csv = json_string_value(json_object_get(body, "csv"));
    import->key = json_string_value(json_object_get(body, "key"));
    import->columns = json_object_get(body, "columns");
    import->dry = json_is_true(json_object_get(body, "dry_run"));
    import->partial = json_is_true(json_object_get(body, "partial"));
    import->doubles = json_is_true(json_object_get(body, "doubles"));
    import->now_us = cases_now(cases);
    import->batch = store_id_new();
    import->areas = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    import->departments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    import->there = g_hash_table_new(NULL, NULL);
    import->duplicates = json_array();
    return import;
}

static void post_import(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    json_t *faults = json_array();
    struct import *import = import_new(
        cases, case_who_new(cases->options.identity, net_request_session(request)), body);
    import->request = net_request_ref(request);
    check(import, faults);
    if (json_array_size(faults) > 0) {
        net_reply_invalid(request, 400, "bad_import", "导入要求不完整或不正确",
                          "what is asked is not complete or not right", faults);
        import_free(import);
        return;
    }
    json_decref(faults);
    store_read(cases->options.store, read_ledger, import, ledger_read);
}

void cases_import_command(struct control_call *call, const json_t *args, gpointer user)
{
    struct cases *cases = user;
    json_t *body = json_deep_copy(args);
    const char *csv = json_string_value(json_object_get(body, "csv"));
    if (!csv) {
        control_reply_error(call, "usage", "cases.import needs the file's text as csv");
        json_decref(body);
        return;
    }
    /* the same file is the same batch, however often it is given */
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, csv, -1);
    json_object_set_new(body, "key", json_string(sum));
    struct import *import = import_new(cases, cases_who_of_call(call), body);
    import->call = call;
    store_read(cases->options.store, read_ledger, import, ledger_read);
}

void cases_import_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cases/import", "case.open", post_import, BODY_BYTES},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
