#include "gst_fixture.h"
#include <gio/gio.h>
#include <string.h>

static const char *const MOVING = "testsrc2=size=320x180:rate=25:duration=1";

/* Twice around a file of one second, at its own speed, by one pipeline. */
static void check_loop(const char *name, const char *options, enum codec codec)
{
    char *folder = clip_folder();
    g_autofree char *uri = make_file(folder, name, MOVING, options);
    struct house house;
    struct watched_source watched;
    house_open(&house, 4);
    gint64 began_us = g_get_monotonic_time();
    watched_open(&watched, &house, uri);
    wait_units(&watched, 60);
    gint64 passed_us = g_get_monotonic_time() - began_us;
    g_assert_cmpint(watched.state, ==, GST_SOURCE_LIVE);
    g_assert_cmpuint(watched.downs, ==, 0);
    check_units(watched.units, codec, 320, 180);
    g_assert_cmpuint(count_decoded(watched.units), ==, watched.units->len);
    g_assert_cmpint(passed_us, >, 2 * G_USEC_PER_SEC);
    struct pipelines_stats stats;
    pipelines_stats(house.pipelines, &stats);
    g_assert_cmpuint(stats.started, ==, 1);
    const struct unit *first = watched.units->pdata[0];
    const struct unit *last = watched.units->pdata[59];
    g_assert_cmpint(last->dts_us - first->dts_us, >, 2 * G_USEC_PER_SEC);
    g_assert_true(
        g_str_has_prefix(first->format->codec_string, codec == CODEC_H265 ? "hvc1." : "avc1."));
    watched_close(&watched);
    house_close(&house);
    clip_folder_remove(folder);
}

static void test_mp4_h264(void)
{
    check_loop("a.mp4", "-pix_fmt yuv420p -c:v libx264 -g 10 -bf 2", CODEC_H264);
}

static void test_mp4_h265(void)
{
    check_loop("a.mp4", "-pix_fmt yuv420p -c:v libx265 -x265-params log-level=error:keyint=10",
               CODEC_H265);
}

static void test_transport_stream(void)
{
    check_loop("a.ts", "-pix_fmt yuv420p -c:v libx264 -g 10 -bf 2", CODEC_H264);
}

static void test_flv(void)
{
    check_loop("a.flv", "-pix_fmt yuv420p -c:v libx264 -g 10 -bf 2", CODEC_H264);
}

static void test_elementary(void)
{
    check_loop("a.h264", "-pix_fmt yuv420p -c:v libx264 -g 10 -bf 0", CODEC_H264);
}

/* Nothing in it tells when a picture is shown: 25 a second are played. */
static void test_no_times(void)
{
    check_loop("a.h265",
               "-pix_fmt yuv420p -c:v libx265 -x265-params "
               "log-level=error:keyint=10:bframes=0:vui-timing-info=0",
               CODEC_H265);
}

/* In a raw file pictures tell themselves in which order they are shown: times are those that the
 * same pictures have in an MP4. */
static void check_order(const char *options)
{
    char *folder = clip_folder();
    g_autofree char *whole = make_file(folder, "a.mp4", MOVING, options);
    g_autofree char *mp4 = g_filename_from_uri(whole, NULL, NULL);
    g_autofree char *raw = g_build_filename(folder, "a.264", NULL);
    g_autofree char *command = g_strdup_printf(
        "ffmpeg -nostdin -v error -i %s -c copy -bsf:v h264_mp4toannexb %s", mp4, raw);
    g_free(clip_run(command));
    g_autofree char *uri = g_filename_to_uri(raw, NULL, NULL);
    struct clip *clip = clip_read(mp4);
    struct house house;
    struct watched_source watched;
    house_open(&house, 4);
    watched_open(&watched, &house, uri);
    wait_units(&watched, clip->units->len);
    check_units(watched.units, CODEC_H264, 320, 180);
    const struct unit *first = watched.units->pdata[0], *told = clip->units->pdata[0];
    for (guint i = 0; i < clip->units->len; i++) {
        const struct unit *unit = watched.units->pdata[i], *known = clip->units->pdata[i];
        int64_t off_us = (unit->pts_us - first->pts_us) - (known->pts_us - told->pts_us);
        g_assert_cmpint(ABS(off_us), <, 100);
    }
    watched_close(&watched);
    house_close(&house);
    clip_free(clip);
    clip_folder_remove(folder);
}

static void test_elementary_order(void)
{
    check_order("-pix_fmt yuv420p -c:v libx264 -g 10 -bf 2");
    check_order("-pix_fmt yuv420p -c:v libx264 -g 50 -bf 3 -b_strategy 0");
    check_order("-pix_fmt yuv420p -c:v libx264 -g 12 -bf 0");
}

/* What is neither H.264 nor H.265 becomes H.264. */
static void test_motion_jpeg(void)
{
    check_loop("a.avi", "-pix_fmt yuvj420p -c:v mjpeg", CODEC_H264);
}

