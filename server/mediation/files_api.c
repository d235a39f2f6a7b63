/* Files given to a room, and looked at by who is in it. A file is kept first, then recorded; what
 * was not recorded is dropped again. */
#include "common/clock.h"
#include "common/log.h"
#include "files/attachments.h"
#include "mediation/mediation_private.h"
#include <string.h>

enum { MOST_FILES = 100, MOST_OF_GUEST = 30 };

static const struct problem NO_FILE = {404, "not_found", NULL, "没有这个文件",
                                       "there is no such file"};
static const struct problem NOT_NOW = {409, "not_now", NULL, "您现在不能发送文件",
                                       "you cannot send a file now"};
static const struct problem TOO_MANY = {409, "too_many", NULL, "本次会议的文件已达上限",
                                        "this meeting has as many files as it may"};
static const struct problem BUSY = {503, "busy", NULL, "服务器正在处理过多文件，请稍后再试",
                                    "the server is treating too many files, try again later"};
static const struct problem MISSING = {500, "file_missing", NULL, "文件缺失或已损坏，请联系管理员",
                                       "the file is missing or damaged: tell the administrator"};

/* A file on its way in or out. */
struct passage {
    struct mediation *mediation;
    struct net_request *request;
    struct identity_actor *actor;
    char *meeting_id, *seat_id, *room, *name, *user;
    gint64 now_us;
    const struct problem *problem;
    /* --- in */
    gsize admitted;
    struct attachment_new *file;
    struct meeting *meeting;
    char *paper;
    /* --- out */
    char *owner_kind, *owner, *attachment_id;
    struct attachment attachment;
    bool small;
};

static void passage_free(struct passage *passage)
{
    if (passage->admitted)
        attachments_leave(passage->mediation->options.attachments, passage->admitted);
    net_request_unref(passage->request);
    identity_actor_free(passage->actor);
    attachment_new_free(passage->file);
    attachment_clear(&passage->attachment);
    meeting_free(passage->meeting);
    char *const texts[] = {passage->meeting_id, passage->seat_id, passage->room,
                           passage->name,       passage->user,    passage->paper,
                           passage->owner_kind, passage->owner,   passage->attachment_id};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(passage);
}

static struct passage *passage_new(struct mediation *mediation, struct net_request *request,
                                   const struct place *place)
{
    struct passage *passage = g_new0(struct passage, 1);
    const struct net_session *session = net_request_session(request);
    const struct seat *seat = place_seat(place);
    passage->mediation = mediation;
    passage->request = net_request_ref(request);
    passage->actor = identity_actor_new(seat->user ? session : NULL);
    if (!seat->user) {
        passage->actor->login = g_strdup("guest");
        passage->actor->address = g_strdup(net_request_address(request));
    }
    passage->meeting_id = g_strdup(place->live->meeting->id);
    passage->seat_id = g_strdup(place->seat);
    passage->room = g_strdup(seat->room);
    passage->user = g_strdup(seat->user ? seat->user : "guest");
    passage->now_us = clock_wall_us();
    return passage;
}

static bool refuse(struct passage *passage, const struct problem *problem, GError **error)
{
    passage->problem = problem;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, problem->en);
    return false;
}

static void answer_problem(struct passage *passage, const struct problem *problem)
{
    if (problem->status == 503)
        net_request_set_header(passage->request, "Retry-After", "5");
    mediation_reply(passage->request, problem);
}

/* --- in */

static bool write_paper(struct store_tx *tx, struct passage *passage, const struct seat *seat,
                        GError **error)
{
    const struct vault *vault = identity_vault(passage->mediation->options.identity);
    const struct attachment_owner owner = {"meeting", passage->meeting_id};
    g_autofree char *name = seat_title(seat, true);
    gint64 seq;
    json_t *details =
        json_pack("{s:s,s:s}", "file", passage->paper, "sha256", passage->file->sha256);
    bool fine =
        attachment_insert(tx, vault, passage->file, &owner, passage->user, name, passage->now_us,
                          error) &&
        store_exec(tx, error,
                   "INSERT INTO meeting_file (id, meeting, room, seat, time_us, owner_kind, owner,"
                   " attachment) VALUES (?, ?, ?, ?, ?, 'meeting', ?, ?)",
                   "ssssiss", passage->paper, passage->meeting_id, seat->room, seat->id,
                   passage->now_us, passage->meeting_id, passage->file->id) &&
        meeting_next(tx, passage->meeting, &seq, error) &&
        meeting_note(tx, passage->meeting, seat, passage->actor, seq, "file", details,
                     passage->now_us, error);
    json_decref(details);
    return fine;
}

