/* What brokers say, and to whom we listen. */
#include "common/clock.h"
#include "intake/file_roots.h"
#include "intake/intake_private.h"
#include "intake/mqtt_private.h"
#include "intake/sensor_event.h"
#include <string.h>

/* A message as it is kept: text as it is, other bytes in base64. */
static json_t *message_json(const struct mqtt_packet *packet)
{
    g_autofree char *topic = g_utf8_make_valid(packet->topic, (gssize)packet->topic_size);
    json_t *payload = memchr(packet->payload, '\0', packet->payload_size)
                          ? NULL
                          : json_stringn((const char *)packet->payload, packet->payload_size);
    if (payload)
        return json_pack("{s:s,s:o}", "topic", topic, "payload", payload);
    g_autofree char *text = g_base64_encode(packet->payload, packet->payload_size);
    return json_pack("{s:s,s:s}", "topic", topic, "payload_base64", text);
}

/* "a/b/c: why", of a long topic the beginning. */
static char *topic_words(const struct mqtt_packet *packet, const char *why)
{
    enum { TOPIC_CHARS = 80 };
    g_autofree char *topic = g_utf8_make_valid(packet->topic, (gssize)packet->topic_size);
    if (g_utf8_strlen(topic, -1) <= TOPIC_CHARS)
        return g_strdup_printf("%s: %s", topic, why);
    g_autofree char *head = g_utf8_substring(topic, 0, TOPIC_CHARS);
    return g_strdup_printf("%s…: %s", head, why);
}

static void reject(struct listener *listener, const struct mqtt_packet *packet, struct item *item,
                   const char *zh, const char *en)
{
    json_t *message = message_json(packet);
    struct feed *feed = mqtt_feed_of(listener);
    if (feed)
        feed->numbers.refused++;
    mqtt_note_error(listener, zh, en);
    item->reject = reject_new(message, clock_wall_us(), NULL, zh, en);
    json_decref(message);
}

/* --- messages */

static bool is_waiting(const struct listener *listener, const struct taken *taken)
{
    for (GList *link = listener->items.head; link; link = link->next) {
        const struct item *item = link->data;
        if (item->taken.packet == taken->packet && strcmp(item->taken.digest, taken->digest) == 0)
            return true;
    }
    return false;
}

static struct taken name_of(const struct mqtt_packet *packet)
{
    struct taken taken = {.packet = packet->packet};
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)packet->topic, (gssize)packet->topic_size);
    g_checksum_update(sum, (const guchar *)"", 1);
    g_checksum_update(sum, packet->payload, (gssize)packet->payload_size);
    g_strlcpy(taken.digest, g_checksum_get_string(sum), sizeof taken.digest);
    return taken;
}

static void note_heard(struct listener *listener, const struct mqtt_reading *reading,
                       int64_t now_us)
{
    char *unit = reading->value && reading->value->unit ? reading->value->unit : (char *)"";
    const struct sensor_last last = {.feed = listener->feed,
                                     .device = reading->device,
                                     .type = reading->type,
                                     .unit = unit,
                                     .is_state = reading->is_state,
                                     .raised = reading->raised,
                                     .number = reading->number,
                                     .time_us = reading->time_us,
                                     .received_us = now_us};
    sensors_note(listener->mqtt->options.sensors, &last);
}

/* One reading: what it changes goes into `item`. `late_us`: the message came then and is tried
 * again; 0: it came now. false + error: it is wrong. */
static bool take_reading(struct listener *listener, const struct mqtt_reading *reading,
                         int64_t late_us, struct item *item, GError **error)
{
    struct sensors *sensors = listener->mqtt->options.sensors;
    const struct sensor *row =
        sensors_find(sensors, listener->feed, reading->device, reading->type);
    const struct sensor *place =
        row ? row : sensors_device(sensors, listener->feed, reading->device);
    const struct state *known = states_find(listener->states, reading->device, reading->type);
    bool was = known && known->raised, unknown = known && !known->since_us, raised;
    int64_t now_us = clock_wall_us();
    if (!late_us)
        note_heard(listener, reading, now_us);
    int64_t came_us = late_us ? late_us : now_us;
    bool timed = sensor_time_good(reading->time_us, came_us);
    int64_t told_us = timed ? reading->time_us : came_us;
    GError *wrong = NULL;
    if (!sensor_judge(reading, row, was, &raised, &wrong) || (raised == was && !unknown)) {
        if (wrong)
            g_propagate_error(error, wrong);
        return !wrong;
    }
    if (late_us && known && known->since_us >= told_us)
        return true;
    const struct state *state =
        states_set(listener->states, reading->device, reading->type, raised, told_us);
    struct event *event =
        sensor_event(listener->feed, reading, row, place, state, came_us, now_us, error);
    if (!event)
        return false;
    if (reading->time_us && !timed)
        mqtt_note_error(listener, "设备时钟落后 24 小时以上，按收到的时间处理", reading->device);
    if (late_us && !event->occurred_us)
        event->occurred_us = late_us;
    if (!item->events) {
        item->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
        item->states = g_ptr_array_new_with_free_func(state_free);
    }
    g_ptr_array_add(item->events, event);
    g_ptr_array_add(item->states, state_copy(state));
    return true;
}

