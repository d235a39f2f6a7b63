/* Files of a case: POST /api/v1/cases/ID/attachments, GET /api/v1/cases/ID/attachments/FILE
 * (docs/files.md). A file is kept first, then recorded by the act `attach`; what was not recorded
 * is dropped again. */
#include "cases/cases_private.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "files/attachments.h"
#include "identity/retention.h"
#include <string.h>

#define OWNER "case"

struct upload {
    struct cases *cases;
    struct net_request *request;
    struct case_job *job;
    char *name;
    gsize admitted;              /* bytes of the body */
    struct attachment_new *file; /* kept; NULL: not yet, or done before */
    json_t *answer;              /* A */
};

static void upload_free(struct upload *upload)
{
    attachments_leave(upload->cases->options.attachments, upload->admitted);
    net_request_unref(upload->request);
    case_job_free(upload->job);
    attachment_new_free(upload->file);
    json_decref(upload->answer);
    g_free(upload->name);
    g_free(upload);
}

/* Is it the file that came with that key? */
static bool is_same(struct store_tx *tx, const struct upload *upload, const char *id, bool *same,
                    GError **error)
{
    gint64 one;
    g_autofree char *sum = NULL;
    *same = !upload->job->again;
    if (*same)
        return true;
    sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, net_request_body(upload->request));
    return store_query_int(tx, error, &one, same,
                           "SELECT 1 FROM attachment WHERE id = ? AND given_sha256 = ?", "ss", id,
                           sum);
}

/* The file that the record of this key is about. */
static bool find_answer(struct store_tx *tx, struct upload *upload, GError **error)
{
    const struct case_job *job = upload->job;
    const struct attachment_owner owner = {OWNER, job->row.id};
    GError *bad = NULL;
    g_autofree char *id = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT details FROM case_log WHERE case_id = ? AND seq = ? AND action = 'attach'", "si",
        job->row.id, job->seq);
    if (rows && store_rows_next(rows, &bad)) {
        json_t *details = json_loads(store_text(rows, 0), 0, NULL);
        id = g_strdup(json_string_value(json_object_get(details, "file")));
        json_decref(details);
    }
    json_t *all = rows && !bad ? attachments_json(tx, job->vault, &owner, error) : NULL;
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *one = json_array_get(all, i);
        if (id && g_strcmp0(json_string_value(json_object_get(one, "id")), id) == 0)
            upload->answer = json_incref(one);
    }
    if (bad)
        g_propagate_error(error, bad);
    bool same = true;
    bool read = all != NULL && (!id || is_same(tx, upload, id, &same, error));
    json_decref(all);
    return read && ((upload->answer && same) ||
                    case_job_refuse(upload->job, "key_used", "这个操作编号已用于另一个操作",
                                    "the key was used for another act", error));
}

static void reply(const struct upload *upload)
{
    const struct case_job *job = upload->job;
    json_t *file = case_row_json(&job->row);
    net_reply_json(upload->request, job->again ? 200 : 201,
                   json_pack("{s:O,s:o,s:I}", "attachment", upload->answer, "case", file, "seq",
                             (json_int_t)job->seq));
}

static void refuse(const struct upload *upload, const GError *error)
{
    if (upload->job->refusal.code)
        cases_reply_refusal(upload->request, &upload->job->refusal);
    else
        cases_reply_error(upload->request, error);
}

/* --- recording */

static bool record(struct store_tx *tx, gpointer data, GError **error)
{
    struct upload *upload = data;
    upload->job->file = upload->file;
    return case_job_run(tx, upload->job, error) && find_answer(tx, upload, error);
}

static void recorded(gpointer data, const GError *error)
{
    struct upload *upload = data;
    if (!error)
        failpoint("files.committed");
    if (error || upload->job->again)
        attachments_drop(upload->cases->options.attachments, upload->file->id);
    if (error)
        refuse(upload, error);
    else
        reply(upload);
    upload_free(upload);
}

