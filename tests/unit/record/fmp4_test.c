#include "clip/clip.h"
#include "record/fmp4.h"
#include "record/muxed_stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sink {
    GByteArray *file;
    unsigned pieces, inits, keys;
    int64_t last_dts_us;
};

/* The decode time that the fragment itself states, in 1/90000 s. */
static int64_t fragment_time(const uint8_t *data, size_t size)
{
    const uint8_t *tfdt = memmem(data, size, "tfdt", 4);
    g_assert_nonnull(tfdt);
    g_assert_cmpint(tfdt[4], ==, 1);
    guint64 time;
    memcpy(&time, tfdt + 8, sizeof time);
    return (int64_t)GUINT64_FROM_BE(time);
}

static void on_piece(const struct fmp4_piece *piece, gpointer user)
{
    struct sink *sink = user;
    gsize size;
    const uint8_t *data = g_bytes_get_data(piece->data, &size);
    g_byte_array_append(sink->file, data, (guint)size);
    if (piece->flags & FMP4_INIT) {
        sink->inits++;
        g_assert_true(memcmp(data + 4, "ftyp", 4) == 0);
        return;
    }
    g_assert_true(memcmp(data + 4, "moof", 4) == 0);
    g_assert_cmpint(piece->dts_us, >, sink->last_dts_us);
    g_assert_cmpint(piece->pts_us, >=, piece->dts_us);
    g_assert_cmpint(llabs(fragment_time(data, size) - piece->dts_us * 9 / 100), <=, 1);
    sink->last_dts_us = piece->dts_us;
    sink->pieces++;
    sink->keys += (piece->flags & FMP4_KEY) != 0;
}

static void sink_init(struct sink *sink)
{
    *sink = (struct sink){.file = g_byte_array_new(), .last_dts_us = -1};
}

/* What ffprobe says about the written file, one packet a line: "pts,dts,flags". */
static char **probe_packets(const struct sink *sink, char **tag)
{
    char *folder = clip_folder();
    g_autofree char *path = g_build_filename(folder, "out.mp4", NULL);
    g_file_set_contents(path, (const char *)sink->file->data, sink->file->len, NULL);
    g_autofree char *decode = g_strdup_printf(
        "ffmpeg -nostdin -v warning -xerror -i %s -fps_mode passthrough -f framehash -hash md5 -",
        path);
    g_free(clip_run(decode));
    g_autofree char *show = g_strdup_printf("ffprobe -v error -select_streams v -show_entries "
                                            "stream=codec_tag_string -of csv=p=0 %s",
                                            path);
    *tag = g_strstrip(clip_run(show));
    g_autofree char *list = g_strdup_printf(
        "ffprobe -v error -select_streams v -show_entries packet=pts,dts,flags -of csv=p=0 %s",
        path);
    g_autofree char *lines = clip_run(list);
    clip_folder_remove(folder);
    return g_strsplit(g_strstrip(lines), "\n", -1);
}

static void write_all(struct fmp4 *fmp4, const struct clip *clip, int64_t shift_us, int64_t wall_us)
{
    for (guint i = 0; i < clip->units->len; i++) {
        g_autoptr(GError) error = NULL;
        struct unit *unit = clip_copy(clip->units->pdata[i], shift_us,
                                      wall_us + ((struct unit *)clip->units->pdata[i])->dts_us);
        fmp4_write(fmp4, unit, &error);
        g_assert_no_error(error);
        unit_unref(unit);
    }
}

/* Packets carry exactly the clip's times on a timeline from 0, whatever the camera's clock is. */
static void check_clip(const char *options, const char *expected_tag, bool reorders)
{
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=25:duration=3", options);
    struct sink sink;
    sink_init(&sink);
    struct fmp4 *fmp4 = fmp4_create(on_piece, &sink);
    write_all(fmp4, clip, 123456789012, 1);
    g_assert_cmpuint(sink.inits, ==, 1);
    g_assert_cmpuint(sink.pieces, ==, clip->units->len);
    g_assert_cmpuint(sink.keys, ==, clip_keyframes(clip));
    g_assert_cmpuint(fmp4_bytes(fmp4), ==, sink.file->len);

    g_autofree char *tag = NULL;
    g_auto(GStrv) packets = probe_packets(&sink, &tag);
    g_assert_cmpstr(tag, ==, expected_tag);
    g_assert_cmpuint(g_strv_length(packets), ==, clip->units->len);
    const struct unit *first = clip->units->pdata[0];
    bool reordered = false;
    for (guint i = 0; i < clip->units->len; i++) {
        const struct unit *unit = clip->units->pdata[i];
        long long pts, dts;
        char flag;
        g_assert_cmpint(sscanf(packets[i], "%lld,%lld,%c", &pts, &dts, &flag), ==, 3);
        g_assert_cmpint(llabs(dts - (unit->dts_us - first->dts_us) * 9 / 100), <=, 1);
        g_assert_cmpint(llabs(pts - (unit->pts_us - first->dts_us) * 9 / 100), <=, 1);
        g_assert_true((flag == 'K') == unit->keyframe);
        reordered |= pts > dts + 3600;
    }
    g_assert_true(reordered == reorders);
    fmp4_destroy(fmp4);
    g_byte_array_unref(sink.file);
    clip_free(clip);
}