/* One guest does not use up the room's files for all others. */
static bool is_full(const struct meeting *meeting, const struct seat *seat)
{
    guint own = 0;
    for (guint i = 0; i < meeting->papers->len; i++) {
        const struct meeting_paper *paper = meeting->papers->pdata[i];
        own += g_strcmp0(paper->seat, seat->id) == 0;
    }
    return meeting->papers->len >= MOST_FILES || (!seat_leads(seat) && own >= MOST_OF_GUEST);
}

/* Whoever was moved while the file came has not given it to the other room. */
static bool record(struct store_tx *tx, gpointer data, GError **error)
{
    struct passage *passage = data;
    struct meeting *meeting =
        meeting_load(tx, &passage->mediation->reader, passage->meeting_id, error);
    if (!meeting)
        return false;
    passage->meeting = meeting;
    const struct seat *seat = meeting_seat(meeting, passage->seat_id);
    if (!seat || !room_may(meeting, seat).chat || strcmp(seat->room, passage->room) != 0)
        return refuse(passage, &NOT_NOW, error);
    if (is_full(meeting, seat))
        return refuse(passage, &TOO_MANY, error);
    passage->paper = store_id_new();
    if (!write_paper(tx, passage, seat, error))
        return false;
    meeting_free(meeting);
    passage->meeting = meeting_load(tx, &passage->mediation->reader, passage->meeting_id, error);
    return passage->meeting != NULL;
}

static void recorded(gpointer data, const GError *error)
{
    struct passage *passage = data;
    if (error)
        attachments_drop(passage->mediation->options.attachments, passage->file->id);
    if (passage->problem) {
        answer_problem(passage, passage->problem);
    } else if (error) {
        mediation_reply_error(passage->request, error);
    } else {
        lives_take(passage->mediation, g_steal_pointer(&passage->meeting));
        net_reply_json(passage->request, 201,
                       json_pack("{s:{s:s,s:s,s:s,s:I}}", "file", "id", passage->paper, "name",
                                 passage->file->name, "kind",
                                 file_kind_info(passage->file->kind)->name, "bytes",
                                 (json_int_t)passage->file->bytes));
    }
    passage_free(passage);
}

static void kept(struct attachment_new *file, const struct attachment_fault *fault, gpointer user)
{
    struct passage *passage = user;
    passage->file = file;
    if (file) {
        store_write(passage->mediation->options.store, record, passage, recorded);
        return;
    }
    if (fault->status == 503)
        net_request_set_header(passage->request, "Retry-After", "5");
    net_reply_error(passage->request, fault->status, fault->why.code, fault->why.zh, fault->why.en);
    passage_free(passage);
}

static void take_file(struct mediation *mediation, struct net_request *request,
                      const struct place *place)
{
    const char *name = net_request_header(request, "x-townwall-name");
    GBytes *body = net_request_body(request);
    struct passage *passage = passage_new(mediation, request, place);
    passage->name = name ? file_name_decode(name) : NULL;
    if (!room_may(place->live->meeting, place_seat(place)).chat) {
        answer_problem(passage, &NOT_NOW);
        passage_free(passage);
    } else if (!attachments_admit(mediation->options.attachments, g_bytes_get_size(body))) {
        answer_problem(passage, &BUSY);
        passage_free(passage);
    } else {
        passage->admitted = g_bytes_get_size(body);
        attachments_keep(mediation->options.attachments, body, passage->name, kept, passage);
    }
}

/* --- out */

static const struct meeting_paper *find_paper(const struct meeting *meeting, const char *id)
{
    for (guint i = 0; i < meeting->papers->len; i++) {
        const struct meeting_paper *paper = meeting->papers->pdata[i];
        if (strcmp(paper->id, id) == 0)
            return paper;
    }
    return NULL;
}