static void kept(struct attachment_new *file, const struct attachment_fault *fault, gpointer user)
{
    struct upload *upload = user;
    upload->file = file;
    if (!file) {
        if (fault->status == 503)
            net_request_set_header(upload->request, "Retry-After", "5");
        net_reply_error(upload->request, fault->status, fault->why.code, fault->why.zh,
                        fault->why.en);
        upload_free(upload);
        return;
    }
    store_write(upload->cases->options.store, record, upload, recorded);
}

/* --- asking */

static bool may(struct store_tx *tx, gpointer data, GError **error)
{
    struct upload *upload = data;
    return case_job_try(tx, upload->job, error) &&
           (!upload->job->again || find_answer(tx, upload, error));
}

static void allowed(gpointer data, const GError *error)
{
    struct upload *upload = data;
    if (error) {
        refuse(upload, error);
    } else if (upload->job->again) {
        reply(upload);
    } else {
        attachments_keep(upload->cases->options.attachments, net_request_body(upload->request),
                         upload->name, kept, upload);
        return;
    }
    upload_free(upload);
}

/* The act as it would have come to /acts. Returned: json_decref(). */
static json_t *act_of(struct net_request *request)
{
    const char *text = net_request_header(request, "x-townwall-text");
    const char *key = net_request_header(request, "x-townwall-key");
    g_autofree char *caption = text ? file_name_decode(text) : NULL;
    json_t *act = json_pack("{s:s}", "act", "attach");
    if (key)
        json_object_set_new(act, "key", json_string(key));
    if (caption && *caption)
        json_object_set_new(act, "text", json_string(caption));
    return act;
}

static void reply_busy(struct net_request *request, const char *zh, const char *en)
{
    net_request_set_header(request, "Retry-After", "5");
    net_reply_error(request, 503, "busy", zh, en);
}

static void post_file(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    gsize bytes = g_bytes_get_size(net_request_body(request));
    if (!attachments_admit(cases->options.attachments, bytes)) {
        reply_busy(request, "服务器正在处理过多文件，请稍后再试",
                   "The server is treating too many files, try again later");
        return;
    }
    const char *name = net_request_header(request, "x-townwall-name");
    json_t *faults = json_array(), *act = act_of(request);
    struct upload *upload = g_new0(struct upload, 1);
    upload->cases = cases;
    upload->admitted = bytes;
    upload->request = net_request_ref(request);
    upload->name = name ? file_name_decode(name) : NULL;
    upload->job = case_job_read(net_request_param(request, "id"), act,
                                case_who_new(cases->options.identity, net_request_session(request)),
                                cases_now(cases), faults);
    upload->job->vault = identity_vault(cases->options.identity);
    json_decref(act);
    if (json_array_size(faults) > 0) {
        net_reply_invalid(request, 400, "bad_act", "操作不完整或不正确",
                          "the act is not complete or not right", faults);
        upload_free(upload);
        return;
    }
    json_decref(faults);
    store_read(cases->options.store, may, upload, allowed);
}

/* --- seeing */

/* Did somebody who only acts on the case add it, not who took it from the reporter? */
static bool is_of_handlers(const struct case_row *row, const char *user, const json_t *details)
{
    const char *role = json_string_value(json_object_get(details, "role"));
    return g_strcmp0(user, row->first_user) != 0 &&
           (g_strcmp0(role, "department_handler") == 0 || g_strcmp0(role, "grid_worker") == 0);
}

bool cases_files_shown(struct store_tx *tx, const struct case_row *row, const struct case_who *who,
                       GHashTable **shown, GError **error)
{
    struct case_seen seen = case_seen_of(row);
    GError *bad = NULL;
    *shown = NULL;
    if (case_may_know_reporter(row->about, who, case_who_roles(who, &seen)))
        return true;
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    store_rows_auto rows = store_query(
        tx, error, "SELECT user_id, details FROM case_log WHERE case_id = ? AND action = 'attach'",
        "s", row->id);
    while (rows && store_rows_next(rows, &bad)) {
        const char *user = store_text(rows, 0);
        json_t *details = json_loads(store_text(rows, 1), 0, NULL);
        const char *file = json_string_value(json_object_get(details, "file"));
        bool own = g_strcmp0(user, who->actor->user) == 0;
        if (file && (own || is_of_handlers(row, user, details)))
            g_hash_table_add(ids, g_strdup(file));
        json_decref(details);
    }
    if (bad)
        g_propagate_error(error, bad);
    if (rows && !bad)
        *shown = g_steal_pointer(&ids);
    return rows && !bad;
}

