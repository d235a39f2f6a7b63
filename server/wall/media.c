#include "wall/media.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "wall/media_private.h"
#include <string.h>

#define PUSH_DELAY_MS      50
#define WATCH_DELAY_MS     200
#define REQUEST_TIMEOUT_MS 12000
#define CREDIT_BYTES       (4 * 1024 * 1024)
#define CREDIT_STEP_BYTES  (1024 * 1024)
#define ALIVE_US           (5 * G_USEC_PER_SEC)  /* heard so recently: surely there */
#define SILENT_US          (30 * G_USEC_PER_SEC) /* heard so long ago: its machine is gone */
#define MAX_NODES          64

struct subscription {
    guint32 id;
    struct media_key key;
    struct media_node *node; /* where it runs; NULL: nowhere yet */
    guint32 uncredited_bytes;
};

struct request {
    guint32 id;
    struct media_node *node; /* that was asked */
    media_snapshot_fn snapshot;
    media_diagnosis_fn diagnosis;
    gpointer user;
    gint64 deadline_us;
};

/* --- who has which camera: rendezvous hashing over the known nodes */

static guint32 mix(guint32 a, guint32 b)
{
    guint32 x = a * 0x9E3779B1u ^ b;
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    x *= 0xC2B2AE35u;
    return x ^ x >> 16;
}

struct media_node *media_node_for(const struct media *media, guint32 n)
{
    struct media_node *best = NULL;
    guint32 best_weight = 0;
    for (guint i = 0; i < media->nodes->len; i++) {
        struct media_node *node = media->nodes->pdata[i];
        guint32 weight = mix(g_str_hash(media_node_id(node)), n);
        if (!best || weight > best_weight) {
            best = node;
            best_weight = weight;
        }
    }
    return best;
}

bool media_reaches(const struct media *media, guint32 n)
{
    struct media_node *node = media_node_for(media, n);
    return node && media_node_connected(node);
}

/* --- pushing the camera set */

static json_t *camera_entry(const struct camera *camera)
{
    const struct camera_fields *f = &camera->fields;
    return json_pack("{s:i,s:s,s:s,s:s,s:s*,s:s}", "n", (int)camera->n, "id", f->id, "name",
                     f->name, "url", f->url, "sub_url", f->sub_url, "mode",
                     f->enabled ? (f->mode ? f->mode : "always") : "disabled");
}

static void push_to(struct media *media, struct media_node *node)
{
    json_t *list = json_array();
    for (guint32 n = 1; n <= camera_set_size(media->cameras); n++) {
        const struct camera *camera = camera_set_at(media->cameras, n);
        if (!camera->gone && media_node_for(media, n) == node)
            json_array_append_new(list, camera_entry(camera));
    }
    media_node_push(node, media->generation, list);
    json_decref(list);
}

static gboolean push_all(gpointer user)
{
    struct media *media = user;
    media->push_source = 0;
    media->generation++;
    for (guint i = 0; i < media->nodes->len; i++)
        if (media_node_connected(media->nodes->pdata[i]))
            push_to(media, media->nodes->pdata[i]);
    return G_SOURCE_REMOVE;
}

void media_cameras_changed(struct media *media)
{
    if (!media->push_source)
        media->push_source = loop_after(media->loop, PUSH_DELAY_MS, push_all, media);
}

/* What is asked about a camera must not arrive before the camera itself. */
static void push_pending(struct media *media)
{
    if (!media->push_source)
        return;
    loop_cancel(media->loop, &media->push_source);
    push_all(media);
}

/* --- what is watched */

static json_t *watch_message(const struct media *media)
{
    json_t *visible = json_array();
    for (guint i = 0; i < media->visible->len; i++)
        json_array_append_new(visible, json_integer(g_array_index(media->visible, guint32, i)));
    return json_pack("{s:s,s:b,s:o,s:[]}", "t", "watch", "all", media->watch_all, "visible",
                     visible, "alert");
}

