/* People without an account: their cookie, their WebSocket; and the messages of every seat. */
#include "common/clock.h"
#include "mediation/mediation_private.h"
#include <sodium.h>
#include <string.h>

/* A browser that comes anew may have an old connection that nobody knows to be dead yet. */
enum { MOST_SOCKETS = 4 };

char *mediation_digest(const char *secret)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, secret, -1);
}

char *mediation_secret(gsize bytes)
{
    guint8 *data = g_malloc(bytes);
    gsize size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = g_malloc(size);
    randombytes_buf(data, bytes);
    sodium_bin2base64(text, size, data, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(data, bytes);
    g_free(data);
    return text;
}

char *mediation_device(struct net_request *request)
{
    const char *agent = net_request_header(request, "user-agent");
    if (!agent || !g_utf8_validate(agent, -1, NULL))
        return g_strdup("");
    return g_utf8_substring(agent, 0, MIN(g_utf8_strlen(agent, -1), 200));
}

/* --- sessions */

static struct net_session *find(const char *token, const char *address, gpointer user)
{
    struct mediation *mediation = user;
    g_autofree char *digest = mediation_digest(token);
    const struct place *place = g_hash_table_lookup(mediation->cookies, digest);
    if (!place)
        return NULL;
    struct net_session *session = net_session_create();
    session->id = g_strconcat("meet:", place->seat, NULL);
    session->user_id = g_strdup(place->seat);
    session->login = g_strdup("guest");
    session->name = g_strdup("");
    session->role = g_strdup("guest");
    session->address = g_strdup(address);
    return session;
}

struct place *mediation_guest_place(struct mediation *mediation, struct net_request *request)
{
    static const struct problem gone = {401, "session_ended", NULL, "链接已收回，请联系调解员",
                                        "the link was taken back; ask the mediator"};
    char cookie[257] = "";
    struct place *place = NULL;
    if (net_request_guest_token(request, cookie, sizeof cookie)) {
        g_autofree char *digest = mediation_digest(cookie);
        place = g_hash_table_lookup(mediation->cookies, digest);
    }
    if (!place)
        mediation_reply(request, &gone);
    return place;
}

static void opened(struct net_client *client, gpointer user)
{
    struct mediation *mediation = user;
    struct place *place = place_find(mediation, net_client_session(client)->user_id);
    g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
    if (!place) { /* it ended while the browser came */
        net_client_close(client, NET_CLOSE_SESSION_ENDED, "session_ended");
        return;
    }
    if (++place->sockets > MOST_SOCKETS) {
        net_client_close(client, NET_CLOSE_POLICY, "too many connections of one seat");
        return;
    }
    net_client_send_json(client,
                         json_pack("{s:s,s:i,s:s,s:s,s:{s:s,s:s}}", "t", "hello", "proto", 1,
                                   "boot", mediation->boot, "now_us", now, "meet", "meeting",
                                   place->live->meeting->id, "seat", place->seat));
}

/* --- messages */

static void refuse(struct net_client *client, json_t *message, const char *code, const char *zh,
                   const char *en)
{
    net_client_send_error(client, code, zh, en, json_object_get(message, "re"));
}

static void arrive(struct place *place, struct net_client *client, bool guest)
{
    struct mediation *mediation = place->live->mediation;
    const struct seat *seat = place_seat(place);
    enum meeting_state state = place->live->meeting->state;
    bool comes_in = state == MEETING_OPEN && seat_leads(seat) && seat->state != SEAT_IN;
    if (guest || state == MEETING_ENDED || state == MEETING_CANCELLED ||
        (seat->state != SEAT_INVITED && !comes_in))
        return;
    const struct act_ask call = {.meeting = place->live->meeting->id,
                                 .seat = place->seat,
                                 .session = net_client_session(client),
                                 .address = net_client_address(client),
                                 .body = json_pack("{s:s}", "act", "arrive")};
    act_ask(mediation, &call);
}

static bool is_guest(const struct net_client *client)
{
    return g_str_has_prefix(net_client_session(client)->id, "meet:");
}

static void take_sub(struct place *place, struct net_client *client, json_t *message)
{
    if (place_seat(place)->state == SEAT_REMOVED) {
        refuse(client, message, "no_right", "您已不在这次会议中", "you are no more part of it");
        return;
    }
    place_attach(place, client, json_string_value(json_object_get(message, "from")));
    arrive(place, client, is_guest(client));
}

static void take_unsub(struct place *place, struct net_client *client, json_t *message)
{
    (void)message;
    if (place->client == client)
        place_detach(place->live->mediation, client);
}

static void take_meet(struct place *place, struct net_client *client, json_t *message)
{
    const char *name = json_string_value(json_object_get(message, "act"));
    if (!name || strcmp(name, "arrive") == 0) {
        refuse(client, message, "bad_act", "没有这个操作", "there is no such act");
        return;
    }
    const struct act_ask call = {.meeting = place->live->meeting->id,
                                 .seat = place->seat,
                                 .session = is_guest(client) ? NULL : net_client_session(client),
                                 .address = net_client_address(client),
                                 .body = json_deep_copy(message),
                                 .client = client,
                                 .re = json_object_get(message, "re")};
    act_ask(place->live->mediation, &call);
}

static void take_rtc(struct place *place, struct net_client *client, json_t *message)
{
    const struct mediation *mediation = place->live->mediation;
    const char *zh = "此刻没有音视频", *en = "there is no sound or picture now", *code = "no_media";
    if (place->client != client) {
        code = "no_room";
        zh = "请先进入会议";
        en = "enter the meeting first";
    } else if (mediation->media && place->media_room) {
        code = mediation->media->message(place->seat, message, &zh, &en, mediation->media_user);
    }
    if (code)
        refuse(client, message, code, zh, en);
}

bool mediation_take_of(struct mediation *mediation, struct place *place, struct net_client *client,
                       json_t *message)
{
    static const struct {
        const char *type;
        void (*take)(struct place *place, struct net_client *client, json_t *message);
    } types[] = {{"sub", take_sub}, {"unsub", take_unsub}, {"meet", take_meet}, {"rtc", take_rtc}};
    const char *type = json_string_value(json_object_get(message, "t"));
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(type, types[i].type) != 0)
            continue;
        g_hash_table_replace(mediation->clients, g_strdup(net_client_id(client)), client);
        types[i].take(place, client, message);
        return true;
    }
    return false;
}

