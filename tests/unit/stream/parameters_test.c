/* Parameter sets of one stream: which of several counts, and what is a change. */
#include "stream/parameters.h"
#include <string.h>

/* Annex B that a test writes bit by bit. */
struct writer {
    GByteArray *bytes;
    unsigned bit_count;
};

static void put_bit(struct writer *writer, unsigned bit)
{
    if (writer->bit_count++ % 8 == 0)
        g_byte_array_append(writer->bytes, (const guint8 *)"", 1);
    guint8 *last = &writer->bytes->data[writer->bytes->len - 1];
    *last = (guint8)(*last | (bit & 1) << (7 - (writer->bit_count - 1) % 8));
}

static void put_ue(struct writer *writer, unsigned value)
{
    unsigned bits = 0;
    while ((value + 1) >> (bits + 1))
        bits++;
    for (unsigned i = 0; i < bits; i++)
        put_bit(writer, 0);
    for (unsigned i = bits + 1; i > 0; i--)
        put_bit(writer, (value + 1) >> (i - 1));
}

static void begin(struct writer *writer, const char *head, size_t size)
{
    g_byte_array_append(writer->bytes, (const guint8 *)"\0\0\0\1", 4);
    g_byte_array_append(writer->bytes, (const guint8 *)head, (guint)size);
    writer->bit_count = 0;
}

/* Baseline, 16 times `width` and `height`. */
static void put_sps(struct writer *writer, unsigned id, unsigned width, unsigned height)
{
    begin(writer, "\x67\x42\xc0\x1e", 4);
    put_ue(writer, id);
    put_ue(writer, 0);
    put_ue(writer, 2);
    put_ue(writer, 1);
    put_bit(writer, 0);
    put_ue(writer, width - 1);
    put_ue(writer, height - 1);
    put_bit(writer, 1);
    put_bit(writer, 1);
    put_bit(writer, 0);
    put_bit(writer, 0);
    put_bit(writer, 1); /* stop */
}

static void put_pps(struct writer *writer, unsigned id, unsigned of)
{
    begin(writer, "\x68", 1);
    put_ue(writer, id);
    put_ue(writer, of);
    for (unsigned i = 0; i < 12; i++)
        put_bit(writer, i & 1);
    put_bit(writer, 1);
}

static void put_picture(struct writer *writer, unsigned pps)
{
    begin(writer, "\x65", 1);
    put_ue(writer, 0);
    put_ue(writer, 7);
    put_ue(writer, pps);
    g_byte_array_append(writer->bytes, (const guint8 *)"iiii", 4);
}

struct fixture {
    struct parameters *parameters;
    struct writer writer;
};

static void set_up(struct fixture *f)
{
    f->parameters = parameters_create(CODEC_H264);
    f->writer.bytes = g_byte_array_new();
}

static void tear_down(struct fixture *f)
{
    parameters_destroy(f->parameters);
    g_byte_array_unref(f->writer.bytes);
}

/* Takes what was written, and returns the format of now. */
static struct stream_format *take(struct fixture *f)
{
    int reorder_units;
    parameters_take(f->parameters, f->writer.bytes->data, f->writer.bytes->len);
    g_byte_array_set_size(f->writer.bytes, 0);
    return parameters_format(f->parameters, &reorder_units);
}

static void assert_size(struct stream_format *format, int width_px, int height_px)
{
    g_assert_cmpint(format->width_px, ==, width_px);
    g_assert_cmpint(format->height_px, ==, height_px);
    stream_format_unref(format);
}