static gboolean send_watch(gpointer user)
{
    struct media *media = user;
    media->watch_source = 0;
    for (guint i = 0; i < media->nodes->len; i++)
        media_node_send(media->nodes->pdata[i], watch_message(media));
    return G_SOURCE_REMOVE;
}

void media_watch(struct media *media, bool all, const GArray *visible)
{
    media->watch_all = all;
    g_array_set_size(media->visible, 0);
    if (visible)
        g_array_append_vals(media->visible, visible->data, visible->len);
    if (!media->watch_source)
        media->watch_source = loop_after(media->loop, WATCH_DELAY_MS, send_watch, media);
}

/* --- subscriptions */

static void send_subscribe(struct media *media, struct subscription *sub)
{
    struct media_node *node = sub->node = media_node_for(media, sub->key.n);
    push_pending(media);
    sub->uncredited_bytes = 0;
    if (node)
        media_node_send(node,
                        json_pack("{s:s,s:i,s:i,s:s,s:s,s:s,s:s,s:i}", "t", "subscribe", "sub",
                                  (int)sub->id, "n", (int)sub->key.n, "profile", sub->key.profile,
                                  "format", sub->key.format, "variant", sub->key.variant, "rung",
                                  sub->key.rung, "credit", CREDIT_BYTES));
}

static guint32 next_id(struct media *media)
{
    do {
        media->last_id = (media->last_id + 1) & G_MAXINT32;
    } while (media->last_id == 0 ||
             g_hash_table_contains(media->subscriptions, GUINT_TO_POINTER(media->last_id)) ||
             g_hash_table_contains(media->requests, GUINT_TO_POINTER(media->last_id)));
    return media->last_id;
}

guint32 media_subscribe(struct media *media, const struct media_key *key)
{
    struct subscription *sub = g_new0(struct subscription, 1);
    sub->id = next_id(media);
    sub->key = *key;
    g_hash_table_insert(media->subscriptions, GUINT_TO_POINTER(sub->id), sub);
    send_subscribe(media, sub);
    return sub->id;
}

static void send_unsubscribe(struct subscription *sub)
{
    if (sub->node)
        media_node_send(sub->node, json_pack("{s:s,s:i}", "t", "unsubscribe", "sub", (int)sub->id));
}

void media_unsubscribe(struct media *media, guint32 id)
{
    struct subscription *sub = g_hash_table_lookup(media->subscriptions, GUINT_TO_POINTER(id));
    if (!sub)
        return;
    send_unsubscribe(sub);
    g_hash_table_remove(media->subscriptions, GUINT_TO_POINTER(id));
}

/* The nodes are others: what has another node now leaves the old one, before its camera does. */
static void leave_old_nodes(struct media *media)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, media->subscriptions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *sub = value;
        if (sub->node == media_node_for(media, sub->key.n))
            continue;
        send_unsubscribe(sub);
        sub->node = NULL;
    }
}

/* … and begins at the new one, after its camera has come. */
static void join_new_nodes(struct media *media)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, media->subscriptions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *sub = value;
        if (!sub->node)
            send_subscribe(media, sub);
    }
}

/* A subscription as this node may speak of it. */
static struct subscription *subscription_at(struct media *media, const struct media_node *node,
                                            guint32 id)
{
    struct subscription *sub = g_hash_table_lookup(media->subscriptions, GUINT_TO_POINTER(id));
    return sub && sub->node == node ? sub : NULL;
}

/* What arrived is given back as credit: the hub's ring is bounded by itself. */
static void give_credit(struct media_node *node, struct subscription *sub, size_t bytes)
{
    sub->uncredited_bytes += (guint32)bytes;
    if (sub->uncredited_bytes < CREDIT_STEP_BYTES)
        return;
    media_node_credit(node, sub->id, sub->uncredited_bytes);
    sub->uncredited_bytes = 0;
}

/* --- requests */

