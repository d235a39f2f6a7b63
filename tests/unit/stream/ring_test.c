/* The ring of a stream and its readers, on one thread. */
#include "stream/stream.h"

static struct unit *make(bool keyframe, size_t size, int64_t pts_us)
{
    struct unit *unit = unit_create(size, NULL);
    unit->keyframe = keyframe;
    unit->pts_us = unit->dts_us = pts_us;
    unit->wall_us = pts_us;
    return unit;
}

static void publish(struct stream *stream, const char *kinds, int64_t first_pts_us)
{
    for (int i = 0; kinds[i]; i++)
        stream_publish(stream, make(kinds[i] == 'K', 100, first_pts_us + i));
}

/* The same in one publication. */
static void publish_at_once(struct stream *stream, const char *kinds, int64_t first_pts_us)
{
    struct unit *units[16];
    unsigned count = 0;
    for (; kinds[count]; count++)
        units[count] = make(kinds[count] == 'K', 100, first_pts_us + count);
    stream_publish_all(stream, units, count);
}

/* Reads what is there: 'K' and 'd' for units, 'G' and 'g' for those after a gap. */
static char *drain(struct reader *reader)
{
    GString *seen = g_string_new(NULL);
    struct unit *unit;
    while ((unit = reader_next(reader))) {
        g_string_append_c(seen,
                          unit->gap ? (unit->keyframe ? 'G' : 'g') : (unit->keyframe ? 'K' : 'd'));
        unit_unref(unit);
    }
    return g_string_free(seen, FALSE);
}

static void assert_drained(struct reader *reader, const char *expected)
{
    g_autofree char *seen = drain(reader);
    g_assert_cmpstr(seen, ==, expected);
}

static void count_wake(gpointer user)
{
    (*(unsigned *)user)++;
}

static struct stream *make_stream(size_t max_bytes, unsigned keep_gops)
{
    return stream_create("c1/sub", &(struct stream_limits){max_bytes, keep_gops, NULL});
}

static void test_starts(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    unsigned wakes = 0;
    publish(stream, "ddKdd", 0);
    struct reader *gop = reader_create(stream, READER_FROM_GOP, count_wake, &wakes);
    struct reader *live = reader_create(stream, READER_FROM_LIVE, count_wake, &wakes);
    struct reader *keys = reader_create(stream, READER_KEYFRAMES, count_wake, &wakes);
    assert_drained(gop, "Kdd"); /* nothing before the first keyframe was published */
    assert_drained(live, "");
    assert_drained(keys, "K");
    publish(stream, "dKd", 10);
    assert_drained(gop, "dKd");
    assert_drained(live, "Kd");
    assert_drained(keys, "K");
    g_assert_cmpuint(reader_dropped(gop), ==, 0);
    g_assert_cmpuint(reader_dropped(keys), ==, 0);
    reader_destroy(gop);
    reader_destroy(live);
    reader_destroy(keys);
    stream_unref(stream);
}

static void test_wakes(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    unsigned wakes = 0, key_wakes = 0;
    struct reader *reader = reader_create(stream, READER_FROM_GOP, count_wake, &wakes);
    struct reader *keys = reader_create(stream, READER_KEYFRAMES, count_wake, &key_wakes);
    publish(stream, "K", 0);
    g_assert_cmpuint(wakes, ==, 0); /* nobody had been found empty */
    assert_drained(reader, "K");
    assert_drained(keys, "K");
    publish(stream, "ddd", 1);
    g_assert_cmpuint(wakes, ==, 1); /* once until it is found empty again */
    g_assert_cmpuint(key_wakes, ==, 0);
    publish(stream, "K", 4);
    g_assert_cmpuint(key_wakes, ==, 1);
    reader_destroy(reader);
    reader_destroy(keys);
    publish(stream, "Kdd", 5);
    g_assert_cmpuint(wakes, ==, 1);
    stream_unref(stream);
}

static void test_overtaken(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    struct reader *slow = reader_create(stream, READER_FROM_GOP, count_wake, &(unsigned){0});
    publish(stream, "KddKddKddKd", 0);
    /* while somebody follows, one group more is kept; the reader goes to the newest keyframe */
    assert_drained(slow, "Kd");
    g_assert_cmpuint(reader_dropped(slow), ==, 9);
    struct stream_stats stats;
    stream_stats(stream, &stats);
    g_assert_cmpuint(stats.dropped_units, ==, 9);
    g_assert_cmpuint(stats.units, ==, 11);
    g_assert_cmpuint(stats.keyframes, ==, 4);
    reader_destroy(slow);
    stream_unref(stream);
}

static void test_a_little_behind_loses_nothing(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    struct reader *reader = reader_create(stream, READER_FROM_GOP, count_wake, &(unsigned){0});
    publish(stream, "Kdd", 0);
    publish(stream, "Kdd", 10);
    assert_drained(reader, "KddKdd");
    g_assert_cmpuint(reader_dropped(reader), ==, 0);
    reader_destroy(reader);
    stream_unref(stream);
}

static void test_skip(void)
{
    struct stream *stream = make_stream(1 << 20, 1);
    struct reader *reader = reader_create(stream, READER_FROM_GOP, count_wake, &(unsigned){0});
    publish(stream, "KddKd", 0);
    reader_skip(reader);
    assert_drained(reader, "Kd");
    g_assert_cmpuint(reader_dropped(reader), ==, 3);
    publish(stream, "d", 10);
    reader_skip(reader); /* no keyframe ahead: the next one is waited for */
    publish(stream, "dd", 20);
    assert_drained(reader, "");
    publish(stream, "Kd", 30);
    assert_drained(reader, "Kd");
    reader_destroy(reader);
    stream_unref(stream);
}