/* Whoever was moved or removed meanwhile does not see it any more. */
static bool note_look(struct store_tx *tx, gpointer data, GError **error)
{
    struct passage *passage = data;
    passage->meeting = meeting_load(tx, &passage->mediation->reader, passage->meeting_id, error);
    if (!passage->meeting)
        return false;
    const struct seat *seat = meeting_seat(passage->meeting, passage->seat_id);
    const struct meeting_paper *paper = find_paper(passage->meeting, passage->paper);
    if (!seat || !paper || !room_sees_paper(passage->meeting, seat, paper))
        return refuse(passage, &NO_FILE, error);
    const struct attachment_owner owner = {passage->owner_kind, passage->owner};
    const struct vault *vault = identity_vault(passage->mediation->options.identity);
    gint64 seq;
    if (!attachment_load(tx, vault, passage->attachment_id, &owner, &passage->attachment, error))
        return false;
    if (passage->attachment.erased_us || passage->attachment.withdrawn_us ||
        (passage->small && !passage->attachment.thumb))
        return refuse(passage, &NO_FILE, error);
    json_t *details =
        json_pack("{s:s,s:s}", "file", passage->paper, "attachment", passage->attachment_id);
    bool fine = meeting_next(tx, passage->meeting, &seq, error) &&
                meeting_note(tx, passage->meeting, seat, passage->actor, seq, "look", details,
                             passage->now_us, error);
    json_decref(details);
    return fine;
}

static void opened(GBytes *content, const GError *error, gpointer user)
{
    struct passage *passage = user;
    enum file_kind kind = passage->small ? FILE_JPEG : passage->attachment.kind;
    g_autofree char *disposition = file_name_disposition(passage->attachment.name, kind);
    if (!content) {
        log_error("mediation", "file %s: %s", passage->attachment_id, error->message);
        answer_problem(passage, &MISSING);
    } else {
        net_request_set_header(passage->request, "Content-Disposition", disposition);
        net_request_set_header(passage->request, "Content-Security-Policy", "sandbox");
        net_reply_bytes(passage->request, 200, file_kind_info(kind)->media, content);
    }
    passage_free(passage);
}

static void noted(gpointer data, const GError *error)
{
    struct passage *passage = data;
    if (passage->problem || g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        answer_problem(passage, &NO_FILE);
    else if (error)
        mediation_reply_error(passage->request, error);
    else if (attachments_read(passage->mediation->options.attachments, passage->attachment_id,
                              passage->small, passage->attachment.key, passage->attachment.bytes,
                              opened, passage))
        return;
    else
        answer_problem(passage, &BUSY);
    passage_free(passage);
}

static void give_file(struct mediation *mediation, struct net_request *request,
                      const struct place *place)
{
    const struct meeting *meeting = place->live->meeting;
    const char *id = net_request_param(request, "file");
    const struct meeting_paper *paper = find_paper(meeting, id);
    if (!paper || !room_sees_paper(meeting, place_seat(place), paper)) {
        mediation_reply(request, &NO_FILE);
        return;
    }
    struct passage *passage = passage_new(mediation, request, place);
    passage->paper = g_strdup(paper->id);
    passage->owner_kind = g_strdup(paper->owner_kind);
    passage->owner = g_strdup(paper->owner);
    passage->attachment_id = g_strdup(paper->attachment);
    passage->small = g_strcmp0(net_request_query(request, "size"), "small") == 0;
    store_write(mediation->options.store, note_look, passage, noted);
}

/* --- routes */

/* NULL: answered 404. */
static struct place *place_of_user(struct mediation *mediation, struct net_request *request)
{
    const struct live *live = lives_find(mediation, net_request_param(request, "id"));
    const struct seat *seat =
        live ? meeting_seat_of_user(live->meeting, net_request_session(request)->user_id) : NULL;
    if (!seat)
        mediation_reply(request, &NO_FILE);
    return seat ? place_find(mediation, seat->id) : NULL;
}

static void guest_post(struct net_request *request, gpointer user)
{
    const struct place *place = mediation_guest_place(user, request);
    if (place)
        take_file(user, request, place);
}

static void guest_get(struct net_request *request, gpointer user)
{
    const struct place *place = mediation_guest_place(user, request);
    if (place)
        give_file(user, request, place);
}

static void user_post(struct net_request *request, gpointer user)
{
    const struct place *place = place_of_user(user, request);
    if (place)
        take_file(user, request, place);
}

static void user_get(struct net_request *request, gpointer user)
{
    const struct place *place = place_of_user(user, request);
    if (place)
        give_file(user, request, place);
}

void mediation_file_routes(struct mediation *mediation)
{
    size_t most = (size_t)attachments_body_bytes(mediation->options.attachments);
    const struct net_route routes[] = {
        {"POST", "/api/v1/meet/files", NET_GUEST, guest_post, most},
        {"GET", "/api/v1/meet/files/:file", NET_GUEST, guest_get, 0},
        {"POST", "/api/v1/meetings/:id/files", "meeting.join", user_post, most},
        {"GET", "/api/v1/meetings/:id/files/:file", "meeting.join", user_get, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
