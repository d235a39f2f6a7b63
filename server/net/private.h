/* What the files of this folder share; nobody else includes it. Loop thread only. */
#pragma once
#include "net/http.h"
#include "net/net.h"
#include <libwebsockets.h>
#include <netinet/in.h>

#define NET_OBJECT   "net"
#define NET_PROTOCOL "townwall.1"

/* Deadlines of a connection. */
enum {
    NET_HEAD_S = 10,  /* from accept: TLS handshake and first request head */
    NET_IDLE_S = 65,  /* kept alive without a request */
    NET_BODY_S = 60,  /* whole body, plus a second for each NET_BODY_RATE bytes of it */
    NET_STALL_S = 30, /* nothing could be written although something waits */
    NET_CLOSE_S = 10, /* a close frame that cannot be sent */
    NET_PING_S = 10,  /* between pings */
    NET_BODY_RATE = 16384,
    NET_CONNECTIONS = 4096,
    NET_BODIES_BYTES = 128 * 1024 * 1024, /* being read, of requests with a session or without */
    NET_CLIENTS = 200,                    /* WebSockets, when not configured */
    NET_SEND_BYTES = 8 * 1024 * 1024,     /* most in one system call */
    NET_PART_BYTES = 262144,              /* of a long answer, at once */
    NET_WRITE_BYTES = 65536,              /* gathered into one write */
    NET_UNSENT_BYTES = 128 * 1024,        /* of a socket: keeps pictures fresh */
};

#define NET_US(seconds) ((gint64)(seconds)*G_USEC_PER_SEC)

enum conn_state {
    CONN_HEAD,   /* waiting for a request's head */
    CONN_BODY,   /* waiting for its body */
    CONN_WAIT,   /* a route's function has it */
    CONN_WRITE,  /* its answer is being written */
    CONN_STREAM, /* its answer has no end */
    CONN_SOCKET, /* upgraded */
};

/* Where browsers come in. */
struct door {
    struct net *net;
    bool outside;      /* of guests: their pages, routes and WebSockets alone */
    bool secure, hsts; /* TLS; with a certificate that was configured */
    bool paused;       /* takes no more: descriptors ran out */
    int fd;            /* -1: not open */
    guint port;
    GSource *source;
    struct lws_vhost *vhost;
    char *url;
    char *public_url; /* "https://wall.example.org" when a proxy stands in front */
};

struct conn {
    struct net *net;
    const struct door *door;
    struct lws *wsi; /* NULL until adopted */
    GList link;      /* in net->conns */
    char address[INET6_ADDRSTRLEN];
    enum conn_state state;
    gint64 deadline_us; /* monotonic; 0: none */
    bool keep_alive;
    bool last; /* answered before its body had come: that is thrown away, nothing follows */
    bool killed, reaped;
    bool input_paused; /* libwebsockets would spin on input it does not read */

    struct net_request *request; /* reference; the one under way */
    GByteArray *body_in;
    size_t body_expected_bytes;
    size_t *body_pool; /* of net->bodies_bytes, where it is counted */

    GBytes *out; /* head and body being written, one after the other */
    GBytes *out_next;
    size_t out_offset, out_next_first, out_next_bytes;
    gint64 progress_us;

    struct net_stream *stream; /* borrowed: its owner ends it */
    char *stream_session;      /* id of the session that sees the stream */
    struct net_client *client; /* owned */
};

struct net_request {
    guint refs;
    struct conn *conn; /* NULL when answered and written, or the client left */
    struct net *net;
    guint64 id;
    const char *method; /* static */
    char *path;
    GHashTable *query, *headers;
    const struct net_route *route; /* NULL: static file */
    gpointer route_user;
    GHashTable *params;
    GBytes *body;
    char *address;
    bool head, secure, answered, cancelled, in_route;
    bool session_ended, session_renewed; /* while it waits for its answer */
    struct net_session *session;
    bool outside; /* came in by the outer door */
    bool hsts;
    bool guest;     /* the session is one of net->guests */
    GString *extra; /* header lines of the coming answer */
    bool has_cache_control;
    void (*cancel)(gpointer user);
    gpointer cancel_user;
    gint64 started_us;
};

struct route_entry {
    struct net_route route;
    gpointer user;
    net_guard_fn guard; /* NULL: none */
};

struct net_counters {
    guint64 text_messages, text_bytes, binary_messages, binary_bytes;
};

struct net {
    struct loop *loop;
    const struct net_gate *gate;
    gpointer gate_user;
    GMainLoop *handle; /* how libwebsockets is told the context; never run */
    struct lws_context *context;
    struct door inside, outer;
    GString *outside; /* origins that pages may reach, see net_allow_origin(); NULL: none */

    guint tick, reaper;

    GQueue conns;
    struct conn *adopting;
    guint64 requests;
    GPtrArray *routes; /* struct route_entry */
    struct files *files;
    char *metrics_token;
    guint max_clients;
    size_t bodies_bytes[2]; /* that are being read: without a session, with one */
    size_t max_bodies_bytes;
    gint64 ping_us, stall_us;

    const struct net_client_ops *client_ops;
    gpointer client_user;
    const struct net_guests *guests;
    gpointer guests_user;
    guint64 clients_ever;
    guint client_count;
    GByteArray *frame_buffer; /* one for all: a write copies what it cannot send */
    GPtrArray *writers;       /* clients with something to write; see client_flush_create() */
    GArray *polled;           /* GPollFD of each of them, while they are written to */
    GSource *flush;

    void (*health)(json_t *problems, gpointer user);
    gpointer health_user;
    struct metrics *metrics;
    struct process *process;
    struct metric *requests_total, *request_seconds, *closed_total, *sent_bytes;
    struct metric *connections, *clients, *message_total, *message_bytes;
    struct net_counters counters;
};

