#include "wall/media_node.h"
#include "common/clock.h"
#include "common/log.h"
#include <string.h>

#define PROTOCOL         1
#define CAMERAS_A_PART   64
#define GREETING_LIMIT_S 10

struct media_node {
    struct link *link; /* NULL: lost */
    struct media_node_ops ops;
    gpointer user;
    char *id; /* NULL before the greeting */
    json_t *stats;
    guint greeting_source;
    gint64 heard_us;
    gint64 first_generation; /* pushed on this connection; 0: none */
    bool settled;            /* … and applied: its handles are ours */
};

static void lose(struct media_node *node, const char *reason)
{
    g_clear_pointer(&node->link, link_destroy);
    g_clear_pointer(&node->stats, json_decref);
    if (node->id)
        node->ops.lost(node, reason, node->user);
    else
        media_node_destroy(node);
}

static void on_closed(struct link *link, const char *reason, gpointer user)
{
    (void)link;
    lose(user, reason);
}

void media_node_drop(struct media_node *node, const char *reason)
{
    if (node->link)
        lose(node, reason);
}

static bool take_greeting(struct media_node *node, const json_t *message)
{
    const char *type = json_string_value(json_object_get(message, "t"));
    const char *id = json_string_value(json_object_get(message, "node"));
    json_int_t proto = json_integer_value(json_object_get(message, "proto"));
    if (g_strcmp0(type, "hello") != 0 || !id || !*id || strlen(id) > 64 || proto != PROTOCOL) {
        log_warn("media", "a connection did not greet as a media node of protocol %d", PROTOCOL);
        return false;
    }
    node->id = g_strdup(id);
    g_clear_handle_id(&node->greeting_source, g_source_remove);
    return true;
}

static void on_control(struct link *link, json_t *message, gpointer user)
{
    (void)link;
    struct media_node *node = user;
    node->heard_us = clock_mono_us();
    if (!node->id) {
        if (take_greeting(node, message))
            node->ops.ready(node, node->user);
        else
            media_node_destroy(node);
        return;
    }
    const char *type = json_string_value(json_object_get(message, "t"));
    if (!type)
        return;
    if (strcmp(type, "stats") == 0) {
        json_decref(node->stats);
        node->stats = json_deep_copy(message);
        json_object_del(node->stats, "t");
    } else if (strcmp(type, "cameras_applied") == 0) {
        gint64 generation = json_integer_value(json_object_get(message, "gen"));
        node->settled |= node->first_generation && generation >= node->first_generation;
    } else if (node->settled || strcmp(type, "states") != 0) {
        node->ops.control(node, type, message, node->user);
    }
}

static void on_data(struct link *link, enum wire_kind kind, uint32_t channel, GBytes *data,
                    gpointer user)
{
    (void)link;
    struct media_node *node = user;
    node->heard_us = clock_mono_us();
    if (node->id && (node->settled || kind != WIRE_THUMBS))
        node->ops.data(node, kind, channel, data, node->user);
}

static gboolean greeting_late(gpointer user)
{
    struct media_node *node = user;
    node->greeting_source = 0;
    log_warn("media", "a connection did not greet within %d s", GREETING_LIMIT_S);
    media_node_destroy(node);
    return G_SOURCE_REMOVE;
}

void media_node_create(GIOStream *stream, GMainContext *context, const struct media_node_ops *ops,
                       gpointer user)
{
    static const struct link_ops link_ops = {
        .control = on_control, .data = on_data, .closed = on_closed};
    struct media_node *node = g_new0(struct media_node, 1);
    node->ops = *ops;
    node->user = user;
    node->heard_us = clock_mono_us();
    node->link = link_create(stream, context, &link_ops, node);
    node->greeting_source = g_timeout_add_seconds(GREETING_LIMIT_S, greeting_late, node);
    media_node_send(
        node, json_pack("{s:s,s:i,s:s}", "t", "hello", "proto", PROTOCOL, "server", "townwalld"));
}

void media_node_destroy(struct media_node *node)
{
    if (!node)
        return;
    g_clear_handle_id(&node->greeting_source, g_source_remove);
    link_destroy(node->link);
    json_decref(node->stats);
    g_free(node->id);
    g_free(node);
}

const char *media_node_id(const struct media_node *node)
{
    return node->id;
}

bool media_node_connected(const struct media_node *node)
{
    return node->link != NULL;
}

gint64 media_node_heard_us(const struct media_node *node)
{
    return node->heard_us;
}

const json_t *media_node_stats(const struct media_node *node)
{
    return node->stats;
}

void media_node_send(struct media_node *node, json_t *message)
{
    if (node->link)
        link_send_control(node->link, message);
    else
        json_decref(message);
}

void media_node_push(struct media_node *node, gint64 generation, const json_t *cameras)
{
    if (!node->first_generation)
        node->first_generation = generation;
    size_t count = json_array_size(cameras);
    size_t parts = MAX(1, (count + CAMERAS_A_PART - 1) / CAMERAS_A_PART);
    for (size_t part = 0; part < parts; part++) {
        json_t *list = json_array();
        for (size_t i = part * CAMERAS_A_PART; i < MIN(count, (part + 1) * CAMERAS_A_PART); i++)
            json_array_append(list, json_array_get(cameras, i));
        media_node_send(node, json_pack("{s:s,s:I,s:i,s:b,s:o}", "t", "cameras", "gen",
                                        (json_int_t)generation, "part", (int)part, "last",
                                        part + 1 == parts, "list", list));
    }
}

void media_node_credit(struct media_node *node, guint32 sub, guint32 bytes)
{
    uint8_t payload[4];
    wire_put_u32(payload, bytes);
    if (node->link)
        link_send(node->link, WIRE_CREDIT, sub, payload, sizeof payload, NULL);
}
