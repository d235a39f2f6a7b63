/* A topic of the WebSocket (docs/websocket.md): a state that people follow. A subscriber gets a
 * snapshot and then numbered deltas, or, resuming, the deltas that were missed. Loop thread only.
 */
#pragma once
#include "net/net.h"

struct topic;

struct topic_ops {
    /* Returned: the whole state as this session may see it, owned by the caller. */
    json_t *(*snapshot)(const struct net_session *session, gpointer user);
    /* Whether this session sees everything, so that texts can be shared. NULL: always. */
    bool (*sees_all)(const struct net_session *session, gpointer user);
    /* For the others: the part of a delta (borrowed) that this session may see, owned by the
     * caller; never NULL, since numbers must not be missing. */
    json_t *(*part)(const json_t *delta, const struct net_session *session, gpointer user);
};

/* `epoch` names this server start; `keep` deltas at most are kept for those who resume, and
 * no more than TOPIC_LOG_BYTES of text: to send more than a client may have waiting, or than a
 * snapshot is long, would help nobody. */
#define TOPIC_LOG_BYTES ((size_t)2 * 1024 * 1024)
struct topic *topic_create(const char *name, const char *epoch, guint keep,
                           const struct topic_ops *ops, gpointer user);
/* NULL is fine. Subscribers hear nothing. */
void topic_destroy(struct topic *topic);

/* Bytes of text that the kept deltas have. */
size_t topic_log_bytes(const struct topic *topic);
const char *topic_name(const struct topic *topic);
guint topic_subscribers(const struct topic *topic);

/* Subscribes and answers at once: `from` NULL → snapshot; the id last seen → the missed deltas or
 * "current"; an id that the log does not reach → snapshot. Subscribing again starts anew. */
void topic_subscribe(struct topic *topic, struct net_client *client, const char *from);
/* A client that left or unsubscribed; unknown ones are fine. */
void topic_unsubscribe(struct topic *topic, struct net_client *client);

/* Takes `delta`; numbers it, keeps it, sends it to every subscriber. */
void topic_publish(struct topic *topic, json_t *delta);
