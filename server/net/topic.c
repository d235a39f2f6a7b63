#include "net/topic.h"
#include <string.h>

struct delta {
    json_t *data;
    size_t bytes; /* of its text */
    GBytes *text; /* for those who see all; made when first needed */
};

struct topic {
    char *name, *epoch;
    struct topic_ops ops;
    gpointer user;
    guint keep;
    guint64 seq;   /* of the newest delta */
    GQueue deltas; /* of struct delta, the tail is `seq` */
    size_t log_bytes;
    GPtrArray *clients;
    GBytes *snapshot; /* shared text as of `seq`; NULL when a delta came since */
};

struct topic *topic_create(const char *name, const char *epoch, guint keep,
                           const struct topic_ops *ops, gpointer user)
{
    struct topic *topic = g_new0(struct topic, 1);
    topic->name = g_strdup(name);
    topic->epoch = g_strdup(epoch);
    topic->ops = *ops;
    topic->user = user;
    topic->keep = keep;
    g_queue_init(&topic->deltas);
    topic->clients = g_ptr_array_new();
    return topic;
}

static void delta_free(gpointer data)
{
    struct delta *delta = data;
    json_decref(delta->data);
    g_clear_pointer(&delta->text, g_bytes_unref);
    g_free(delta);
}

void topic_destroy(struct topic *topic)
{
    if (!topic)
        return;
    g_queue_clear_full(&topic->deltas, delta_free);
    g_clear_pointer(&topic->snapshot, g_bytes_unref);
    g_ptr_array_unref(topic->clients);
    g_free(topic->name);
    g_free(topic->epoch);
    g_free(topic);
}

size_t topic_log_bytes(const struct topic *topic)
{
    return topic->log_bytes;
}

const char *topic_name(const struct topic *topic)
{
    return topic->name;
}

guint topic_subscribers(const struct topic *topic)
{
    return topic->clients->len;
}

static bool sees_all(const struct topic *topic, const struct net_session *session)
{
    return !topic->ops.sees_all || topic->ops.sees_all(session, topic->user);
}

/* `data` borrowed, may be NULL for messages that carry none. */
static GBytes *message_text(const struct topic *topic, const char *kind, guint64 seq,
                            const json_t *data)
{
    g_autofree char *id = g_strdup_printf("%s-%" G_GUINT64_FORMAT, topic->epoch, seq);
    json_t *message = json_pack("{s:s,s:s,s:s}", "t", kind, "topic", topic->name, "id", id);
    if (data)
        json_object_set(message, "data", (json_t *)data);
    char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(message);
    return g_bytes_new_with_free_func(text, strlen(text), free, text);
}

static void send_text(struct net_client *client, GBytes *text)
{
    net_client_send(client, text);
    g_bytes_unref(text);
}

static void send_delta(struct topic *topic, struct net_client *client, struct delta *delta,
                       guint64 seq)
{
    const struct net_session *session = net_client_session(client);
    if (sees_all(topic, session)) {
        if (!delta->text)
            delta->text = message_text(topic, "delta", seq, delta->data);
        net_client_send(client, delta->text);
        return;
    }
    json_t *part = topic->ops.part(delta->data, session, topic->user);
    send_text(client, message_text(topic, "delta", seq, part));
    json_decref(part);
}

static void send_snapshot(struct topic *topic, struct net_client *client)
{
    const struct net_session *session = net_client_session(client);
    bool all = sees_all(topic, session);
    if (all && topic->snapshot) {
        net_client_send(client, topic->snapshot);
        return;
    }
    json_t *data = topic->ops.snapshot(session, topic->user);
    GBytes *text = message_text(topic, "snapshot", topic->seq, data);
    json_decref(data);
    if (all)
        topic->snapshot = g_bytes_ref(text);
    send_text(client, text);
}

/* Whether `from` is an id of this epoch that the log still reaches; then its number. */
static bool resumable(const struct topic *topic, const char *from, guint64 *seq)
{
    size_t epoch = strlen(topic->epoch);
    if (!from || strncmp(from, topic->epoch, epoch) != 0 || from[epoch] != '-')
        return false;
    return g_ascii_string_to_unsigned(from + epoch + 1, 10, 0, G_MAXINT64, seq, NULL) &&
           *seq <= topic->seq && topic->seq - *seq <= g_queue_get_length((GQueue *)&topic->deltas);
}

void topic_subscribe(struct topic *topic, struct net_client *client, const char *from)
{
    if (!g_ptr_array_find(topic->clients, client, NULL))
        g_ptr_array_add(topic->clients, client);
    guint64 seen;
    if (!resumable(topic, from, &seen)) {
        send_snapshot(topic, client);
        return;
    }
    if (seen == topic->seq) {
        send_text(client, message_text(topic, "current", topic->seq, NULL));
        return;
    }
    GList *at = topic->deltas.tail;
    for (guint64 back = topic->seq - seen; back > 1; back--)
        at = at->prev;
    for (guint64 seq = seen + 1; at; at = at->next, seq++)
        send_delta(topic, client, at->data, seq);
}

void topic_unsubscribe(struct topic *topic, struct net_client *client)
{
    g_ptr_array_remove_fast(topic->clients, client);
}

static void forget_oldest(struct topic *topic)
{
    struct delta *delta = g_queue_pop_head(&topic->deltas);
    topic->log_bytes -= delta->bytes;
    delta_free(delta);
}

void topic_publish(struct topic *topic, json_t *data)
{
    struct delta *delta = g_new0(struct delta, 1);
    delta->data = data;
    delta->bytes = json_dumpb(data, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(10));
    topic->seq++;
    g_queue_push_tail(&topic->deltas, delta);
    topic->log_bytes += delta->bytes;
    g_clear_pointer(&topic->snapshot, g_bytes_unref);
    for (guint i = 0; i < topic->clients->len; i++)
        send_delta(topic, g_ptr_array_index(topic->clients, i), delta, topic->seq);
    while (g_queue_get_length(&topic->deltas) > topic->keep || topic->log_bytes > TOPIC_LOG_BYTES)
        forget_oldest(topic);
}
