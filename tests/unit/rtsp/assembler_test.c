#include "bytes.h"
#include "packets.h"
#include "stream/annexb.h"
#include <string.h>

/* 240×160, baseline; a slice's first byte after the header has the top bit: it begins a picture */
static const char sps[] = "\x67\x42\xc0\x1e\xd9\x03\xc5\x68\x40\x00\x00\x03\x00\x40\x00\x00\x0c\x03"
                          "\xc5\x8b\x92";
static const char pps[] = "\x68\xcb\x8c\xb2";
static const char idr[] = "\x65\x88"
                          "iiii",
                  idr_rest[] = "\x65\x08"
                               "jjjj";
static const char delta[] = "\x41\x9a"
                            "ccc",
                  delta_rest[] = "\x41\x1a"
                                 "ddd";

struct fixture {
    struct packets packets;
    GPtrArray *units; /* of struct unit */
};

static void keep(struct unit *unit, gpointer user)
{
    g_ptr_array_add(user, unit);
}

static void set_up(struct fixture *f, enum codec codec)
{
    *f = (struct fixture){0};
    f->units = g_ptr_array_new_with_free_func((GDestroyNotify)unit_unref);
    f->packets = (struct packets){.codec = codec, .mtu_bytes = 1400, .ssrc = 1, .sequence = 65530};
    f->packets.scratch = assembler_scratch_create();
    f->packets.assembler = assembler_create(&(struct assembler_config){.codec = codec,
                                                                       .payload_type = 96,
                                                                       .clock_hz = 90000,
                                                                       .max_unit_bytes = 1 << 20,
                                                                       .unit = keep,
                                                                       .user = f->units});
}

static void tear_down(struct fixture *f)
{
    assembler_settle(f->packets.assembler, f->packets.scratch);
    assembler_destroy(f->packets.assembler);
    assembler_scratch_destroy(f->packets.scratch);
    g_ptr_array_unref(f->units);
}

#define NAL(f, bytes, timestamp, last)                                                             \
    packets_nal(&(f)->packets, (const uint8_t *)(bytes), sizeof(bytes) - 1, timestamp, last)

/* The units so far, forgotten then: 'K' and 'd', 'G' and 'g' after a gap. */
static void assert_units(struct fixture *f, const char *expected)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    for (guint i = 0; i < f->units->len; i++) {
        const struct unit *unit = f->units->pdata[i];
        g_string_append_c(seen, unit->keyframe ? (unit->gap ? 'G' : 'K') : (unit->gap ? 'g' : 'd'));
    }
    g_assert_cmpstr(seen->str, ==, expected);
    g_ptr_array_set_size(f->units, 0);
}

static void keyframe(struct fixture *f, uint32_t timestamp)
{
    NAL(f, sps, timestamp, false);
    NAL(f, pps, timestamp, false);
    NAL(f, idr, timestamp, true);
}

static void test_ordinary(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    NAL(&f, delta, 0, true); /* nothing before a keyframe */
    keyframe(&f, 3600);
    NAL(&f, delta, 7200, true);
    g_assert_cmpuint(f.units->len, ==, 2);
    const struct unit *first = f.units->pdata[0], *second = f.units->pdata[1];
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_string_append_len(bytes, "\0\0\0\1", 4);
    g_string_append_len(bytes, sps, sizeof sps - 1);
    g_string_append_len(bytes, "\0\0\0\1", 4);
    g_string_append_len(bytes, pps, sizeof pps - 1);
    g_string_append_len(bytes, "\0\0\0\1", 4);
    g_string_append_len(bytes, idr, sizeof idr - 1);
    assert_bytes(first->data, first->size, bytes->str, bytes->len);
    g_assert_cmpstr(first->format->codec_string, ==, "avc1.42c01e");
    g_assert_cmpint(first->format->width_px, ==, 240);
    g_assert_true(second->format == first->format);
    g_assert_cmpint(second->pts_us - first->pts_us, ==, 40000);
    assert_bytes(second->data, second->size,
                 "\0\0\0\1\x41\x9a"
                 "ccc",
                 9);
    assert_units(&f, "Kd");
    tear_down(&f);
}

static void test_sets_are_put_in_front(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    NAL(&f, sps, 0, false);
    NAL(&f, pps, 0, true); /* a marker on parameter sets alone */
    NAL(&f, idr, 0, true);
    NAL(&f, delta, 3600, true);
    NAL(&f, idr, 7200, true);
    const struct unit *last = f.units->pdata[2];
    g_assert_cmpuint(last->size, ==, 12 + sizeof sps + sizeof pps + sizeof idr - 3);
    assert_units(&f, "KdK");
    tear_down(&f);
}

static void test_loss(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    keyframe(&f, 0);
    f.packets.sequence++;
    NAL(&f, delta, 3600, true);
    NAL(&f, delta, 7200, true);
    keyframe(&f, 10800);
    NAL(&f, delta, 14400, true);
    assert_units(&f, "KGd");
    /* the first slice of a keyframe is lost: what is left of it is no keyframe */
    NAL(&f, sps, 18000, false);
    NAL(&f, pps, 18000, false);
    f.packets.sequence++;
    NAL(&f, idr_rest, 18000, true);
    keyframe(&f, 21600);
    assert_units(&f, "G");
    g_assert_cmpuint(assembler_counts(f.packets.assembler)->lost_packets, ==, 2);
    /* one that came before, again */
    f.packets.sequence -= 3;
    keyframe(&f, 21600);
    NAL(&f, delta, 25200, true);
    assert_units(&f, "d");
    tear_down(&f);
}