static void test_http(void)
{
    unsigned port = free_port();
    g_autofree char *uri = g_strdup_printf("http://127.0.0.1:%u/live.ts", port);
    g_autofree char *command =
        g_strdup_printf("ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=size=320x180:rate=25 "
                        "-pix_fmt yuv420p -c:v libx264 -tune zerolatency -g 10 -threads 1 "
                        "-f mpegts -listen 1 %s",
                        uri);
    g_auto(GStrv) arguments = g_strsplit(command, " ", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) server = g_subprocess_newv((const char *const *)arguments,
                                                      G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
    g_assert_no_error(error);
    struct house house;
    struct watched_source watched;
    house_open(&house, 4);
    watched_open(&watched, &house, uri);
    wait_units(&watched, 40);
    check_units(watched.units, CODEC_H264, 320, 180);
    g_assert_cmpint(watched.state, ==, GST_SOURCE_LIVE);
    /* the server goes: said as a reason, and the stream tells its readers */
    unsigned downs = watched.downs;
    g_subprocess_force_exit(server);
    g_subprocess_wait(server, NULL, NULL);
    while (watched.downs == downs)
        turn();
    g_assert_cmpint(watched.state, ==, GST_SOURCE_DOWN);
    watched_close(&watched);
    house_close(&house);
}

static void check_reason(const char *uri, const char *reason)
{
    struct house house;
    struct watched_source watched;
    house_open(&house, 4);
    watched_open(&watched, &house, uri);
    wait_down(&watched, reason);
    g_assert_cmpuint(watched.units->len, ==, 0);
    /* and it is tried again */
    while (watched.downs < 2)
        turn();
    struct pipelines_stats stats;
    pipelines_stats(house.pipelines, &stats);
    g_assert_cmpuint(stats.started, >=, 2);
    g_assert_cmpuint(stats.failed, >=, 2);
    watched_close(&watched);
    house_close(&house);
}

static void test_reasons(void)
{
    g_autofree char *closed = g_strdup_printf("http://127.0.0.1:%u/x.ts", free_port());
    check_reason(closed, "unreachable");
    check_reason("file:///nowhere/at/all.mp4", "refused");
    char *folder = clip_folder();
    g_autofree char *text = g_build_filename(folder, "words.txt", NULL);
    g_file_set_contents(text, "These are words and no picture at all.\n", -1, NULL);
    g_autofree char *words = g_filename_to_uri(text, NULL, NULL);
    check_reason(words, "no_video");
    g_autofree char *sound = make_file(folder, "sound.wav", "sine=duration=1", "-c:a pcm_s16le");
    check_reason(sound, "no_video");
    clip_folder_remove(folder);
}

static void test_secret_stays_secret(void)
{
    g_autofree char *uri = g_strdup_printf("http://admin:geheim@127.0.0.1:%u/x.ts", free_port());
    struct house house;
    struct watched_source watched;
    house_open(&house, 4);
    watched_open(&watched, &house, uri);
    wait_down(&watched, "unreachable");
    g_assert_nonnull(watched.detail);
    g_assert_null(strstr(watched.detail, "geheim"));
    watched_close(&watched);
    house_close(&house);
}

static void test_bad_uri(void)
{
    struct house house;
    house_open(&house, 4);
    struct stream_limits limits = {.max_bytes = 1 << 20};
    struct stream *stream = stream_create("test", &limits);
    static const char *const bad[] = {"",
                                      "words",
                                      "file:",
                                      "rtsp://127.0.0.1/x",
                                      "gopher://a/b",
                                      "file ! filesink location=/tmp/x"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(
            gst_source_create(house.pipelines, "bad", bad[i], stream, NULL, NULL, &error));
        g_assert_error(error, PIPELINES_ERROR, PIPELINES_ERROR_BAD_URL);
    }
    stream_unref(stream);
    house_close(&house);
}

static GSocket *silent_server(void)
{
    GSocket *socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_socket_set_listen_backlog(socket, 64);
    g_assert_true(g_socket_bind(socket, any, TRUE, NULL));
    g_assert_true(g_socket_listen(socket, NULL));
    return socket;
}

static char *silent_address(const char *scheme, const char *path, GSocket *server)
{
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(server, NULL);
    return g_strdup_printf("%s://127.0.0.1:%u/%s", scheme,
                           g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)), path);
}

/* Sources whose other side accepts and never says a word hold up nobody: neither while they open
 * nor while they are taken down. */
