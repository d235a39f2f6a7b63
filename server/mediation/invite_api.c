/* One-time links. */
#include "common/clock.h"
#include "identity/qr.h"
#include "mediation/mediation_private.h"
#include "notify/letter.h"
#include <string.h>

enum { TOKEN_BYTES = 16, QUIET = 4 };
#define LIFE_US    (INT64_C(14) * 86400 * G_USEC_PER_SEC)
#define LONGEST_US (INT64_C(90) * 86400 * G_USEC_PER_SEC)
#define GRACE_US   (INT64_C(24) * 3600 * G_USEC_PER_SEC)

static const struct problem NO_SEAT = {404, "not_found", NULL, "没有这个席位",
                                       "there is no such seat"};
static const struct problem NOT_GUEST = {409, "not_a_guest", NULL, "该席位有账号，请直接登录",
                                         "this seat has an account: log in"};
static const struct problem OVER = {409, "not_now", NULL, "会议已结束", "the meeting is over"};
static const struct problem BAD_END = {400, "bad_query", "expires_us", "有效期须在 90 天以内",
                                       "a link is good for 90 days at most"};

static const struct problem NO_PHONE = {409, "no_phone", NULL, "这个席位没有手机号码",
                                        "there is no telephone number at this seat"};
static const struct problem NO_GATEWAY = {
    409, "no_gateway", NULL, "没有配置发给个人的短信通道，请复制链接或打印二维码",
    "no channel goes to persons: copy the link or print its code"};

struct invite {
    struct mediation *mediation;
    struct net_request *request;
    struct identity_actor *actor;
    char *meeting_id, *seat_id, *user, *token, *id;
    gint64 now_us, expires_us;
    bool send;
    guint phones, queued;
    struct meeting *meeting;
    const struct problem *problem;
};

static void invite_free(struct invite *invite)
{
    net_request_unref(invite->request);
    identity_actor_free(invite->actor);
    meeting_free(invite->meeting);
    g_free(invite->meeting_id);
    g_free(invite->seat_id);
    g_free(invite->user);
    g_free(invite->token);
    g_free(invite->id);
    g_free(invite);
}

static bool refuse(struct invite *invite, const struct problem *problem, GError **error)
{
    invite->problem = problem;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, problem->en);
    return false;
}

static bool write_link(struct store_tx *tx, struct invite *invite, struct seat *seat,
                       GError **error)
{
    g_autofree char *digest = mediation_digest(invite->token);
    gint64 seq;
    if (!store_exec(tx, error,
                    "UPDATE meeting_invite SET revoked_us = ? WHERE seat = ? AND revoked_us = 0",
                    "is", invite->now_us, seat->id) ||
        !store_exec(tx, error,
                    "INSERT INTO meeting_invite (id, seat, token_hash, made_by, made_us,"
                    " expires_us, device) VALUES (?, ?, ?, ?, ?, ?, '')",
                    "ssssii", invite->id, seat->id, digest, invite->user, invite->now_us,
                    invite->expires_us))
        return false;
    room_put(invite->meeting, seat, ROOM_LOBBY, invite->now_us);
    seat->state = SEAT_INVITED;
    seat_forget_identity(seat);
    meeting_set(&seat->invite, invite->id);
    meeting_set(&seat->cookie_hash, NULL);
    seat->invite_state = INVITE_OPEN;
    seat->invite_expires_us = invite->expires_us;
    json_t *details = json_pack("{s:s,s:s,s:b}", "seat", seat->id, "invite", invite->id, "send",
                                (int)invite->send);
    bool fine =
        meeting_save(tx, invite->meeting, error) &&
        meeting_next(tx, invite->meeting, &seq, error) &&
        meeting_note(tx, invite->meeting, meeting_seat_of_user(invite->meeting, invite->user),
                     invite->actor, seq, "invite", details, invite->now_us, error);
    json_decref(details);
    return fine;
}

/* The older link is never sent any more; the new one is, where that was asked for. */
static bool send_link(struct store_tx *tx, struct invite *invite, const struct seat *seat,
                      GError **error)
{
    const struct mediation *mediation = invite->mediation;
    g_autofree char *link = g_strconcat(mediation->options.url, "/meet#", invite->token, NULL);
    const struct letter_about about = {"invite", invite->id, link, invite->meeting->starts_us,
                                       invite->now_us};
    if (!notify_letters_void(tx, seat->id, "invite", invite->now_us, error))
        return false;
    if (!invite->send)
        return true;
    if (!mediation->options.notify)
        return refuse(invite, &NO_GATEWAY, error);
    return letters_write(tx, mediation, invite->meeting, seat, NULL, &about, &invite->phones,
                         &invite->queued, error) &&
           (invite->phones || refuse(invite, &NO_PHONE, error)) &&
           (invite->queued || refuse(invite, &NO_GATEWAY, error));
}