static void request_end(struct media *media, struct request *request, GBytes *jpeg, gint64 wall_us,
                        const json_t *result, const char *code)
{
    g_hash_table_steal(media->requests, GUINT_TO_POINTER(request->id));
    if (request->snapshot)
        request->snapshot(jpeg, wall_us, code, request->user);
    else
        request->diagnosis(result, code, request->user);
    g_free(request);
}

/* Ends those that are due, or (`node` not NULL) those that this node would have to answer. */
static void requests_end(struct media *media, const struct media_node *node, gint64 due_us,
                         const char *code)
{
    g_autoptr(GList) ids = g_hash_table_get_keys(media->requests);
    for (GList *at = ids; at; at = at->next) {
        struct request *request = g_hash_table_lookup(media->requests, at->data);
        if (request && (node ? request->node == node : request->deadline_us <= due_us))
            request_end(media, request, NULL, 0, NULL, code);
    }
}

/* A machine that lost its power says no goodbye. */
static void drop_silent_nodes(struct media *media, gint64 now_us)
{
    for (guint i = 0; i < media->nodes->len; i++) {
        struct media_node *node = media->nodes->pdata[i];
        if (media_node_connected(node) && now_us - media_node_heard_us(node) > SILENT_US)
            media_node_drop(node, "nothing was heard of it for 30 s");
    }
}

static gboolean on_second(gpointer user)
{
    struct media *media = user;
    gint64 now_us = clock_mono_us();
    requests_end(media, NULL, now_us, "timeout");
    drop_silent_nodes(media, now_us);
    return G_SOURCE_CONTINUE;
}

/* Asks a node (NULL: none is there). */
static void request_start(struct media *media, struct media_node *node, guint32 n, json_t *message,
                          struct request *request)
{
    request->id = next_id(media);
    request->deadline_us = clock_mono_us() + REQUEST_TIMEOUT_MS * 1000;
    g_hash_table_insert(media->requests, GUINT_TO_POINTER(request->id), request);
    json_object_set_new(message, "req", json_integer(request->id));
    json_object_set_new(message, "n", json_integer(n));
    request->node = node;
    push_pending(media);
    if (!node || !media_node_connected(node)) {
        json_decref(message);
        request_end(media, request, NULL, 0, NULL, "media_away");
        return;
    }
    media_node_send(node, message);
}

void media_snapshot(struct media *media, guint32 n, guint width_px, media_snapshot_fn done,
                    gpointer user)
{
    struct request *request = g_new0(struct request, 1);
    request->snapshot = done;
    request->user = user;
    request_start(media, media_node_for(media, n), n,
                  json_pack("{s:s,s:i}", "t", "snapshot", "width", (int)width_px), request);
}

static struct request *diagnosis_request(media_diagnosis_fn done, gpointer user)
{
    struct request *request = g_new0(struct request, 1);
    request->diagnosis = done;
    request->user = user;
    return request;
}

void media_diagnose(struct media *media, guint32 n, const char *profile, media_diagnosis_fn done,
                    gpointer user)
{
    request_start(media, media_node_for(media, n), n,
                  json_pack("{s:s,s:s}", "t", "diagnose", "profile", profile),
                  diagnosis_request(done, user));
}

static struct media_node *connected_node(const struct media *media)
{
    for (guint i = 0; i < media->nodes->len; i++)
        if (media_node_connected(media->nodes->pdata[i]))
            return media->nodes->pdata[i];
    return NULL;
}

void media_try(struct media *media, const char *url, media_diagnosis_fn done, gpointer user)
{
    request_start(media, connected_node(media), 0, json_pack("{s:s,s:s}", "t", "try", "url", url),
                  diagnosis_request(done, user));
}

static struct request *request_of(struct media *media, const struct media_node *node, guint32 id,
                                  bool snapshot)
{
    struct request *request = g_hash_table_lookup(media->requests, GUINT_TO_POINTER(id));
    return request && request->node == node && (request->snapshot != NULL) == snapshot ? request
                                                                                       : NULL;
}

/* --- what nodes say */

