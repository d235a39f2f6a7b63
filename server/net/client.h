/* WebSocket clients (GET /ws, sub-protocol townwall.1; docs/websocket.md). Loop thread only.
 *
 * Text is pushed, ordered and never dropped: a client over NET_TEXT_BYTES is closed with 4001.
 * Pictures are pulled: when the socket can take more and no text waits, net asks `pull` for one
 * message after the other; what to send, replace or drop is decided above, at the last moment. */
#pragma once
#include "net/session.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct net_client;

#define NET_TEXT_BYTES    ((size_t)4 * 1024 * 1024) /* waiting text over this: 4001 */
#define NET_MESSAGE_BYTES ((size_t)64 * 1024) /* longest message taken from a client, else 1008 */
#define NET_MESSAGES_A_S  200                 /* more in one second: 1008 */
#define NET_FRAME_BYTES   ((size_t)16 * 1024 * 1024) /* longest binary message */

enum net_close {
    NET_CLOSE_GOING_AWAY = 1001,
    NET_CLOSE_POLICY = 1008,
    NET_CLOSE_RESYNC = 4001,
    NET_CLOSE_STALLED = 4002,
    NET_CLOSE_SESSION_ENDED = 4003,
    NET_CLOSE_RIGHTS_CHANGED = 4004,
};

/* The binary message being written, straight into the send buffer: each byte is copied once. */
struct net_frame;
void net_frame_append(struct net_frame *frame, const void *data, size_t size);
/* Returned: `size` bytes to be filled in before the next call on this frame. */
uint8_t *net_frame_reserve(struct net_frame *frame, size_t size);
/* Bytes so far; the start may be written again (a count at its head) until the frame grows. */
size_t net_frame_size(const struct net_frame *frame);
uint8_t *net_frame_data(struct net_frame *frame);

/* A binary message that many clients are sent: written once, shared by reference. `payload` is
 * borrowed; the message is returned. */
GBytes *net_message_new(GBytes *payload);
/* Makes `message`, of net_message_new(), the whole of an empty frame; a reference is taken. `last`:
 * nothing more is there, `pull` need not be called again before net_client_want_pull(). */
void net_frame_share(struct net_frame *frame, GBytes *message, bool last);

struct net_client_ops {
    /* The upgrade is done; a good place for net_client_set_user() and the greeting. */
    void (*opened)(struct net_client *client, gpointer user);
    /* One message, a JSON object with a string "t"; anything else net has answered with
     * bad_message. `message` is borrowed. */
    void (*text)(struct net_client *client, json_t *message, gpointer user);
    /* Appends at most one whole message to the empty `frame` and returns true; false (nothing
     * appended): nothing to send until net_client_want_pull(). Must not close the client. */
    bool (*pull)(struct net_client *client, struct net_frame *frame, gpointer user);
    /* The client is gone and must not be used after this call. Called once after `opened`, also at
     * net_destroy(); never after net_set_client_ops(NULL). */
    void (*closed)(struct net_client *client, gpointer user);
};

/* Queues a text message; a reference is taken, so that one GBytes serves all subscribers. May close
 * the client (4001), never inside the call. */
void net_client_send(struct net_client *client, GBytes *text);
/* Takes `message`. */
void net_client_send_json(struct net_client *client, json_t *message);
/* {"t":"error","code","message":{zh,en},"re"}; `re` (NULL: none) is borrowed. */
void net_client_send_error(struct net_client *client, const char *code, const char *zh,
                           const char *en, json_t *re);
/* Asks that `pull` be called as soon as the socket takes more. Cheap, idempotent. */
void net_client_want_pull(struct net_client *client);
/* Takes `message`, which goes out before the close, whatever else waits then: why somebody is sent
 * away. */
void net_client_send_last(struct net_client *client, json_t *message);
/* Closes after what already left for the socket; waiting text is dropped. `closed` follows later,
 * never inside the call. Further calls do nothing. `reason` is ASCII of at most 120 bytes. */
void net_client_close(struct net_client *client, guint code, const char *reason);

/* Borrowed; lives as long as the client. */
struct net_session *net_client_session(const struct net_client *client);
/* "s12": names the connection for people and logs, unique for one server start. */
const char *net_client_id(const struct net_client *client);
const char *net_client_address(const struct net_client *client);
void net_client_set_user(struct net_client *client, gpointer user);
gpointer net_client_user(const struct net_client *client);

struct net_client_stats {
    guint64 text_messages, text_bytes;     /* written */
    guint64 binary_messages, binary_bytes; /* written */
    guint64 received_messages;
    size_t waiting_text_bytes;
    gint64 opened_us; /* clock_wall_us() */
};
void net_client_stats(const struct net_client *client, struct net_client_stats *stats);
