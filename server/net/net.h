/* The network face of townwalld: one listener with HTTP, static files and the WebSocket, on the
 * GLib loop. Loop thread only. libwebsockets stays inside.
 *
 * What net enforces by itself: a session (unless the route is public), the route's right, the CSRF
 * header on changing methods, the Origin of the WebSocket, limits of size, time and rate, safe
 * paths, and the safety headers on every answer. */
#pragma once
#include "common/loop.h"
#include "net/client.h"
#include "net/metrics.h"
#include "net/request.h"
#include "net/session.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define NET_ERROR (g_quark_from_static_string("townwall-net"))
enum net_error { NET_ERROR_BUSY, NET_ERROR_ADDRESS, NET_ERROR_CERTIFICATE, NET_ERROR_FAILED };

struct net;

/* What identity answers to net. Every function may be NULL. */
struct net_gate {
    /* The session of the cookie's token. Returned: a reference, or NULL for none. Must not block;
     * `token` is 1–256 bytes of [A-Za-z0-9_-]. */
    struct net_session *(*session_find)(const char *token, const char *address, gpointer user);
    /* Asked for every API request and upgrade before its body is read. 0: go on; otherwise the
     * request is answered 429 with this Retry-After. */
    guint (*retry_after_s)(const char *method, const char *path, const char *address,
                           const struct net_session *session, gpointer user);
    /* Somebody asked for what their rights do not allow (403); for the audit log. */
    void (*refused)(const struct net_session *session, const char *method, const char *path,
                    const char *right, const char *address, gpointer user);
};

/* What the schema cannot say of "server": parts that must fit together. Reads no file, listens
 * nowhere. false: `error` names the key. */
bool net_check_config(const json_t *config, GError **error);

/* `config`, borrowed: the whole checked configuration; read are data_dir and of "server" listen,
 * port (0: any free one, see net_port()), tls.mode, tls.cert, tls.key, public_url, web_dir,
 * max_clients, metrics_token, and of "server.outside" the first six of these
 * (config/townwall.schema.json describes them). Relative paths start
 * at data_dir. Where TLS needs a certificate and none is configured, a self-signed pair is made in
 * data_dir/tls. tls.mode "off" is refused unless listen is loopback. Listens at once. Returned:
 * owned by the caller; NULL with one clear line, a busy port included. */
struct net *net_create(struct loop *loop, const json_t *config, const struct net_gate *gate,
                       gpointer user, GError **error);
/* Closes every connection (closed callbacks run) and the listener. NULL is fine. */
void net_destroy(struct net *net);

guint net_port(const struct net *net);
/* "https://127.0.0.1:8443"; borrowed. */
const char *net_url(const struct net *net);
/* The address that guests are given: of the outer door when there is one, as people type it;
 * borrowed. */
const char *net_guests_url(const struct net *net);

/* Copies the table (strings are borrowed, so static). Asserts that no route comes twice. `user` is
 * given to each `fn`. */
void net_add_routes(struct net *net, const struct net_route *routes, guint count, gpointer user);
/* Calls `fn` for every route of this server, in the order in which they were added: so that none
 * can hide from who checks the rights. `right`: NULL any session, NET_PUBLIC. */
void net_each_route(const struct net *net,
                    void (*fn)(const char *method, const char *pattern, const char *right,
                               gpointer user),
                    gpointer user);
/* Called before the body of a request to this route is read: when `fn` answers, nothing of the body
 * is kept. For public routes whose senders show in the head who they are. Asserts that there is
 * such a route; once for each. */
typedef void (*net_guard_fn)(struct net_request *request, gpointer user);
void net_guard_route(struct net *net, const char *method, const char *pattern, net_guard_fn fn);
/* One set of WebSocket callbacks; without it /ws answers 404. */
void net_set_client_ops(struct net *net, const struct net_client_ops *ops, gpointer user);

/* People without an account, whose browsers carry the cookie NET_GUEST_COOKIE: routes of NET_GUEST
 * are theirs, and the WebSocket of /ws?guest=1. Their sessions hold no right. A browser may carry
 * several: `seat=ID` of the query chooses NET_GUEST_COOKIES followed by that ID. */
#define NET_GUEST_COOKIE  "tw_meet"
#define NET_GUEST_COOKIES NET_GUEST_COOKIE "_"
/* The value that counts for this request. false: there is none. */
bool net_request_guest_token(struct net_request *request, char *out, size_t out_size);
struct net_guests {
    struct net_session *(*find)(const char *token, const char *address, gpointer user);
    struct net_client_ops clients; /* instead of net_set_client_ops() */
};
/* `guests` is borrowed; NULL: there are none (any more). */
void net_set_guests(struct net *net, const struct net_guests *guests, gpointer user);

/* Lets our pages fetch pictures and data from another server, "https://host:port": the map service
 * of a town. Copied; asserts that it is no more than that. */
void net_allow_origin(struct net *net, const char *origin);

/* The session ended: its WebSockets are closed with 4003, its streams are cut. */
void net_close_session(struct net *net, const char *session_id);
/* The session goes on with other rights: its WebSockets are closed with 4004, so that they connect
 * anew, its streams are cut. */
void net_renew_session(struct net *net, const char *session_id);
/* Calls `fn` for every open WebSocket; `fn` must not open or destroy nets. */
void net_each_client(struct net *net, void (*fn)(struct net_client *client, gpointer user),
                     gpointer user);

/* The registry behind /metrics; borrowed. net itself adds connections, requests and bytes. */
struct metrics *net_metrics(struct net *net);
/* /healthz: `problems` is an empty array to which `fn` appends {"part":"store","message":"…"}; left
 * empty, the answer is 200 {"status":"ok"}, otherwise 503 {"status":"failing","problems":[…]}. */
void net_set_health(struct net *net, void (*fn)(json_t *problems, gpointer user), gpointer user);

/* How often clients are pinged and how long one may read nothing, instead of the 10 s and 30 s of
 * docs/websocket.md; kept to a second. For tests. */
void net_set_pace(struct net *net, guint ping_s, guint stall_s);
/* How many bytes of bodies may be in memory while they are read, of requests with a session and of
 * those without, each; instead of 128 MiB. For tests. */
void net_set_bodies(struct net *net, size_t bytes);