static void test_silent(void)
{
    static const char *const schemes[] = {"http", "rtmp", "https", "rtmps", "srt"};
    enum { SILENT = 24 };
    g_autoptr(GSocket) server = silent_server();
    char *folder = clip_folder();
    g_autofree char *uri =
        make_file(folder, "a.mp4", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10");
    struct house house;
    struct watched_source silent[SILENT], watched;
    house_open(&house, SILENT + 1);
    for (int i = 0; i < SILENT; i++) {
        g_autofree char *address =
            silent_address(schemes[(guint)i % G_N_ELEMENTS(schemes)], "a/b", server);
        watched_open(&silent[i], &house, address);
    }
    watched_open(&watched, &house, uri);
    wait_units(&watched, 40);
    for (int i = 0; i < SILENT; i++)
        watched_close(&silent[i]);
    wait_running(&house, 1);
    watched_close(&watched);
    house_close(&house);
    clip_folder_remove(folder);
}

/* Taken down at whatever moment, nothing stays behind. */
static void test_taken_down_any_time(void)
{
    enum { AT_ONCE = 8, ROUNDS = 12 };
    char *folder = clip_folder();
    char *files[] = {
        make_file(folder, "a.mp4", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10"),
        make_file(folder, "a.h264", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10"),
        make_file(folder, "a.ts", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10"),
        make_file(folder, "a.avi", MOVING, "-pix_fmt yuvj420p -c:v mjpeg"),
    };
    struct house house;
    struct watched_source watched[AT_ONCE];
    house_open(&house, 1000);
    for (int round = 0; round < ROUNDS; round++) {
        for (guint i = 0; i < AT_ONCE; i++)
            watched_open(&watched[i], &house, files[i % G_N_ELEMENTS(files)]);
        for (guint i = 0; i < AT_ONCE; i++) {
            for (int turns = g_test_rand_int_range(0, 8); turns; turns--)
                turn();
            watched_close(&watched[i]);
        }
    }
    house_close(&house);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++)
        g_free(files[i]);
    clip_folder_remove(folder);
}

/* As configured by default, a town of file, RTMP or HLS cameras. */
static void test_many(void)
{
    enum { MANY = 60 };
    char *folder = clip_folder();
    g_autofree char *uri =
        make_file(folder, "a.mp4", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10");
    struct house house;
    struct watched_source watched[MANY];
    house_open(&house, pipelines_defaults.max_pipelines);
    house.options.max_cores = pipelines_defaults.max_cores;
    pipelines_destroy(house.pipelines);
    house.pipelines = pipelines_create(&house.options, NULL);
    for (int i = 0; i < MANY; i++)
        watched_open(&watched[i], &house, uri);
    for (int i = 0; i < MANY; i++)
        wait_units(&watched[i], 30);
    struct pipelines_stats stats;
    pipelines_stats(house.pipelines, &stats);
    g_test_message("%u pipelines use %.2f cores", stats.running, stats.cores);
    g_assert_cmpuint(stats.refused, ==, 0);
    g_assert_cmpuint(stats.started, ==, MANY);
    for (int i = 0; i < MANY; i++)
        watched_close(&watched[i]);
    house_close(&house);
    clip_folder_remove(folder);
}

static void test_limit(void)
{
    char *folder = clip_folder();
    g_autofree char *uri =
        make_file(folder, "a.mp4", MOVING, "-pix_fmt yuv420p -c:v libx264 -g 10");
    struct house house;
    struct watched_source watched;
    house_open(&house, 1);
    watched_open(&watched, &house, uri);
    wait_units(&watched, 5);
    struct stream_limits limits = {.max_bytes = 1 << 20};
    struct stream *stream = stream_create("second", &limits);
    g_autoptr(GError) error = NULL;
    g_assert_null(gst_source_create(house.pipelines, "second", uri, stream, NULL, NULL, &error));
    g_assert_error(error, PIPELINES_ERROR, PIPELINES_ERROR_LIMIT);
    struct pipelines_stats stats;
    pipelines_stats(house.pipelines, &stats);
    g_assert_cmpuint(stats.refused, ==, 1);
    stream_unref(stream);
    watched_close(&watched);
    house_close(&house);
    clip_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gst-source/mp4-h264", test_mp4_h264);
    g_test_add_func("/gst-source/mp4-h265", test_mp4_h265);
    g_test_add_func("/gst-source/transport-stream", test_transport_stream);
    g_test_add_func("/gst-source/flv", test_flv);
    g_test_add_func("/gst-source/elementary", test_elementary);
    g_test_add_func("/gst-source/no-times", test_no_times);
    g_test_add_func("/gst-source/elementary-order", test_elementary_order);
    g_test_add_func("/gst-source/motion-jpeg", test_motion_jpeg);
    g_test_add_func("/gst-source/http", test_http);
    g_test_add_func("/gst-source/reasons", test_reasons);
    g_test_add_func("/gst-source/secret-stays-secret", test_secret_stays_secret);
    g_test_add_func("/gst-source/bad-uri", test_bad_uri);
    g_test_add_func("/gst-source/silent", test_silent);
    g_test_add_func("/gst-source/taken-down-any-time", test_taken_down_any_time);
    g_test_add_func("/gst-source/many", test_many);
    g_test_add_func("/gst-source/limit", test_limit);
    return g_test_run();
}
