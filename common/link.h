/* The media link (docs/link.md): a framed connection over a Unix or TCP(+TLS) stream, by GIO.
 * Everything runs on the loop's thread. Control goes before pictures; large messages are cut into
 * frames of at most 64 KiB and put together again before delivery. */
#pragma once
#include "common/wire.h"
#include <gio/gio.h>
#include <jansson.h>

struct link;

struct link_ops {
    /* One parsed control message; `message` is borrowed. */
    void (*control)(struct link *link, json_t *message, gpointer user);
    /* One whole message of another kind (prefix included); `data` is borrowed, share it with
     * g_bytes_ref(). Credit arrives here too. */
    void (*data)(struct link *link, enum wire_kind kind, uint32_t channel, GBytes *data,
                 gpointer user);
    /* Output fell under the low mark after it was over the high one. May be NULL. */
    void (*writable)(struct link *link, gpointer user);
    /* The connection ended, `reason` borrowed. The link is dead but must still be destroyed by its
     * owner (allowed inside this call). Not called by link_destroy(). */
    void (*closed)(struct link *link, const char *reason, gpointer user);
};

/* Takes a reference of `stream` (any GIOStream whose two sides are pollable). */
struct link *link_create(GIOStream *stream, GMainContext *context, const struct link_ops *ops,
                         gpointer user);
void link_destroy(struct link *link);

/* Queues a control message: takes `message`. Refused (false) only on a dead link. Control is
 * bounded at 64 MiB; over that the link closes itself with a reason. */
bool link_send_control(struct link *link, json_t *message);

/* Queues one message `prefix` + `body` on a channel without copying `body` (reference taken, may be
 * NULL). false: dead, or more than the high mark (8 MiB) waits – the caller drops to the next
 * keyframe. */
bool link_send(struct link *link, enum wire_kind kind, uint32_t channel, const uint8_t *prefix,
               size_t prefix_bytes, GBytes *body);

/* Drops what waits on a channel of this kind and has not begun to be written. */
void link_cancel(struct link *link, enum wire_kind kind, uint32_t channel);

size_t link_pending_bytes(const struct link *link);

/* Listening side: accepts at "unix:PATH" (mode 0600, a stale socket file is replaced, a living one
 * is an error) or "tcp:HOST:PORT" with a certificate and its key (NULL: only loopback allowed).
 * With a certificate, a peer must show that same certificate or one signed by it. `accepted` gets a
 * connected stream, borrowed. */
struct link_listener;
struct link_listener *link_listen(const char *address, GTlsCertificate *certificate,
                                  GMainContext *context,
                                  void (*accepted)(GIOStream *stream, gpointer user), gpointer user,
                                  GError **error);
/* The TCP port (chosen by the system when the address said 0); 0 for a Unix socket. */
guint16 link_listener_port(const struct link_listener *listener);
void link_listener_destroy(struct link_listener *listener);

/* Connecting side: asynchronous; exactly one of stream / error is given to `done`,
 * from the thread-default context, never inside this call. `trust`: the listener's certificate or
 * its issuer, needed on anything but loopback; with a private key it is also what we show. */
void link_connect(const char *address, GTlsCertificate *trust, GCancellable *cancel,
                  void (*done)(GIOStream *stream, const GError *error, gpointer user),
                  gpointer user);