static guint32 id_of(const json_t *message, const char *key)
{
    json_int_t id = json_integer_value(json_object_get(message, key));
    return id > 0 && id <= G_MAXINT32 ? (guint32)id : 0;
}

/* What a node says of cameras that are another's by now is old. */
static void take_states(struct media *media, const struct media_node *node, const json_t *message)
{
    json_t *own = json_array();
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(message, "list"), i, entry)
    {
        if (media_node_for(media, id_of(entry, "n")) == node)
            json_array_append(own, entry);
    }
    media->ops.states(own, media->user);
    json_decref(own);
}

static void take_waiting(struct media *media, const struct media_node *node, const json_t *message)
{
    const char *code = json_string_value(json_object_get(message, "code"));
    const char *detail = json_string_value(json_object_get(message, "detail"));
    guint32 id = id_of(message, "sub");
    if (subscription_at(media, node, id))
        media->ops.waiting(id, code ? code : "no_data", detail, media->user);
}

static void take_ended(struct media *media, const struct media_node *node, const json_t *message)
{
    const char *code = json_string_value(json_object_get(message, "code"));
    const char *detail = json_string_value(json_object_get(message, "detail"));
    guint32 id = id_of(message, "sub");
    if (!subscription_at(media, node, id))
        return;
    g_hash_table_remove(media->subscriptions, GUINT_TO_POINTER(id));
    media->ops.ended(id, code ? code : "ended", detail, media->user);
}

static void on_control(struct media_node *node, const char *type, json_t *message, gpointer user)
{
    struct media *media = user;
    guint32 sub = id_of(message, "sub");
    if (strcmp(type, "states") == 0) {
        take_states(media, node, message);
    } else if (strcmp(type, "stream") == 0) {
        if (subscription_at(media, node, sub))
            media->ops.stream(sub, message, media->user);
    } else if (strcmp(type, "waiting") == 0) {
        take_waiting(media, node, message);
    } else if (strcmp(type, "ended") == 0) {
        take_ended(media, node, message);
    } else if (strcmp(type, "snapshot_failed") == 0) {
        struct request *request = request_of(media, node, id_of(message, "req"), true);
        const char *code = json_string_value(json_object_get(message, "code"));
        if (request)
            request_end(media, request, NULL, 0, NULL, code ? code : "failed");
    } else if (strcmp(type, "diagnosis") == 0) {
        struct request *request = request_of(media, node, id_of(message, "req"), false);
        const char *fault = json_string_value(json_object_get(message, "error"));
        if (request)
            request_end(media, request, NULL, 0, fault ? NULL : message, fault);
    } else {
        log_debug("media", "%s sent unknown message %s", media_node_id(node), type);
    }
}

static void on_snapshot(struct media *media, const struct media_node *node, guint32 id,
                        GBytes *data)
{
    struct request *request = request_of(media, node, id, true);
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(data, &size);
    gint64 wall_us;
    uint16_t width, height;
    if (!request || !wire_snapshot_read(bytes, size, &wall_us, &width, &height))
        return;
    g_autoptr(GBytes) jpeg =
        g_bytes_new_from_bytes(data, WIRE_SNAPSHOT_PREFIX_BYTES, size - WIRE_SNAPSHOT_PREFIX_BYTES);
    request_end(media, request, jpeg, wall_us, NULL, NULL);
}

static void on_data(struct media_node *node, enum wire_kind kind, guint32 channel, GBytes *data,
                    gpointer user)
{
    struct media *media = user;
    if (kind == WIRE_THUMBS) {
        media->ops.thumbs(data, media->user);
    } else if (kind == WIRE_SNAPSHOT) {
        on_snapshot(media, node, channel, data);
    } else if (kind == WIRE_UNIT) {
        struct subscription *sub = subscription_at(media, node, channel);
        if (!sub)
            return; /* unsubscribed or moved while this was on its way */
        give_credit(node, sub, g_bytes_get_size(data));
        media->ops.unit(channel, data, media->user);
    }
}

