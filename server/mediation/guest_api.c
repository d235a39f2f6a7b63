/* REST of guests: a link is bound to a browser, the seat is looked at, acts. */
#include "common/clock.h"
#include "mediation/mediation_private.h"
#include "mediation/room_rules.h"
#include "net/http.h"
#include <string.h>

enum { COOKIE_BYTES = 32, COOKIE_S = 30 * 24 * 3600, TOKEN_CHARS = 64, NAME_BYTES = 65 };
/* So many seats of one browser: what it sends of them stays small. */
enum { KEPT = 16, MOST_LISTED = 100 };

static const struct problem NO_LINK = {404, "no_link", "token", "链接无效，请核对或联系调解员",
                                       "this link is not known: check it, or ask the mediator"};
static const struct problem LINK_USED = {
    409, "link_used", "token", "链接已在另一台设备上使用；如非本人，请联系调解员",
    "the link was used on another device; ask the mediator for a new one"};
static const struct problem LINK_EXPIRED = {410, "link_expired", "token",
                                            "链接已过期，请联系调解员重新发送",
                                            "the link has expired; ask the mediator for a new one"};
static const struct problem LINK_REVOKED = {410, "link_revoked", "token",
                                            "链接已收回，请联系调解员",
                                            "the link was taken back; ask the mediator"};
static const struct problem TOO_MANY = {429, "too_many_tries", NULL, "尝试次数过多,请稍后再试",
                                        "too many tries, wait a little"};

/* --- binding a link */

struct entry {
    struct mediation *mediation;
    struct net_request *request;
    struct identity_actor *actor;
    char *token, *cookies, *kept, *device; /* cookies: as sent, NULL none; kept: of this seat */
    char *seat, *invite;
    gint64 now_us;
    struct meeting *meeting;
    bool again; /* the same browser */
    const struct problem *problem;
};

static void entry_free(struct entry *entry)
{
    net_request_unref(entry->request);
    identity_actor_free(entry->actor);
    meeting_free(entry->meeting);
    g_free(entry->token);
    g_free(entry->cookies);
    g_free(entry->kept);
    g_free(entry->device);
    g_free(entry->seat);
    g_free(entry->invite);
    g_free(entry);
}

static bool refuse(struct entry *entry, const struct problem *problem, GError **error)
{
    entry->problem = problem;
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, problem->en);
    return false;
}

/* Was the link bound to this browser? Then `kept` is its cookie. */
static bool is_bound_here(struct entry *entry, const char *bound)
{
    const char *text = entry->cookies ? entry->cookies : "";
    g_autofree char *name = g_strconcat(NET_GUEST_COOKIES, entry->seat, NULL);
    const char *const names[] = {name, NET_GUEST_COOKIE};
    char cookie[257];
    for (gsize i = 0; bound && i < G_N_ELEMENTS(names); i++) {
        if (!http_cookie(text, strlen(text), names[i], cookie, sizeof cookie))
            continue;
        g_autofree char *digest = mediation_digest(cookie);
        if (strcmp(bound, digest) != 0)
            continue;
        meeting_set(&entry->kept, cookie);
        return true;
    }
    return false;
}

/* Finds link and meeting; the link may be used, by this browser. */
static bool find_link(struct store_tx *tx, struct entry *entry, char **meeting, GError **error)
{
    g_autofree char *digest = mediation_digest(entry->token);
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT i.id, i.seat, i.cookie_hash, i.expires_us, i.revoked_us, s.meeting FROM"
                    " meeting_invite i JOIN meeting_seat s ON s.id = i.seat WHERE i.token_hash = ?",
                    "s", digest);
    if (!rows)
        return false;
    if (!store_rows_next(rows, &bad)) {
        if (!bad)
            return refuse(entry, &NO_LINK, error);
        g_propagate_error(error, bad);
        return false;
    }
    const char *bound = store_text(rows, 2);
    entry->invite = store_text_dup(rows, 0);
    entry->seat = store_text_dup(rows, 1);
    entry->again = is_bound_here(entry, bound);
    *meeting = store_text_dup(rows, 5);
    if (store_int(rows, 4))
        return refuse(entry, &LINK_REVOKED, error);
    if (bound && !entry->again)
        return refuse(entry, &LINK_USED, error);
    if (!entry->again && store_int(rows, 3) <= entry->now_us)
        return refuse(entry, &LINK_EXPIRED, error);
    return true;
}