/* false + error: something of it is wrong; what is good of it was taken. */
static bool read_message(struct listener *listener, const struct mqtt_packet *packet,
                         int64_t late_us, struct item *item, GError **error)
{
    GArray *readings = mqtt_readings(listener->settings, packet->topic, packet->topic_size,
                                     packet->payload, packet->payload_size, error);
    bool good = readings != NULL;
    for (guint i = 0; readings && i < readings->len; i++) {
        const struct mqtt_reading *reading = &g_array_index(readings, struct mqtt_reading, i);
        good &= take_reading(listener, reading, late_us, item, good ? error : NULL);
    }
    g_clear_pointer(&readings, g_array_unref);
    return good;
}

static void take_message(struct listener *listener, const struct mqtt_packet *packet,
                         struct item *item)
{
    struct feed *feed = mqtt_feed_of(listener);
    g_autoptr(GError) error = NULL;
    if (feed)
        feed->numbers.requests++;
    if (!read_message(listener, packet, 0, item, &error)) {
        g_autofree char *words = topic_words(packet, error->message);
        reject(listener, packet, item, "消息无法理解", words);
    }
}

/* It would be as large the next time: acknowledged in its turn, when the reason is kept. */
static void on_too_large(const struct mqtt_packet *packet, gpointer user)
{
    struct listener *listener = user;
    struct feed *feed = mqtt_feed_of(listener);
    g_autofree char *size = g_strdup_printf("%zu bytes", packet->payload_size);
    g_autofree char *words = topic_words(packet, size);
    if (feed) {
        feed->numbers.requests++;
        feed->numbers.refused++;
    }
    mqtt_note_error(listener, "消息过大", words);
    struct item *item = g_new0(struct item, 1);
    item->taken.packet = packet->packet;
    item->reject = reject_new(NULL, clock_wall_us(), NULL, "消息过大", words);
    mqtt_push(listener, item);
}

static void on_message(const struct mqtt_packet *packet, gpointer user)
{
    struct listener *listener = user;
    struct item *item = g_new0(struct item, 1);
    if (packet->qos == 1)
        item->taken = name_of(packet);
    bool again =
        packet->dup && packet->qos == 1 &&
        (states_is_taken(listener->states, &item->taken) || is_waiting(listener, &item->taken));
    if (!again)
        take_message(listener, packet, item);
    mqtt_push(listener, item);
}

/* The message that `item` was. Returned: its payload, owned by the caller, to which `packet`
 * points; NULL: it is none. */
static guchar *message_of(const json_t *item, struct mqtt_packet *packet)
{
    const json_t *payload = json_object_get(item, "payload");
    const char *coded = json_string_value(json_object_get(item, "payload_base64"));
    const char *topic = json_string_value(json_object_get(item, "topic"));
    gsize size = json_string_length(payload);
    guchar *bytes = coded ? g_base64_decode(coded, &size)
                          : g_memdup2(json_string_value(payload), json_string_length(payload));
    *packet = (struct mqtt_packet){.topic = topic,
                                   .topic_size = topic ? strlen(topic) : 0,
                                   .payload = bytes,
                                   .payload_size = size};
    return bytes;
}

const struct state *mqtt_state(const struct mqtt *mqtt, const char *feed, const char *device,
                               const char *type)
{
    const struct listener *listener = g_hash_table_lookup(mqtt->listeners, feed);
    return listener ? states_find(listener->states, device, type) : NULL;
}

bool mqtt_retry(struct mqtt *mqtt, const char *feed, const json_t *item, int64_t time_us,
                mqtt_retried_fn done, gpointer user, GError **error)
{
    struct listener *listener = g_hash_table_lookup(mqtt->listeners, feed);
    struct mqtt_packet packet;
    g_autofree guchar *bytes = message_of(item, &packet);
    if (!listener || !bytes || !packet.topic) {
        g_set_error(error, INTAKE_ERROR, 0, "%s",
                    listener ? "is no message that was kept" : "the feed does not listen");
        return false;
    }
    struct item *again = g_new0(struct item, 1);
    bool good = read_message(listener, &packet, time_us, again, error);
    if (good) {
        again->done = done;
        again->user = user;
    }
    mqtt_push(listener, again);
    return good;
}

/* A broker that does not know us numbers its messages anew: those that it sent before are none of
 * these, whatever their number. */