static void test_h264(void)
{
    check_clip("-c:v libx264 -g 25 -bf 0", "avc1", false);
}

static void test_h264_b_frames(void)
{
    check_clip("-c:v libx264 -g 25 -bf 3", "avc1", true);
}

static void test_h265_b_frames(void)
{
    check_clip("-c:v libx265 -x265-params log-level=error:keyint=25:bframes=3", "hvc1", true);
}

/* Parameter sets stand in the init piece only. */
static void test_sets_out_of_band(void)
{
    struct clip *clip = clip_make("testsrc2=size=320x180:rate=25:duration=1", "-c:v libx264");
    gsize sets_bytes;
    const uint8_t *sets = g_bytes_get_data(clip->format->parameter_sets, &sets_bytes);
    struct sink sink;
    sink_init(&sink);
    struct fmp4 *fmp4 = fmp4_create(on_piece, &sink);
    write_all(fmp4, clip, 0, 1);
    unsigned found = 0;
    for (guint i = 0; i + 12 < sink.file->len; i++)
        found += memcmp(sink.file->data + i, sets + 4, 12) == 0;
    g_assert_cmpuint(found, ==, 1);
    fmp4_destroy(fmp4);
    g_byte_array_unref(sink.file);
    clip_free(clip);
}

/* Another size: a new init piece, the timeline goes on; the same again: none. */
static void test_change(void)
{
    struct clip *small = clip_make("testsrc2=size=320x180:rate=25:duration=1", "-c:v libx264");
    struct clip *large = clip_make("testsrc2=size=640x360:rate=25:duration=1", "-c:v libx264");
    struct sink sink;
    sink_init(&sink);
    struct fmp4 *fmp4 = fmp4_create(on_piece, &sink);
    write_all(fmp4, small, 0, 1000000);
    write_all(fmp4, small, 1000000, 2000000);
    g_assert_cmpuint(sink.inits, ==, 1);
    write_all(fmp4, large, 2000000, 3000000);
    g_assert_cmpuint(sink.inits, ==, 2);
    g_assert_cmpint(sink.last_dts_us, >=, 2900000);
    g_assert_cmpint(sink.last_dts_us, <, 3000000);
    fmp4_destroy(fmp4);
    g_byte_array_unref(sink.file);
    clip_free(small);
    clip_free(large);
}

/* The camera's clock falls back by an hour, or leaps a day: our clock says that 2 s passed. */
static void test_clock_jump(void)
{
    static const int64_t jumps_us[] = {-3600000000, 86400000000};
    struct clip *clip = clip_make("testsrc2=size=160x96:rate=25:duration=1", "-c:v libx264 -bf 0");
    for (unsigned i = 0; i < G_N_ELEMENTS(jumps_us); i++) {
        struct sink sink;
        sink_init(&sink);
        struct fmp4 *fmp4 = fmp4_create(on_piece, &sink);
        write_all(fmp4, clip, 0, 1000000);
        int64_t before_us = sink.last_dts_us;
        write_all(fmp4, clip, jumps_us[i], 1000000 + before_us + 2000000);
        g_assert_cmpint(sink.last_dts_us, >=, before_us + 2900000);
        g_assert_cmpint(sink.last_dts_us, <=, before_us + 3000000);
        fmp4_destroy(fmp4);
        g_byte_array_unref(sink.file);
    }
    clip_free(clip);
}

static void test_refusals(void)
{
    struct clip *clip = clip_make("testsrc2=size=160x96:rate=25:duration=1", "-c:v libx264");
    struct sink sink;
    sink_init(&sink);
    struct fmp4 *fmp4 = fmp4_create(on_piece, &sink);
    g_autoptr(GError) error = NULL;
    struct unit *no_format = unit_create(10, NULL);
    no_format->keyframe = true;
    memset(no_format->data, 0, 10);
    g_assert_false(fmp4_write(fmp4, no_format, &error));
    g_assert_error(error, FMP4_ERROR, 0);
    g_clear_error(&error);
    struct unit *garbage = unit_create(10, clip->format);
    garbage->keyframe = true;
    memset(garbage->data, 0x5a, 10);
    g_assert_false(fmp4_write(fmp4, garbage, &error));
    g_assert_nonnull(error);
    /* deltas before a keyframe are left out without complaint */
    g_assert_true(fmp4_write(fmp4, clip->units->pdata[1], NULL));
    g_assert_cmpuint(sink.file->len, ==, 0);
    write_all(fmp4, clip, 0, 1);
    g_assert_cmpuint(sink.pieces, ==, clip->units->len);
    unit_unref(no_format);
    unit_unref(garbage);
    fmp4_destroy(fmp4);
    g_byte_array_unref(sink.file);
    clip_free(clip);
}