static bool bind_link(struct store_tx *tx, struct entry *entry, struct seat *seat, GError **error)
{
    gint64 seq;
    json_t *details = json_pack("{s:s,s:s}", "invite", entry->invite, "device", entry->device);
    entry->kept = mediation_secret(COOKIE_BYTES);
    g_autofree char *digest = mediation_digest(entry->kept);
    room_put(entry->meeting, seat, ROOM_LOBBY, entry->now_us);
    meeting_set(&seat->cookie_hash, digest);
    seat->invite_state = INVITE_USED;
    bool fine = store_exec(tx, error,
                           "UPDATE meeting_invite SET cookie_hash = ?, used_us = ?, device = ?"
                           " WHERE id = ?",
                           "siss", digest, entry->now_us, entry->device, entry->invite) &&
                meeting_save(tx, entry->meeting, error) &&
                meeting_next(tx, entry->meeting, &seq, error) &&
                meeting_note(tx, entry->meeting, seat, entry->actor, seq, "enter", details,
                             entry->now_us, error);
    json_decref(details);
    return fine;
}

static bool enter(struct store_tx *tx, gpointer data, GError **error)
{
    struct entry *entry = data;
    g_autofree char *id = NULL;
    if (!find_link(tx, entry, &id, error))
        return false;
    entry->meeting = meeting_load(tx, &entry->mediation->reader, id, error);
    struct seat *seat = entry->meeting ? meeting_seat(entry->meeting, entry->seat) : NULL;
    if (!seat)
        return false;
    if (entry->again)
        return true;
    if (entry->meeting->state == MEETING_ENDED || entry->meeting->state == MEETING_CANCELLED)
        return refuse(entry, &LINK_EXPIRED, error);
    return bind_link(tx, entry, seat, error);
}

/* `value` NULL: the browser forgets it. */
static void set_cookie(struct net_request *request, const char *name, const char *value)
{
    g_autofree char *text = g_strdup_printf(
        "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", name, value ? value : "",
        value ? COOKIE_S : 0, net_request_secure(request) ? "; Secure" : "");
    net_request_set_header(request, "Set-Cookie", text);
}

/* The seat whose cookie that is; NULL: of none any more. */
static struct place *place_of(struct mediation *mediation, const char *cookie)
{
    g_autofree char *digest = mediation_digest(cookie);
    return g_hash_table_lookup(mediation->cookies, digest);
}

/* What this browser carries for seats that are gone, and, of many, for meetings that are over. */
static void forget_old(struct entry *entry)
{
    char seat[NAME_BYTES], value[257];
    guint count = 0;
    for (int round = 0; round < 2; round++) {
        const char *text = entry->cookies ? entry->cookies : "";
        size_t size = strlen(text);
        while (http_cookie_next(&text, &size, NET_GUEST_COOKIES, seat, sizeof seat, value,
                                sizeof value)) {
            const struct place *place = place_of(entry->mediation, value);
            bool over = place && (place->live->meeting->state == MEETING_ENDED ||
                                  place->live->meeting->state == MEETING_CANCELLED);
            if (round == 0 && place)
                count++;
            if (strcmp(seat, entry->seat) == 0 ||
                (round == 0 ? place != NULL : !over || count <= KEPT))
                continue;
            g_autofree char *name = g_strconcat(NET_GUEST_COOKIES, seat, NULL);
            set_cookie(entry->request, name, NULL);
            if (round == 1)
                count--;
        }
    }
}

/* The one that came in last, and each by its seat: a browser may hold several. */
static void set_cookies(struct entry *entry)
{
    g_autofree char *name = g_strconcat(NET_GUEST_COOKIES, entry->seat, NULL);
    set_cookie(entry->request, NET_GUEST_COOKIE, entry->kept);
    set_cookie(entry->request, name, entry->kept);
    forget_old(entry);
}