/* --- listener.c */
/* Binds and listens; `port` 0: any free one, then door->port. false: one clear line. */
bool listener_open(struct door *door, const char *host, guint port, GError **error);
void listener_close(struct door *door);  /* takes no more; connections stay. Not open is fine */
void listener_resume(struct door *door); /* after file descriptors ran out */
/* Pure. Of a numeric address; of an address or a name, as configured. */
bool address_is_loopback(const char *address);
bool host_is_loopback(const char *host);
bool address_is_valid(const char *address); /* numeric IPv4 or IPv6 */

/* --- tls.c */
/* Whether both files can be read and belong together. */
bool tls_check(const char *certificate, const char *key, GError **error);
/* Paths of the self-signed pair in data_dir/tls, made when need be; freed by the caller. */
bool tls_make(const char *data_dir, const char *public_host, char **certificate, char **key,
              GError **error);

/* --- conn.c: one connection. What returns int is for libwebsockets' callback: not 0 closes. */
/* Takes `fd`, whatever comes of it. */
void conn_accept(const struct door *door, int fd, const char *address);
/* A request's head is there; a part of its body; all of it. */
int conn_http(struct conn *conn);
int conn_body(struct conn *conn, const uint8_t *data, size_t size);
int conn_body_done(struct conn *conn);
int conn_writable(struct conn *conn); /* writes what is left of an answer */
int conn_upgrade(struct conn *conn);  /* 0: it becomes a WebSocket */
int conn_raw(struct conn *conn);      /* no HTTP that libwebsockets knows: refused */
/* libwebsockets let go of it: frees it with all that belongs to it. */
void conn_gone(struct conn *conn);
/* Once a second: ends what is over its deadline. `now_us` is monotonic. */
void conn_tick(struct conn *conn, gint64 now_us);
/* Soon, never inside the call. */
void conn_kill(struct conn *conn);
/* Back-pressure: libwebsockets reads nothing of it meanwhile. */
void conn_pause_input(struct conn *conn, bool pause);
/* Writes `head` (taken), then `bytes` of `body` (reference taken, may be NULL) from `first`. */
void conn_answer(struct conn *conn, GString *head, GBytes *body, size_t first, size_t bytes);

/* --- request.c */
/* Out of the head that libwebsockets has parsed. Returned: one reference, never NULL; what makes it
 * impossible to take is told by the flags. `length`: bytes of the body, 0 without. */
struct net_request *request_read(struct conn *conn, bool *chunked, bool *bad_length,
                                 guint64 *length);
/* One whose method libwebsockets does not know: it has no path and no headers, and is the last of
 * its connection. Returned: one reference, never NULL. */
struct net_request *request_unknown(struct conn *conn);
/* The client left: the route's cancel function runs, an answer does nothing any more. */
void request_cancel(struct net_request *request);
/* Calls the route. One that neither answered nor kept a reference is answered 500. */
void request_run(struct net_request *request);

/* --- reply.c */
/* Answers with `body` (reference taken, may be NULL), or with the part that a Range asks for.
 * `document`: one of our pages, with their CSP. */
void reply_bytes(struct net_request *request, guint status, const char *content_type, GBytes *body,
                 bool document);
/* Status line and headers without the length of the body. Returned: owned by the caller. */
GString *reply_head(struct net_request *request, guint status, const char *content_type,
                    bool document);

/* --- route.c: answers at once, or leaves a request whose route may run when its body is whole.
 * Returned: the bound of the body. */
size_t route_admit(struct net_request *request, guint64 length);
/* Whether the upgrade may happen; answers otherwise. */
bool route_admit_socket(struct net_request *request);
void route_add_builtin(struct net *net);

/* --- process.c: metrics of the program; freed with g_free() after `metrics` is destroyed */
struct process;
struct process *process_create(struct metrics *metrics);

/* --- files.c: static pages below one folder, precompressed ones where the browser takes them */
struct files;
struct files *files_create(const char *dir); /* NULL dir: NULL */
void files_destroy(struct files *files);
/* Answers: the file, the page for a path of the application, or 404. */
void files_serve(struct files *files, struct net_request *request);

/* --- made of docs/openapi.yaml at build time */
extern const unsigned char openapi_yaml[];
extern const unsigned int openapi_yaml_len;

/* --- stream.c: answers without an end (net_stream) */
/* Writes one part of what waits; not 0: it has ended, and all of it is written. */
int stream_writable(struct conn *conn);
void stream_gone(struct conn *conn); /* tells the owner */
/* Something waits, and nothing was written for the stall time (net_set_pace()). */
bool stream_stalled(const struct conn *conn, gint64 now_us);

/* --- client.c: one WebSocket; int as in conn.c */
/* `request` is the upgrade, whose session is kept. Belongs to `conn` from then on. */
struct net_client *client_create(struct conn *conn, const struct net_request *request);
int client_opened(struct net_client *client);
/* A part of a message, from outside: bounded by NET_MESSAGE_BYTES and NET_MESSAGES_A_S. */
int client_received(struct net_client *client, const uint8_t *data, size_t size);
void client_pong(struct net_client *client);
/* Gathers texts, then pictures, into one write; a close that was asked for is begun here. */
int client_writable(struct net_client *client);
/* Writes of all that asked for it, once in a turn of the loop. Waiting for libwebsockets to say
 * that each socket takes more would cost two writes to its eventfd and a poll of all sockets for
 * every message; only a socket that is full is waited for. */
GSource *client_flush_create(struct net *net); /* attached; owned by the caller */
/* Once a second: pings, closes who takes nothing. `now_us` is monotonic. */
void client_tick(struct net_client *client, gint64 now_us);
/* Tells `closed` and frees it. */
void client_gone(struct net_client *client);
