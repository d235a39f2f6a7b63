#include "gst_fixture.h"
#include "stream/nal.h"
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

void house_open(struct house *house, unsigned max_pipelines)
{
    house->options = pipelines_defaults;
    house->options.max_pipelines = max_pipelines;
    house->options.max_cores = 8;
    house->options.linger_us = 200000;
    house->options.no_data_us = PATIENCE_US;
    house->options.retry_min_us = 100000;
    house->options.retry_max_us = 400000;
    house->pipelines = pipelines_create(&house->options, NULL);
}

void house_close(struct house *house)
{
    wait_running(house, 0);
    pipelines_destroy(house->pipelines);
}

static gboolean on_turn(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

void turn(void)
{
    guint timer = g_timeout_add(20, on_turn, NULL);
    g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
}

static void on_state(enum gst_source_state state, const char *reason, const char *detail,
                     gpointer user)
{
    struct watched_source *watched = user;
    watched->state = state;
    if (state != GST_SOURCE_DOWN)
        return;
    watched->downs++;
    g_free(watched->reason);
    g_free(watched->detail);
    watched->reason = g_strdup(reason);
    watched->detail = g_strdup(detail);
}

static void no_wake(gpointer user)
{
    (void)user;
}

void watched_open(struct watched_source *watched, struct house *house, const char *uri)
{
    struct stream_limits limits = {.max_bytes = 64 << 20, .keep_gops = 14};
    *watched = (struct watched_source){.state = GST_SOURCE_CONNECTING};
    watched->stream = stream_create("test", &limits);
    watched->reader = reader_create(watched->stream, READER_FROM_GOP, no_wake, NULL);
    watched->units = g_ptr_array_new_with_free_func((GDestroyNotify)unit_unref);
    g_autoptr(GError) error = NULL;
    watched->source = gst_source_create(house->pipelines, "test", uri, watched->stream, on_state,
                                        watched, &error);
    g_assert_no_error(error);
}

void watched_close(struct watched_source *watched)
{
    gst_source_destroy(watched->source);
    reader_destroy(watched->reader);
    stream_unref(watched->stream);
    g_ptr_array_unref(watched->units);
    g_free(watched->reason);
    g_free(watched->detail);
}

void wait_units(struct watched_source *watched, unsigned count)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    while (watched->units->len < count) {
        turn();
        struct unit *unit;
        while ((unit = reader_next(watched->reader)))
            g_ptr_array_add(watched->units, unit);
        if (g_get_monotonic_time() > until_us)
            g_error("%u of %u units came; %s: %s", watched->units->len, count, watched->reason,
                    watched->detail);
    }
}

void wait_down(struct watched_source *watched, const char *reason)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    while (watched->downs == 0 && g_get_monotonic_time() < until_us)
        turn();
    g_test_message("%s: %s", watched->reason, watched->detail);
    g_assert_cmpstr(watched->reason, ==, reason);
}

void wait_running(struct house *house, unsigned count)
{
    gint64 until_us = g_get_monotonic_time() + PATIENCE_US;
    struct pipelines_stats stats;
    do {
        turn();
        pipelines_stats(house->pipelines, &stats);
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    } while (stats.running != count);
}

void check_units(GPtrArray *units, enum codec codec, int width_px, int height_px)
{
    int64_t last_us = G_MININT64;
    for (guint i = 0; i < units->len; i++) {
        const struct unit *unit = units->pdata[i];
        g_assert_nonnull(unit->format);
        g_assert_cmpint(unit->format->codec, ==, codec);
        g_assert_cmpint(unit->format->width_px, ==, width_px);
        g_assert_cmpint(unit->format->height_px, ==, height_px);
        g_assert_cmpint(unit->dts_us, >, last_us);
        g_assert_cmpint(unit->pts_us, >=, unit->dts_us);
        g_assert_true(unit->keyframe || i > 0);
        g_assert_true(memcmp(unit->data, "\0\0\0\1", 4) == 0);
        if (unit->keyframe)
            g_assert_true(nal_has_parameter_sets(codec, unit->data, unit->size));
        last_us = unit->dts_us;
    }
}

unsigned count_decoded(GPtrArray *units)
{
    char *folder = clip_folder();
    const struct unit *first = units->pdata[0];
    const char *format = first->format->codec == CODEC_H265 ? "hevc" : "h264";
    g_autofree char *path = g_build_filename(folder, "units", NULL);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (guint i = 0; i < units->len; i++) {
        const struct unit *unit = units->pdata[i];
        g_byte_array_append(bytes, unit->data, (guint)unit->size);
    }
    g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL);
    g_autofree char *command = g_strdup_printf(
        "ffprobe -v error -f %s -count_frames -show_entries stream=nb_read_frames -of csv=p=0 %s",
        format, path);
    g_autofree char *count = clip_run(command);
    clip_folder_remove(folder);
    return (unsigned)atoi(count);
}

char *make_file(const char *folder, const char *name, const char *source, const char *options)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *command = g_strdup_printf(
        "ffmpeg -nostdin -v error -y -f lavfi -i \"%s\" %s -threads 1 %s", source, options, path);
    g_free(clip_run(command));
    return g_filename_to_uri(path, NULL, NULL);
}

unsigned free_port(void)
{
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_assert_true(g_socket_bind(socket, any, TRUE, NULL));
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

#ifdef __SANITIZE_ADDRESS__
/* GLib never frees its old table of quarks when it outgrows it, and GStreamer has enough quarks for
 * that; and it keeps some bytes for each thread on which the last reference of an object in a
 * message goes. Whole stacks are needed to tell these from leaks of ours. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0";
}
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:call_init\nleak:gst_structure_free\n";
}
#endif