/* Nothing refers to the node any more; it is destroyed. */
static void forget_node(struct media *media, struct media_node *node)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, media->subscriptions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct subscription *sub = value;
        if (sub->node == node)
            sub->node = NULL;
    }
    requests_end(media, node, 0, "media_away");
    g_ptr_array_remove(media->nodes, node);
}

static struct media_node *node_of_id(const struct media *media, const char *id)
{
    for (guint i = 0; i < media->nodes->len; i++)
        if (strcmp(media_node_id(media->nodes->pdata[i]), id) == 0)
            return media->nodes->pdata[i];
    return NULL;
}

/* Two that claim one id would throw each other out for ever: the living one stays. */
static bool may_join(const struct media *media, const struct media_node *old, const char *id)
{
    if (old && media_node_connected(old) && clock_mono_us() - media_node_heard_us(old) < ALIVE_US) {
        log_error("media",
                  "a second node calls itself %s and is turned away; each needs its own "
                  "media.node_id",
                  id);
        return false;
    }
    if (!old && media->nodes->len >= MAX_NODES) {
        log_error("media", "node %s is turned away: %d are known already", id, MAX_NODES);
        return false;
    }
    return true;
}

/* A node said hello: an old connection of the same node makes way, everything is pushed anew. */
static void on_ready(struct media_node *node, gpointer user)
{
    struct media *media = user;
    struct media_node *old = node_of_id(media, media_node_id(node));
    if (!may_join(media, old, media_node_id(node))) {
        media_node_destroy(node);
        return;
    }
    if (old)
        forget_node(media, old);
    g_ptr_array_add(media->nodes, node);
    log_info("media", "node %s connected", media_node_id(node));
    leave_old_nodes(media);
    loop_cancel(media->loop, &media->push_source);
    push_all(media);
    media_node_send(node, watch_message(media));
    join_new_nodes(media);
}

static void on_lost(struct media_node *node, const char *reason, gpointer user)
{
    struct media *media = user;
    log_warn("media", "node %s lost: %s", media_node_id(node), reason);
    requests_end(media, node, 0, "media_away");
    media->ops.lost(media_node_id(node), media->user);
}

static const struct media_node_ops node_ops = {
    .ready = on_ready,
    .control = on_control,
    .data = on_data,
    .lost = on_lost,
};

static void on_accepted(GIOStream *stream, gpointer user)
{
    struct media *media = user;
    media_node_create(stream, loop_context(media->loop), &node_ops, media);
}

/* --- life */

struct media *media_create(struct loop *loop, const char *address, GTlsCertificate *certificate,
                           struct camera_set *cameras, const struct media_ops *ops, gpointer user,
                           GError **error)
{
    struct media *media = g_new0(struct media, 1);
    media->loop = loop;
    media->cameras = cameras;
    media->ops = *ops;
    media->user = user;
    media->generation = clock_wall_us();
    media->nodes = g_ptr_array_new_with_free_func((GDestroyNotify)media_node_destroy);
    media->subscriptions = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    media->requests = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    media->visible = g_array_new(FALSE, FALSE, sizeof(guint32));
    media->timeout_source = loop_every(loop, 1000, on_second, media);
    media->listener =
        link_listen(address, certificate, loop_context(loop), on_accepted, media, error);
    if (!media->listener)
        goto fail;
    return media;
fail:
    media_destroy(media);
    return NULL;
}

void media_destroy(struct media *media)
{
    if (!media)
        return;
    loop_cancel(media->loop, &media->push_source);
    loop_cancel(media->loop, &media->watch_source);
    loop_cancel(media->loop, &media->timeout_source);
    link_listener_destroy(media->listener);
    if (media->requests)
        requests_end(media, NULL, G_MAXINT64, "media_away");
    g_ptr_array_unref(media->nodes);
    g_hash_table_unref(media->subscriptions);
    g_hash_table_unref(media->requests);
    g_array_unref(media->visible);
    g_free(media);
}