/* Of a topic name or of "meeting". */
static const char *meeting_of(const json_t *message)
{
    const char *topic = json_string_value(json_object_get(message, "topic"));
    if (topic && g_str_has_prefix(topic, "meeting:"))
        return topic + strlen("meeting:");
    return json_string_value(json_object_get(message, "meeting"));
}

static void text(struct net_client *client, json_t *message, gpointer user)
{
    struct mediation *mediation = user;
    struct place *place = place_find(mediation, net_client_session(client)->user_id);
    const char *type = json_string_value(json_object_get(message, "t"));
    const char *meeting = meeting_of(message);
    bool foreign = meeting && place && strcmp(meeting, place->live->meeting->id) != 0;
    bool sub = strcmp(type, "sub") == 0 || strcmp(type, "unsub") == 0;
    if (strcmp(type, "ping") == 0) {
        g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock_wall_us());
        json_t *re = json_object_get(message, "re");
        net_client_send_json(client, json_pack("{s:s,s:o,s:s}", "t", "pong", "re",
                                               re ? json_incref(re) : json_null(), "now_us", now));
    } else if (!place || foreign || (sub && !meeting)) {
        refuse(client, message, "no_right", "没有查看该主题的权限",
               "no right to follow this topic");
    } else if (!mediation_take_of(mediation, place, client, message)) {
        refuse(client, message, "bad_message", "不认识的命令", "unknown command");
    }
}

static void closed(struct net_client *client, gpointer user)
{
    struct place *place = place_find(user, net_client_session(client)->user_id);
    if (place && place->sockets > 0)
        place->sockets--;
    mediation_client_closed(user, client);
}

void mediation_client_closed(struct mediation *mediation, struct net_client *client)
{
    g_hash_table_remove(mediation->clients, net_client_id(client));
    place_detach(mediation, client);
}

const struct net_guests mediation_guests = {
    .find = find, .clients = {.opened = opened, .text = text, .closed = closed}};

/* --- somebody with an account */

bool mediation_take(struct mediation *mediation, struct net_client *client, json_t *message)
{
    const char *type = json_string_value(json_object_get(message, "t"));
    const char *meeting = meeting_of(message);
    bool ours = strcmp(type, "meet") == 0 || strcmp(type, "rtc") == 0;
    bool sub = strcmp(type, "sub") == 0 || strcmp(type, "unsub") == 0;
    if (!ours && !(sub && meeting))
        return false;
    const struct live *live = lives_find(mediation, meeting);
    const struct seat *seat =
        live ? meeting_seat_of_user(live->meeting, net_client_session(client)->user_id) : NULL;
    struct place *place = seat ? place_find(mediation, seat->id)
                               : (strcmp(type, "rtc") == 0 && !meeting
                                      ? g_hash_table_lookup(mediation->seated, client)
                                      : NULL);
    if (!place) {
        refuse(client, message, sub ? "bad_message" : "not_found", "没有这次会议",
               "there is no such meeting");
        return true;
    }
    return mediation_take_of(mediation, place, client, message);
}