static void test_break(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    struct reader *reader = reader_create(stream, READER_FROM_GOP, count_wake, &(unsigned){0});
    publish(stream, "Kd", 0);
    stream_break(stream);
    publish(stream, "dd", 10);
    assert_drained(reader, "Kd");
    publish(stream, "Kd", 20);
    assert_drained(reader, "Gd");
    reader_destroy(reader);
    stream_unref(stream);
}

static void test_memory(void)
{
    struct stream *stream = make_stream(1000, 5);
    publish(stream, "KdddKdddKdddKddd", 0);
    struct stream_stats stats;
    stream_stats(stream, &stats);
    g_assert_cmpuint(stats.ring_bytes, <=, 1000);
    g_assert_cmpuint(stats.ring_units, ==, 8);
    /* one group alone over the bound: the newest keyframe stays within reach */
    publish(stream, "Kddddddddddddddd", 100);
    stream_stats(stream, &stats);
    g_assert_cmpuint(stats.ring_bytes, <=, 1000);
    struct unit *keyframe = stream_newest_keyframe(stream);
    g_assert_cmpint(keyframe->pts_us, ==, 100);
    unit_unref(keyframe);
    struct reader *late = reader_create(stream, READER_FROM_GOP, count_wake, &(unsigned){0});
    assert_drained(late, "K");
    publish(stream, "dKd", 200);
    assert_drained(late, "Kd");
    reader_destroy(late);
    stream_unref(stream);
}

static void test_budget(void)
{
    struct stream_budget budget = {.limit_bytes = 2000};
    struct stream_limits limits = {1 << 20, 5, &budget};
    struct stream *greedy = stream_create("greedy", &limits);
    struct stream *modest = stream_create("modest", &limits);
    publish(modest, "Kd", 0);
    publish(greedy, "KdddKdddKddd", 0); /* 1400 together: within the limit */
    struct stream_stats stats;
    stream_stats(greedy, &stats);
    g_assert_cmpuint(stats.ring_units, ==, 12);
    publish(greedy, "KdddKddd", 100); /* beyond it: down to its share, then on again */
    stream_stats(greedy, &stats);
    g_assert_cmpuint(stats.ring_bytes, <, 2000);
    stream_stats(modest, &stats);
    g_assert_cmpuint(stats.ring_units, ==, 2);
    stream_unref(greedy);
    g_assert_cmpuint(atomic_load(&budget.used_bytes), ==, 200);
    stream_unref(modest);
    g_assert_cmpuint(atomic_load(&budget.used_bytes), ==, 0);
    g_assert_cmpuint(atomic_load(&budget.streams), ==, 0);
}

/* Several units of one publication are as good as one after the other. */
static void test_at_once(void)
{
    struct stream *stream = make_stream(1 << 20, 2);
    struct stream_stats stats;
    unsigned wakes = 0, key_wakes = 0;
    struct reader *gop = reader_create(stream, READER_FROM_GOP, count_wake, &wakes);
    struct reader *keys = reader_create(stream, READER_KEYFRAMES, count_wake, &key_wakes);
    assert_drained(gop, "");
    assert_drained(keys, "");
    publish_at_once(stream, "dd", 0);
    g_assert_cmpuint(wakes, ==, 0); /* nothing before the first keyframe */
    publish_at_once(stream, "dKdd", 10);
    g_assert_cmpuint(wakes, ==, 1);
    g_assert_cmpuint(key_wakes, ==, 1);
    assert_drained(gop, "Kdd");
    assert_drained(keys, "K");
    publish_at_once(stream, "dd", 20);
    g_assert_cmpuint(wakes, ==, 2);
    g_assert_cmpuint(key_wakes, ==, 1);
    publish_at_once(stream, "dKdKd", 30);
    assert_drained(gop, "dddKdKd");
    assert_drained(keys, "KK");
    stream_break(stream);
    publish_at_once(stream, "ddKd", 40);
    assert_drained(gop, "Gd");
    stream_stats(stream, &stats);
    g_assert_cmpuint(stats.units, ==, 12);
    g_assert_cmpuint(stats.keyframes, ==, 4);
    g_assert_cmpuint(stats.bytes, ==, 1200);
    g_assert_cmpuint(stats.dropped_units, ==, 0);
    reader_destroy(gop);
    reader_destroy(keys);
    stream_unref(stream);
}

static void test_format(void)
{
    struct stream *stream = make_stream(1 << 20, 0);
    g_assert_null(stream_format(stream));
    struct stream_format *format =
        stream_format_create(CODEC_H264, 640, 360, "avc1.42c01e", g_bytes_new("x", 1));
    struct unit *unit = unit_create(10, format);
    stream_format_unref(format);
    unit->keyframe = true;
    stream_publish(stream, unit);
    struct stream_format *seen = stream_format(stream);
    g_assert_cmpint(seen->width_px, ==, 640);
    stream_format_unref(seen);
    stream_unref(stream);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/starts", test_starts);
    g_test_add_func("/stream/wakes", test_wakes);
    g_test_add_func("/stream/overtaken", test_overtaken);
    g_test_add_func("/stream/a-little-behind-loses-nothing", test_a_little_behind_loses_nothing);
    g_test_add_func("/stream/skip", test_skip);
    g_test_add_func("/stream/break", test_break);
    g_test_add_func("/stream/memory", test_memory);
    g_test_add_func("/stream/budget", test_budget);
    g_test_add_func("/stream/at-once", test_at_once);
    g_test_add_func("/stream/format", test_format);
    return g_test_run();
}