struct look {
    struct cases *cases;
    struct net_request *request;
    struct case_who *who;
    const struct vault *vault;
    char *case_id, *file_id;
    bool small;
    gint64 now_us;
    struct case_refusal refusal;
    struct attachment file;
};

static void look_free(struct look *look)
{
    net_request_unref(look->request);
    case_who_free(look->who);
    attachment_clear(&look->file);
    g_free(look->case_id);
    g_free(look->file_id);
    g_free(look);
}

static bool refuse_look(struct look *look, const char *code, const char *zh, const char *en,
                        GError **error)
{
    look->refusal = (struct case_refusal){code, zh, en};
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, en);
    return false;
}

/* What was withdrawn is for whoever added it and for who supervises. */
static bool check_file(struct look *look, bool film, guint32 roles, GError **error)
{
    bool own = g_strcmp0(look->file.user, look->who->actor->user) == 0;
    if (look->file.erased_us || !look->file.name)
        return refuse_look(look, "erased", "附件已按期限销毁", "the file was erased", error);
    if (look->file.withdrawn_us && !own && !(roles & workflow_role_bit("supervisor")))
        return refuse_look(look, "withdrawn", "附件已撤下", "the file was withdrawn", error);
    /* its consent is for who led it, with a reason on record (mediation/recordings_api.c) */
    if (film)
        return refuse_look(look, "film", "调解录像由主持的调解员在会议的录像页写明理由后查看",
                           "the film of a mediation is looked at by who led it, with a reason, on "
                           "the page of its films",
                           error);
    if (look->small && !look->file.thumb)
        return refuse_look(look, "no_thumbnail", "没有缩略图", "there is no small picture", error);
    return true;
}

static bool check_shown(struct store_tx *tx, const struct look *look, const struct case_row *row,
                        GError **error)
{
    g_autoptr(GHashTable) shown = NULL;
    if (!cases_files_shown(tx, row, look->who, &shown, error))
        return false;
    if (!shown || g_hash_table_contains(shown, look->file_id))
        return true;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such file");
    return false;
}

static bool record_look(struct store_tx *tx, gpointer data, GError **error)
{
    struct look *look = data;
    case_row_auto row = {0};
    if (!case_row_load(tx, look->case_id, &row, error))
        return false;
    bool film = false;
    struct case_seen seen = case_seen_of(&row);
    const struct attachment_owner owner = {OWNER, row.id};
    if (!case_who_sees(look->who, &seen)) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "there is no such case");
        return false;
    }
    if (!check_shown(tx, look, &row, error) ||
        !attachment_load(tx, look->vault, look->file_id, &owner, &look->file, error) ||
        !attachment_is_film(tx, look->file_id, &film, error) ||
        !check_file(look, film, case_who_roles(look->who, &seen), error))
        return false;
    json_t *details = json_pack("{s:s,s:b}", "case", row.id, "small", (int)look->small);
    bool fine = identity_audit(tx, look->who->actor, "attachment.view", look->file.id, details,
                               look->now_us, error);
    json_decref(details);
    return fine;
}

static void reply_content(const struct look *look, GBytes *content)
{
    enum file_kind kind = look->small ? FILE_JPEG : look->file.kind;
    g_autofree char *disposition = file_name_disposition(look->file.name, kind);
    net_request_set_header(look->request, "Content-Disposition", disposition);
    net_request_set_header(look->request, "Content-Security-Policy", "sandbox");
    net_reply_bytes(look->request, 200, file_kind_info(kind)->media, content);
}