/* --- muxed stream */

static void count_wake(gpointer user)
{
    ++*(unsigned *)user;
}

static unsigned drain(struct muxed_reader *reader, unsigned *inits, bool *first_is_init)
{
    unsigned count = 0;
    struct muxed_piece *piece;
    bool first = true;
    while ((piece = muxed_reader_next(reader))) {
        bool init = piece->flags & FMP4_INIT;
        if (first && first_is_init)
            *first_is_init = init;
        first = false;
        *inits += init;
        count += !init;
        muxed_piece_unref(piece);
    }
    return count;
}

static void publish(struct stream *stream, const struct clip *clip, guint from, guint to,
                    int64_t shift_us)
{
    for (guint i = from; i < to; i++)
        stream_publish(stream, clip_copy(clip->units->pdata[i], shift_us, 1000000 + shift_us));
}

static void test_muxed_stream(void)
{
    struct clip *clip = clip_make("testsrc2=size=160x96:rate=25:duration=3",
                                  "-c:v libx264 -g 25 -bf 0 -sc_threshold 0");
    struct stream_limits limits = {.max_bytes = 1 << 22};
    struct stream *stream = stream_create("test", &limits);
    publish(stream, clip, 0, 35, 0);
    struct muxed_stream *muxed = muxed_stream_create(stream, NULL);
    unsigned wakes = 0, inits = 0, late_inits = 0;
    bool first_is_init = false;
    struct muxed_reader *reader = muxed_reader_create(muxed, count_wake, &wakes);
    g_assert_cmpuint(drain(reader, &inits, &first_is_init), ==, 10);
    g_assert_true(first_is_init);
    publish(stream, clip, 35, 40, 0);
    while (!wakes)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(drain(reader, &inits, NULL), ==, 5);
    g_assert_cmpuint(inits, ==, 1);

    struct muxed_reader *late = muxed_reader_create(muxed, count_wake, &wakes);
    g_assert_cmpuint(muxed_stream_readers(muxed), ==, 2);
    g_assert_cmpuint(drain(late, &late_inits, &first_is_init), ==, 15);
    g_assert_true(first_is_init);

    /* a slow one skips to the newest group and is counted */
    wakes = 0;
    publish(stream, clip, 40, 60, 0);
    while (wakes < 2)
        g_main_context_iteration(NULL, TRUE);
    muxed_reader_skip(reader);
    g_assert_cmpuint(muxed_reader_dropped(reader), ==, 10);
    g_assert_cmpuint(drain(reader, &inits, NULL), ==, 10);
    g_assert_cmpuint(inits, ==, 1);
    muxed_reader_destroy(reader);
    muxed_reader_destroy(late);
    muxed_stream_destroy(muxed);
    stream_unref(stream);
    clip_free(clip);
}

/* A reader that sleeps over a change of size gets the new init piece before the keyframe. */
static void test_muxed_change(void)
{
    struct clip *small = clip_make("testsrc2=size=160x96:rate=25:duration=1", "-c:v libx264");
    struct clip *large = clip_make("testsrc2=size=320x180:rate=25:duration=1", "-c:v libx264");
    struct stream_limits limits = {.max_bytes = 1 << 22, .keep_gops = 8};
    struct stream *stream = stream_create("test", &limits);
    publish(stream, small, 0, small->units->len, 0);
    struct muxed_stream *muxed = muxed_stream_create(stream, NULL);
    unsigned wakes = 0, inits = 0;
    struct muxed_reader *reader = muxed_reader_create(muxed, count_wake, &wakes);
    drain(reader, &inits, NULL);
    publish(stream, large, 0, large->units->len, 1000000);
    publish(stream, large, 0, large->units->len, 2000000);
    while (!wakes)
        g_main_context_iteration(NULL, TRUE);
    muxed_reader_skip(reader);
    bool first_is_init = false;
    g_assert_cmpuint(drain(reader, &inits, &first_is_init), ==, large->units->len);
    g_assert_true(first_is_init);
    g_assert_cmpuint(inits, ==, 2);
    muxed_reader_destroy(reader);
    muxed_stream_destroy(muxed);
    stream_unref(stream);
    clip_free(small);
    clip_free(large);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fmp4/h264", test_h264);
    g_test_add_func("/fmp4/h264-b-frames", test_h264_b_frames);
    g_test_add_func("/fmp4/h265-b-frames", test_h265_b_frames);
    g_test_add_func("/fmp4/sets-out-of-band", test_sets_out_of_band);
    g_test_add_func("/fmp4/change", test_change);
    g_test_add_func("/fmp4/clock-jump", test_clock_jump);
    g_test_add_func("/fmp4/refusals", test_refusals);
    g_test_add_func("/muxed-stream/readers", test_muxed_stream);
    g_test_add_func("/muxed-stream/change", test_muxed_change);
    return g_test_run();
}