static void test_slices(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    NAL(&f, sps, 0, false);
    NAL(&f, pps, 0, false);
    NAL(&f, idr, 0, false);
    NAL(&f, idr_rest, 0, true);
    NAL(&f, delta, 3600, false);
    NAL(&f, delta_rest, 3600, false); /* no marker: the next timestamp ends it */
    NAL(&f, delta, 7200, true);
    g_assert_cmpuint(f.units->len, ==, 3);
    g_assert_cmpuint(((struct unit *)f.units->pdata[1])->size, ==,
                     8 + sizeof delta + sizeof delta_rest - 2);
    assert_units(&f, "Kdd");
    tear_down(&f);
}

/* A camera that sets the marker on every slice: told after the first picture, right from then on.
 */
static void test_marker_that_lies(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    f.packets.marker_each = true;
    for (uint32_t i = 0; i < 4; i++) {
        NAL(&f, sps, i * 7200, false);
        NAL(&f, pps, i * 7200, false);
        NAL(&f, idr, i * 7200, false);
        NAL(&f, idr_rest, i * 7200, false);
        NAL(&f, delta, i * 7200 + 3600, false);
        NAL(&f, delta_rest, i * 7200 + 3600, false);
    }
    const struct unit *last = f.units->pdata[f.units->len - 1];
    g_assert_true(last->keyframe);
    g_assert_cmpuint(last->size, ==,
                     16 + sizeof sps + sizeof pps + sizeof idr + sizeof idr_rest - 4);
    assert_units(&f, "KGdKdK");
    tear_down(&f);
}

/* A stale session that goes on sending, and then the stream itself changing its source. */
static void test_strangers(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    keyframe(&f, 0);
    uint16_t sequence = f.packets.sequence;
    f.packets.ssrc = 2;
    for (int i = 0; i < 20; i++)
        NAL(&f, delta, 99, true);
    f.packets.ssrc = 1;
    f.packets.sequence = sequence;
    NAL(&f, delta, 3600, true);
    assert_units(&f, "Kd");
    f.packets.ssrc = 2;
    for (int i = 0; i < 60; i++)
        NAL(&f, delta, 99, true);
    keyframe(&f, 7200);
    assert_units(&f, "G");
    tear_down(&f);
}

/* Annex B inside RTP: one payload with everything. */
static void test_annexb_inside(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_string_append_len(bytes, "\0\0\0\1", 4);
    g_string_append_len(bytes, sps, sizeof sps - 1);
    g_string_append_len(bytes, "\0\0\0\1", 4);
    g_string_append_len(bytes, pps, sizeof pps - 1);
    g_string_append_len(bytes, "\0\0\1", 3);
    g_string_append_len(bytes, idr, sizeof idr - 1);
    packets_raw(&f.packets, (const uint8_t *)bytes->str, bytes->len, 0, true);
    NAL(&f, delta, 3600, true);
    g_assert_cmpint(((struct unit *)f.units->pdata[0])->format->width_px, ==, 240);
    assert_units(&f, "Kd");
    tear_down(&f);
}

static void test_format_changes(void)
{
    static const char other[] = "\x67\x64\x00\x33\xac\xe8\x02\x80\x0b\x59"; /* 2560×1440 */
    struct fixture f;
    set_up(&f, CODEC_H264);
    keyframe(&f, 0);
    keyframe(&f, 3600);
    NAL(&f, other, 7200, false);
    NAL(&f, idr, 7200, true);
    NAL(&f, delta, 10800, true);
    struct unit **units = (struct unit **)f.units->pdata;
    g_assert_true(units[0]->format == units[1]->format);
    g_assert_cmpint(units[2]->format->width_px, ==, 2560);
    g_assert_true(units[3]->format == units[2]->format);
    assert_units(&f, "KKKd");
    tear_down(&f);
}

static void test_too_large(void)
{
    struct fixture f;
    set_up(&f, CODEC_H264);
    keyframe(&f, 0);
    g_autofree uint8_t *huge = g_malloc0((1 << 20) + 100);
    memcpy(huge, delta, sizeof delta);
    packets_nal(&f.packets, huge, (1 << 20) + 100, 3600, true);
    NAL(&f, delta, 7200, true);
    keyframe(&f, 10800);
    assert_units(&f, "KG");
    tear_down(&f);
}