/* The description said something else, under another id: the picture tells what counts. */
static void test_the_picture_names_its_sets(void)
{
    struct fixture f;
    set_up(&f);
    put_sps(&f.writer, 0, 22, 18);
    put_pps(&f.writer, 0, 0);
    assert_size(take(&f), 352, 288);
    put_sps(&f.writer, 1, 40, 30);
    put_pps(&f.writer, 1, 1);
    put_picture(&f.writer, 1);
    assert_size(take(&f), 640, 480);
    /* and what the muxer reads first is the one that counts */
    const GByteArray *all = parameters_bytes(f.parameters);
    GByteArray *first = g_byte_array_new();
    struct writer writer = {.bytes = first};
    put_sps(&writer, 1, 40, 30);
    g_assert_cmpuint(all->len, >, first->len);
    g_assert_true(!memcmp(all->data, first->data, first->len));
    g_byte_array_unref(first);
    put_picture(&f.writer, 0);
    assert_size(take(&f), 352, 288);
    put_picture(&f.writer, 9); /* names one that is not there: as it was */
    assert_size(take(&f), 352, 288);
    tear_down(&f);
}

static void test_a_set_in_the_stream_wins(void)
{
    struct fixture f;
    set_up(&f);
    put_sps(&f.writer, 0, 22, 18);
    put_pps(&f.writer, 0, 0);
    assert_size(take(&f), 352, 288);
    put_sps(&f.writer, 0, 80, 45);
    put_picture(&f.writer, 0);
    assert_size(take(&f), 1280, 720);
    g_assert_cmpuint(parameters_count(f.parameters), ==, 2);
    tear_down(&f);
}

/* Sets that say the same are no change, however often they take turns or are repeated. */
static void test_equal_sets_are_no_change(void)
{
    struct fixture f;
    set_up(&f);
    for (unsigned id = 0; id < 2; id++) {
        put_sps(&f.writer, id, 40, 30);
        put_pps(&f.writer, id, id);
    }
    put_picture(&f.writer, 0);
    struct stream_format *first = take(&f);
    for (unsigned i = 0; i < 6; i++) {
        put_sps(&f.writer, i % 2, 40, 30);
        put_picture(&f.writer, i % 2);
        struct stream_format *format = take(&f);
        g_assert_true(format == first);
        stream_format_unref(format);
    }
    stream_format_unref(first);
    tear_down(&f);
}

/* Some cameras put junk behind the SPS, another one each time. */
static void test_junk_behind_the_sps(void)
{
    static const char *const junk[] = {"", "\xff", "\x80\x00\x03\x41", "junkjunk"};
    struct fixture f;
    set_up(&f);
    struct stream_format *first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(junk); i++) {
        put_sps(&f.writer, 0, 40, 30);
        g_byte_array_append(f.writer.bytes, (const guint8 *)junk[i], (guint)strlen(junk[i]));
        put_pps(&f.writer, 0, 0);
        put_picture(&f.writer, 0);
        struct stream_format *format = take(&f);
        g_assert_true(!first || format == first);
        stream_format_unref(first);
        first = format;
    }
    assert_size(first, 640, 480);
    tear_down(&f);
}

/* Sets without end: their number and size are bounded. */
static void test_bounded(void)
{
    struct fixture f;
    set_up(&f);
    for (unsigned id = 0; id < 300; id++)
        put_pps(&f.writer, id, 0);
    g_assert_null(take(&f));
    g_assert_cmpuint(parameters_count(f.parameters), ==, 64);
    begin(&f.writer, "\x68\xff", 2);
    g_autofree guint8 *huge = g_malloc(10000);
    memset(huge, 'x', 10000);
    g_byte_array_append(f.writer.bytes, huge, 10000);
    g_assert_null(take(&f));
    g_assert_cmpuint(parameters_bytes(f.parameters)->len, <, 64 * 16);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parameters/the-picture-names-its-sets", test_the_picture_names_its_sets);
    g_test_add_func("/parameters/a-set-in-the-stream-wins", test_a_set_in_the_stream_wins);
    g_test_add_func("/parameters/equal-sets-are-no-change", test_equal_sets_are_no_change);
    g_test_add_func("/parameters/junk-behind-the-sps", test_junk_behind_the_sps);
    g_test_add_func("/parameters/bounded", test_bounded);
    return g_test_run();
}