static void on_welcome(bool known, gpointer user)
{
    struct listener *listener = user;
    if (known)
        return;
    for (GList *link = listener->items.head; link; link = link->next)
        ((struct item *)link->data)->taken.packet = 0;
    states_forget_taken(listener->states);
}

static void on_state(const char *why, gpointer user)
{
    struct listener *listener = user;
    struct feed *feed = mqtt_feed_of(listener);
    if (why) {
        listener->connection++;
        mqtt_note_error(listener, "与消息服务器的连接中断", why);
    } else if (feed && !listener->refused) {
        feed_note_good(feed);
    }
    listener->refused = false;
}

static void on_refused(const char *filter, gpointer user)
{
    struct listener *listener = user;
    g_autofree char *words = g_strdup_printf("the broker refuses to tell of %s", filter);
    listener->refused = true;
    mqtt_note_error(listener, "消息服务器拒绝订阅", words);
}

/* --- listeners */

static void listener_free(gpointer data)
{
    struct listener *listener = data;
    bool waits = listener->retry != 0;
    mqtt_link_destroy(listener->link);
    loop_cancel(listener->mqtt->options.loop, &listener->retry);
    loop_cancel(listener->mqtt->options.loop, &listener->keep_again);
    if (listener->keeping)
        listener->keeping->owner = NULL;
    if (listener->flight) {
        listener->flight->owner = NULL;
        if (waits)
            mqtt_flight_free(listener->flight);
    }
    states_destroy(listener->states);
    g_queue_clear_full(&listener->items, mqtt_item_free);
    mqtt_settings_free(listener->settings);
    g_free(listener->feed);
    g_free(listener);
}

static void connect_to(struct listener *listener, const struct feed *feed)
{
    static const struct mqtt_link_face face = {on_message, on_too_large, on_welcome, on_state,
                                               on_refused};
    const struct mqtt_settings *settings = listener->settings;
    g_autoptr(GPtrArray) filters = g_ptr_array_new();
    for (guint i = 0; i < settings->templates->len; i++) {
        const struct mqtt_template *template = settings->templates->pdata[i];
        g_ptr_array_add(filters, template->filter);
    }
    g_ptr_array_add(filters, NULL);
    g_autofree char *ca =
        settings->ca ? file_roots_resolve(listener->mqtt->options.file_roots, settings->ca) : NULL;
    if (settings->ca && !ca) {
        mqtt_note_error(listener, "证书文件" FILE_ROOTS_ZH, "ca: " FILE_ROOTS_EN);
        return;
    }
    const struct mqtt_link_options options = {.host = settings->host,
                                              .port = settings->port,
                                              .tls = settings->tls,
                                              .ca = ca,
                                              .client_id = settings->client_id,
                                              .user = settings->user,
                                              .password = feed->secret,
                                              .keepalive_s = settings->keepalive_s,
                                              .filters = (const char *const *)filters->pdata};
    listener->link = mqtt_link_create(listener->mqtt->options.loop, &options, &face, listener);
}

static void listen_to(struct mqtt *mqtt, struct feed *feed)
{
    g_autoptr(GError) error = NULL;
    struct listener *listener = g_new0(struct listener, 1);
    listener->mqtt = mqtt;
    listener->feed = g_strdup(feed->id);
    g_queue_init(&listener->items);
    listener->settings = mqtt_settings_read(feed->settings, feed->id, &error);
    if (listener->settings)
        listener->states = states_create(mqtt->options.store, feed->id, &error);
    if (!listener->states) {
        mqtt_note_error(listener, "设置有误", error->message);
        listener_free(listener);
        return;
    }
    g_hash_table_insert(mqtt->listeners, listener->feed, listener);
    connect_to(listener, feed);
}

static void on_feed(const char *id, struct feed *feed, gpointer user)
{
    struct mqtt *mqtt = user;
    g_hash_table_remove(mqtt->listeners, id);
    if (feed && feed->kind == FEED_MQTT && feed->enabled)
        listen_to(mqtt, feed);
}

struct mqtt *mqtt_create(const struct mqtt_options *options)
{
    struct mqtt *mqtt = g_new0(struct mqtt, 1);
    mqtt->options = *options;
    mqtt->listeners = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, listener_free);
    g_autoptr(GPtrArray) all = feeds_all(options->feeds);
    for (guint i = 0; i < all->len; i++) {
        struct feed *feed = all->pdata[i];
        on_feed(feed->id, feed, mqtt);
    }
    feeds_on_change(options->feeds, on_feed, mqtt);
    return mqtt;
}

void mqtt_destroy(struct mqtt *mqtt)
{
    if (!mqtt)
        return;
    feeds_off_change(mqtt->options.feeds, on_feed, mqtt);
    g_hash_table_destroy(mqtt->listeners);
    g_free(mqtt);
}