/* Pictures that lean on what lay before the CRA where we came in are left out. */
static void test_h265_leading(void)
{
    static const char vps265[] = "\x40\x01\x0c\x01\xff\xff\x01\x60\0\0\x03\0\xb0";
    static const char pps265[] = "\x44\x01\xc0\xf2\xc6\x8d";
    static const char cra[] = "\x2a\x01\xaf", rasl[] = "\x10\x01\xe0", trail[] = "\x02\x01\xd0";
    gsize size;
    g_autofree guchar *sps265 =
        g_base64_decode("QgEBAWAAAAMAsAAAAwAAAwBaoAWCAeFja5JFL83BQYFBAAADAAEAAAMADKE=", &size);
    struct fixture f;
    set_up(&f, CODEC_H265);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t at = i * 36000;
        NAL(&f, vps265, at, false);
        packets_nal(&f.packets, sps265, size, at, false);
        NAL(&f, pps265, at, false);
        NAL(&f, cra, at, true);
        NAL(&f, rasl, at + 3600, true);
        NAL(&f, trail, at + 7200, true);
    }
    assert_units(&f, "KdKdd"); /* the second CRA was not where we came in */
    tear_down(&f);
}

/* --- real streams, when they are there: what comes out is what went in */

static bool starts_picture(const uint8_t *nal, size_t size)
{
    unsigned type = nal[0] & 0x1f;
    return (type == 1 || type == 5) ? size > 1 && (nal[1] & 0x80) : false;
}

static bool is_picture(const uint8_t *nal)
{
    unsigned type = nal[0] & 0x1f;
    return type >= 1 && type <= 5;
}

/* Every NAL unit but the parameter sets, length first, in order. */
static void append_nals(GByteArray *list, const uint8_t *data, size_t size)
{
    size_t offset = 0, nal_size;
    const uint8_t *nal;
    while (annexb_next(data, size, &offset, &nal, &nal_size)) {
        unsigned type = nal[0] & 0x1f;
        if (type == 7 || type == 8)
            continue;
        uint32_t length = (uint32_t)nal_size;
        g_byte_array_append(list, (const guint8 *)&length, sizeof length);
        g_byte_array_append(list, nal, (guint)nal_size);
    }
}

static void send_stream(struct fixture *f, const uint8_t *data, size_t size)
{
    size_t offset = 0, nal_size, next_size = 0;
    const uint8_t *nal, *next;
    bool seen_picture = false;
    uint32_t timestamp = 0;
    bool more = annexb_next(data, size, &offset, &next, &next_size);
    while (more) {
        nal = next;
        nal_size = next_size;
        more = annexb_next(data, size, &offset, &next, &next_size);
        seen_picture |= is_picture(nal);
        /* a picture ends before the next first slice or whatever precedes it */
        bool last = seen_picture && (!more || !is_picture(next) || starts_picture(next, next_size));
        packets_nal(&f->packets, nal, nal_size, timestamp, last);
        if (last) {
            timestamp += 3600;
            seen_picture = false;
        }
    }
}

static void check_stream(const char *path, size_t mtu_bytes, bool settle_each)
{
    g_autofree char *data = NULL;
    gsize size;
    if (!g_file_get_contents(path, &data, &size, NULL))
        return;
    struct fixture f;
    set_up(&f, CODEC_H264);
    f.packets.mtu_bytes = mtu_bytes;
    f.packets.settle_each = settle_each;
    send_stream(&f, (const uint8_t *)data, size);
    g_autoptr(GByteArray) sent = g_byte_array_new();
    g_autoptr(GByteArray) received = g_byte_array_new();
    append_nals(sent, (const uint8_t *)data, size);
    int64_t last_dts_us = INT64_MIN;
    for (guint i = 0; i < f.units->len; i++) {
        const struct unit *unit = f.units->pdata[i];
        g_assert_false(unit->gap);
        g_assert_cmpint(unit->dts_us, >, last_dts_us);
        g_assert_cmpint(unit->dts_us, <=, unit->pts_us);
        g_assert_cmpint(unit->format->width_px, >, 0);
        last_dts_us = unit->dts_us;
        append_nals(received, unit->data, unit->size);
    }
    assert_bytes(received->data, received->len, sent->data, sent->len);
    tear_down(&f);
}

static void test_real(void)
{
    static const char *const files[] = {"MIDR_MW_D.264", "MPS_MW_A.264", "Zhling_1280x720.264",
                                        "VID_1280x720_cabac_temporal_direct.264",
                                        "Cisco_Men_whisper_640x320_CABAC_Bframe_9.264"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path =
            g_build_filename(TW_SOURCE_DIR, "..", "shared", "data", "video", files[i], NULL);
        check_stream(path, 1400, false);
        check_stream(path, 200, true);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/assembler/ordinary", test_ordinary);
    g_test_add_func("/assembler/sets-are-put-in-front", test_sets_are_put_in_front);
    g_test_add_func("/assembler/loss", test_loss);
    g_test_add_func("/assembler/slices", test_slices);
    g_test_add_func("/assembler/marker-that-lies", test_marker_that_lies);
    g_test_add_func("/assembler/strangers", test_strangers);
    g_test_add_func("/assembler/annexb-inside", test_annexb_inside);
    g_test_add_func("/assembler/format-changes", test_format_changes);
    g_test_add_func("/assembler/too-large", test_too_large);
    g_test_add_func("/assembler/h265-leading", test_h265_leading);
    g_test_add_func("/assembler/real", test_real);
    return g_test_run();
}
