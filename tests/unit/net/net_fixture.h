/* A net on a free port of loopback, with clients on plain sockets in a thread of their own, so that
 * what is tested is what a stranger's program would see. */
#pragma once
#include "common/loop.h"
#include "net/net.h"
#include <gio/gio.h>

struct net_fixture {
    struct loop *loop;
    struct net *net;
    struct net_session *session; /* of the cookie "good" */
    char *dir;                   /* of this test, removed at its end */
    guint port;
    bool tls;
    void (*script)(struct net_fixture *fixture);
    gint refused; /* calls of the gate */
    guint retry_after_s;
    gpointer user;
};

/* Starts a net with tls.mode "on" or "off" and web pages in dir/web. */
void net_fixture_start(struct net_fixture *fixture, bool tls);
/* Runs `script` in a thread while the loop turns here, until it returns. */
void net_fixture_run(struct net_fixture *fixture, void (*script)(struct net_fixture *fixture));
void net_fixture_stop(struct net_fixture *fixture);

/* From the script's thread: runs `fn` on the loop and waits for it. */
void net_fixture_on_loop(struct net_fixture *fixture, void (*fn)(struct net_fixture *fixture));

/* --- a client: blocking, gives up after 20 s */
struct peer {
    GIOStream *stream;
    GInputStream *in;
    GOutputStream *out;
    GByteArray *spare; /* read, not used yet */
};

struct peer *peer_open(struct net_fixture *fixture);
void peer_close(struct peer *peer);
void peer_write(struct peer *peer, const void *data, size_t size);
void peer_print(struct peer *peer, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Exactly `size` bytes; false at the end of the connection. */
bool peer_read(struct peer *peer, void *data, size_t size);
/* Whether the connection is at its end (waits for it). */
bool peer_at_end(struct peer *peer);

struct answer {
    guint status;
    char *head; /* status line and header lines */
    GByteArray *body;
};
/* Reads one answer; body by Content-Length, none when `no_body`. status 0: closed before one. */
struct answer *peer_answer(struct peer *peer, bool no_body);
void answer_free(struct answer *answer);
/* Value of a header, NULL when absent; to be freed. */
char *answer_header(const struct answer *answer, const char *name);
/* Whether the body is this text. */
bool answer_has_body(const struct answer *answer, const char *text);
/* Whether the body's error has this code. */
bool answer_has_code(const struct answer *answer, const char *code);
/* One request on its own connection. `headers`: further lines, each ending in CRLF. */
struct answer *ask(struct net_fixture *fixture, const char *line, const char *headers,
                   const char *body);

/* --- WebSocket frames of a client */
struct peer *peer_upgrade(struct net_fixture *fixture, guint *status);
void peer_frame(struct peer *peer, guint8 first_byte, const void *data, size_t size);
void peer_text(struct peer *peer, const char *text);
/* The next frame of the server. Returned: its payload; NULL at the end. */
GByteArray *peer_next(struct peer *peer, guint8 *first_byte);
