#include "common/config.h"
#include "common/log.h"
#include "rtc/janus_files.h"
#include "rtc/rtc_private.h"
#include "rtc/rtc_tape.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TICK_MS = 1000, RANDOM_BYTES = 16 };

void rtc_tell(struct stay *stay, const char *op, json_t *message)
{
    if (!stay->seat) {
        json_decref(message);
        return;
    }
    json_object_set_new(message, "t", json_string("rtc"));
    json_object_set_new(message, "op", json_string(op));
    json_object_set_new(message, "gen", json_integer((json_int_t)stay->gen));
    stay->rtc->ops->send(stay->seat->id, message, stay->rtc->user);
}

static void fill_random(void *bytes, size_t size)
{
    if (getentropy(bytes, size) != 0)
        g_error("no random bytes: %s", g_strerror(errno));
}

/* Exact in a double too: Janus's own ids are so. */
guint64 rtc_random_id(void)
{
    guint64 id;
    fill_random(&id, sizeof(id));
    return (id >> 12) | 1;
}

char *rtc_random_text(void)
{
    guint8 bytes[RANDOM_BYTES];
    fill_random(bytes, sizeof(bytes));
    return g_base64_encode(bytes, sizeof(bytes));
}

/* --- the session with Janus */

static const struct janus_handle_ops control_ops;

static void drop_all(struct rtc *rtc)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rtc->seats);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct seat *seat = value;
        if (seat->stay)
            rtc_tell(seat->stay, "gone", json_pack("{s:s}", "why", "media_away"));
        if (seat->stay && seat->stay->media)
            rtc->ops->media(seat->id, false, rtc->user);
    }
    record_lost(rtc);
    g_hash_table_remove_all(rtc->stays);
    g_hash_table_remove_all(rtc->feeds);
    g_hash_table_remove_all(rtc->seats);
    g_hash_table_remove_all(rtc->rooms);
    janus_close(g_steal_pointer(&rtc->control), NULL, NULL);
}

static void on_state(bool ready, const char *why, gpointer user)
{
    struct rtc *rtc = user;
    g_free(rtc->why);
    rtc->why = g_strdup(why);
    if (ready)
        rtc->control = janus_attach(rtc->janus, &control_ops, rtc);
    else
        drop_all(rtc);
    rtc->ops->state(ready, why, rtc->user);
}

static void control_event(const struct janus_message *event, gpointer user)
{
    (void)event, (void)user;
}

static void control_lost(const char *why, gpointer user)
{
    (void)why, (void)user; /* with the session; on_state() follows */
}

static const struct janus_handle_ops control_ops = {control_event, control_lost};

static gboolean tick(gpointer user)
{
    struct rtc *rtc = user;
    gint64 now = g_get_monotonic_time();
    GHashTableIter iter;
    gpointer stay;
    g_hash_table_iter_init(&iter, rtc->stays);
    while (g_hash_table_iter_next(&iter, &stay, NULL)) {
        layers_tick(stay, now);
        recv_tick(stay, now);
    }
    record_tick(rtc);
    return G_SOURCE_CONTINUE;
}

static bool connect_janus(struct rtc *rtc, const json_t *config, GError **error)
{
    GError *fault = NULL;
    g_autofree char *url = config_address(config, "rtc.url");
    g_autofree char *secret = janus_files_secret(config, &fault);
    if (fault) {
        g_propagate_prefixed_error(error, fault, "rtc: ");
        return false;
    }
    if (!*url)
        return true;
    const struct janus_options options = {
        .loop = rtc->loop, .url = url, .secret = secret, .state = on_state, .user = rtc};
    rtc->janus = janus_create(&options, error);
    return rtc->janus != NULL;
}

static void seat_free(gpointer value)
{
    struct seat *seat = value;
    g_free(seat->id);
    g_free(seat->meeting);
    g_free(seat->room);
    g_free(seat);
}

struct rtc *rtc_create(const struct rtc_options *options, GError **error)
{
    struct rtc *rtc = g_new0(struct rtc, 1);
    *rtc = (struct rtc){.loop = options->loop,
                        .ops = options->ops,
                        .user = options->user,
                        .why = g_strdup("not connected yet"),
                        .ice = config_get(options->config, "rtc.ice"),
                        .bitrate = config_int(options->config, "rtc.bitrate_kbit") * 1000,
                        .recordings = config_path(options->config, "rtc.recordings"),
                        .program = g_strdup(options->program),
                        .most_bytes = options->most_bytes};
    rtc->rooms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, room_free);
    rtc->seats = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, seat_free);
    rtc->stays = g_hash_table_new_full(NULL, NULL, stay_free, NULL);
    rtc->feeds = g_hash_table_new(g_int64_hash, g_int64_equal);
    rtc->records = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, record_free);
    rtc->tick_source = loop_every(rtc->loop, TICK_MS, tick, rtc);
    rtc_tape_make_left(rtc);
    if (connect_janus(rtc, options->config, error))
        return rtc;
    rtc_destroy(rtc);
    return NULL;
}

void rtc_destroy(struct rtc *rtc)
{
    if (!rtc)
        return;
    loop_cancel(rtc->loop, &rtc->tick_source);
    rtc_tape_stop(rtc);
    g_hash_table_unref(rtc->records);
    g_hash_table_unref(rtc->stays);
    g_hash_table_unref(rtc->seats);
    g_hash_table_unref(rtc->rooms);
    g_hash_table_unref(rtc->feeds);
    janus_close(rtc->control, NULL, NULL);
    janus_destroy(rtc->janus);
    g_free(rtc->recordings);
    g_free(rtc->program);
    g_free(rtc->why);
    g_free(rtc);
}

void rtc_stats(const struct rtc *rtc, struct rtc_stats *stats)
{
    *stats = (struct rtc_stats){.configured = rtc->janus != NULL,
                                .ready = rtc->janus && janus_ready(rtc->janus),
                                .why = rtc->why,
                                .rooms = g_hash_table_size(rtc->rooms),
                                .seats = g_hash_table_size(rtc->seats),
                                .recording = record_count(rtc)};
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rtc->stays);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const struct stay *stay = value;
        stats->sending += stay->media;
        stats->receiving += stay->recv_open;
    }
}