static void opened(GBytes *content, const GError *error, gpointer user)
{
    struct look *look = user;
    if (content) {
        reply_content(look, content);
    } else {
        bool gone = error->code == SHELF_ERROR_GONE;
        log_error("files", "%s of case %s: %s", look->file.id, look->case_id, error->message);
        net_reply_error(look->request, 500, gone ? "file_missing" : "file_damaged",
                        gone ? "附件文件缺失，请联系管理员" : "附件文件已损坏，请联系管理员",
                        gone ? "the file is missing on the server: tell the administrator"
                             : "the file is damaged on the server: tell the administrator");
    }
    look_free(look);
}

static void look_recorded(gpointer data, const GError *error)
{
    struct look *look = data;
    if (look->refusal.code) {
        const char *code = look->refusal.code;
        guint status = strcmp(code, "no_thumbnail") == 0 ? 404
                       : strcmp(code, "film") == 0       ? 403
                                                         : 410;
        net_reply_error(look->request, status, code, look->refusal.zh, look->refusal.en);
    } else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND)) {
        net_reply_error(look->request, 404, "not_found", "没有这个附件", "there is no such file");
    } else if (error) {
        cases_reply_error(look->request, error);
    } else if (attachments_read(look->cases->options.attachments, look->file.id, look->small,
                                look->file.key, look->file.bytes, opened, look)) {
        return;
    } else {
        reply_busy(look->request, "服务器正在发送过多文件，请稍后再试",
                   "The server is sending too many files, try again later");
    }
    look_free(look);
}

static void get_file(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct look *look = g_new0(struct look, 1);
    look->cases = cases;
    look->request = net_request_ref(request);
    look->who = case_who_new(cases->options.identity, net_request_session(request));
    look->vault = identity_vault(cases->options.identity);
    look->case_id = g_strdup(net_request_param(request, "id"));
    look->file_id = g_strdup(net_request_param(request, "file"));
    look->small = g_strcmp0(net_request_query(request, "size"), "small") == 0;
    look->now_us = cases_now(cases);
    store_write(cases->options.store, record_look, look, look_recorded);
}

/* --- retention: from when the case was closed */

#define DUE                                                                                        \
    " FROM attachment a JOIN case_file c ON c.id = a.owner WHERE a.owner_kind = 'case' AND"        \
    " a.erased_us = 0 AND c.closed_us > 0 AND c.closed_us < ?"
#define HELD                                                                                       \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_us = 0 AND ((h.kind = 'attachment' AND"     \
    " (h.object = a.id OR h.object = '*')) OR (h.kind = 'case' AND (h.object = c.id OR"            \
    " h.object = '*'))))"

bool cases_files_purge(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                       gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    (void)user;
    bool found;
    if (!store_exec(tx, error,
                    "UPDATE attachment SET erased_us = ?, key_wrapped = NULL WHERE id IN"
                    " (SELECT a.id" DUE " AND NOT " HELD " ORDER BY a.id LIMIT ?)",
                    "iii", now_us, before_us, (gint64)limit))
        return false;
    *deleted += store_changed(tx);
    return store_query_int(tx, error, held, &found, "SELECT COUNT(*)" DUE " AND " HELD, "i",
                           before_us);
}

void cases_file_routes(struct cases *cases)
{
    const struct net_route routes[] = {
        {"POST", "/api/v1/cases/:id/attachments", "case.act", post_file,
         (size_t)attachments_body_bytes(cases->options.attachments)},
        {"GET", "/api/v1/cases/:id/attachments/:file", "case.own", get_file, 0},
    };
    static const struct retention_kind kind = {"attachment", cases_files_purge, NULL};
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
    retention_add(cases->options.identity, &kind);
    hold_kind_add(cases->options.identity, "attachment",
                  "SELECT id FROM attachment WHERE id = ? OR id = ?");
    hold_kind_add(cases->options.identity, "case",
                  "SELECT id FROM case_file WHERE id = ? OR code = ?");
}