static bool write_invite(struct store_tx *tx, gpointer data, GError **error)
{
    struct invite *invite = data;
    invite->meeting = meeting_load(tx, &invite->mediation->reader, invite->meeting_id, error);
    if (!invite->meeting)
        return false;
    const struct seat *host = meeting_seat_of_user(invite->meeting, invite->user);
    struct seat *seat = meeting_seat(invite->meeting, invite->seat_id);
    if (!host || !seat_leads(host) || !seat || seat->state == SEAT_REMOVED)
        return refuse(invite, &NO_SEAT, error);
    if (seat->user)
        return refuse(invite, &NOT_GUEST, error);
    if (invite->meeting->state == MEETING_ENDED || invite->meeting->state == MEETING_CANCELLED)
        return refuse(invite, &OVER, error);
    if (!invite->expires_us)
        invite->expires_us = MAX(invite->now_us + LIFE_US, invite->meeting->ends_us + GRACE_US);
    return write_link(tx, invite, seat, error) && send_link(tx, invite, seat, error);
}

/* A square a module, black on white, with the quiet zone that readers need. */
static char *svg_of(const char *text)
{
    json_t *rows = qr_rows(text), *row;
    size_t y, size = json_array_size(rows) + 2 * QUIET;
    GString *svg = g_string_new(NULL);
    g_string_append_printf(svg,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %zu %zu\""
                           " shape-rendering=\"crispEdges\"><rect width=\"%zu\" height=\"%zu\""
                           " fill=\"#fff\"/><path fill=\"#000\" d=\"",
                           size, size, size, size);
    json_array_foreach(rows, y, row)
    {
        const char *bits = json_string_value(row);
        for (size_t x = 0; bits[x]; x++)
            if (bits[x] == '1')
                g_string_append_printf(svg, "M%zu %zuh1v1h-1z", x + QUIET, y + QUIET);
    }
    json_decref(rows);
    g_string_append(svg, "\"/></svg>");
    return g_string_free(svg, FALSE);
}

static void written(gpointer data, const GError *error)
{
    struct invite *invite = data;
    struct mediation *mediation = invite->mediation;
    if (invite->problem) {
        mediation_reply(invite->request, invite->problem);
    } else if (error) {
        mediation_reply_error(invite->request, error);
    } else {
        struct place *before = place_find(mediation, invite->seat_id);
        if (before)
            place_close(before, NULL);
        lives_take(mediation, g_steal_pointer(&invite->meeting));
        g_autofree char *link = g_strconcat(mediation->options.url, "/meet#", invite->token, NULL);
        g_autofree char *svg = svg_of(link);
        if (invite->queued)
            notify_letters_look(mediation->options.notify);
        net_reply_json(invite->request, 201,
                       json_pack("{s:{s:s,s:s,s:s,s:s,s:o,s:i}}", "invite", "id", invite->id,
                                 "seat", invite->seat_id, "link", link, "svg", svg, "expires_us",
                                 meeting_time(invite->expires_us), "sent", (int)invite->queued));
    }
    invite_free(invite);
}

static void post_invite(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const struct net_session *session = net_request_session(request);
    const char *end = json_string_value(json_object_get(body, "expires_us"));
    gint64 now_us = clock_wall_us(), end_us = end ? g_ascii_strtoll(end, NULL, 10) : 0;
    bool send = json_is_true(json_object_get(body, "send"));
    json_decref(body);
    if (end && (end_us <= now_us || end_us > now_us + LONGEST_US)) {
        mediation_reply(request, &BAD_END);
        return;
    }
    struct invite *invite = g_new0(struct invite, 1);
    invite->mediation = user;
    invite->request = net_request_ref(request);
    invite->actor = identity_actor_new(session);
    invite->meeting_id = g_strdup(net_request_param(request, "id"));
    invite->seat_id = g_strdup(net_request_param(request, "seat"));
    invite->user = g_strdup(session->user_id);
    invite->token = mediation_secret(TOKEN_BYTES);
    invite->id = store_id_new();
    invite->now_us = now_us;
    invite->expires_us = end_us;
    invite->send = send;
    store_write(invite->mediation->options.store, write_invite, invite, written);
}

void mediation_invite_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/meetings/:id/seats/:seat/invite", "meeting.host", post_invite, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