static void reply_view(struct net_request *request, struct place *place)
{
    net_reply_json(request, 200,
                   json_pack("{s:s,s:s,s:o}", "meeting", place->live->meeting->id, "seat",
                             place->seat, "view", place_view(place)));
}

static void entered(gpointer data, const GError *error)
{
    struct entry *entry = data;
    if (entry->problem) {
        mediation_reply(entry->request, entry->problem);
    } else if (error) {
        mediation_reply_error(entry->request, error);
    } else {
        lives_take(entry->mediation, g_steal_pointer(&entry->meeting));
        set_cookies(entry);
        reply_view(entry->request, place_find(entry->mediation, entry->seat));
    }
    entry_free(entry);
}

static void post_enter(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    unsigned wait_s =
        limiter_take(mediation->entries, net_request_address(request), clock_mono_us(), NULL);
    if (wait_s) {
        mediation_reply(request, &TOO_MANY);
        return;
    }
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const char *token = json_string_value(json_object_get(body, "token"));
    if (!token || !*token || strlen(token) > TOKEN_CHARS) {
        mediation_reply(request, &NO_LINK);
        json_decref(body);
        return;
    }
    struct entry *entry = g_new0(struct entry, 1);
    entry->mediation = mediation;
    entry->request = net_request_ref(request);
    entry->actor = identity_actor_new(NULL);
    entry->actor->login = g_strdup("guest");
    entry->actor->address = g_strdup(net_request_address(request));
    entry->token = g_strdup(token);
    entry->device = mediation_device(request);
    entry->now_us = clock_wall_us();
    entry->cookies = g_strdup(net_request_header(request, "cookie"));
    json_decref(body);
    store_write(mediation->options.store, enter, entry, entered);
}

/* --- with the cookie */

/* The seats that this browser holds, for who comes without saying which. */
static void get_seats(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const char *text = net_request_header(request, "cookie");
    size_t size = text ? strlen(text) : 0;
    json_t *list = json_array();
    char name[NAME_BYTES], value[257];
    while (
        size && json_array_size(list) < MOST_LISTED &&
        http_cookie_next(&text, &size, NET_GUEST_COOKIES, name, sizeof name, value, sizeof value)) {
        const struct place *place = place_of(mediation, value);
        const struct meeting *meeting = place ? place->live->meeting : NULL;
        if (meeting && strcmp(place->seat, name) == 0)
            json_array_append_new(list,
                                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "seat", place->seat,
                                            "meeting", meeting->id, "title", meeting->title, "kind",
                                            meeting_kind_name(meeting->kind), "state",
                                            meeting_state_name(meeting->state), "starts_us",
                                            meeting_time(meeting->starts_us), "ends_us",
                                            meeting_time(meeting->ends_us)));
    }
    net_reply_json(request, 200, json_pack("{s:o}", "seats", list));
}

static void get_view(struct net_request *request, gpointer user)
{
    struct place *place = mediation_guest_place(user, request);
    if (place)
        reply_view(request, place);
}

static void post_act(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    const struct place *place = mediation_guest_place(mediation, request);
    json_t *body = place ? net_request_json(request) : NULL;
    if (!body)
        return;
    g_autofree char *device = mediation_device(request);
    json_object_set_new(body, "user", json_null()); /* guests name no accounts */
    const struct act_ask call = {.meeting = place->live->meeting->id,
                                 .seat = place->seat,
                                 .device = device,
                                 .address = net_request_address(request),
                                 .body = body,
                                 .request = request};
    act_ask(mediation, &call);
}

static void get_words(struct net_request *request, gpointer user)
{
    const struct mediation *mediation = user;
    net_reply_json(request, 200, json_incref((json_t *)words_json(mediation->words)));
}

void mediation_guest_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/meet/words", NET_PUBLIC, get_words, 0},
        {"POST", "/api/v1/meet/enter", NET_PUBLIC, post_enter, 0},
        {"GET", "/api/v1/meet/seats", NET_PUBLIC, get_seats, 0},
        {"GET", "/api/v1/meet/view", NET_GUEST, get_view, 0},
        {"POST", "/api/v1/meet/acts", NET_GUEST, post_act, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
