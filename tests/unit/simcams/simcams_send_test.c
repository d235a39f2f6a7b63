/* What goes out: packets, bits, timing. */
#include "simcams/bits.h"
#include "simcams/packetise.h"
#include "simcams/wheel.h"
#include <glib.h>
#include <string.h>

static void assert_bytes(const uint8_t *is, size_t is_bytes, const uint8_t *should,
                         size_t should_bytes)
{
    g_assert_cmpuint(is_bytes, ==, should_bytes);
    g_assert_true(memcmp(is, should, is_bytes) == 0);
}

/* Puts packets together again as RFC 6184 and RFC 7798 say. */
static GByteArray *depacketise(enum codec codec, const GByteArray *bytes, const GArray *starts)
{
    GByteArray *nal = g_byte_array_new();
    const guint head_bytes = codec == CODEC_H264 ? 1 : 2;
    for (guint i = 0; i < starts->len; i++) {
        const guint start = g_array_index(starts, uint32_t, i);
        const guint end = i + 1 < starts->len ? g_array_index(starts, uint32_t, i + 1) : bytes->len;
        const uint8_t *payload = bytes->data + start + PACKET_HEAD_BYTES;
        const guint size = end - start - PACKET_HEAD_BYTES;
        g_assert_cmpuint(size, <=, PAYLOAD_MAX_BYTES);
        g_assert_cmpuint(bytes->data[start], ==, '$');
        g_assert_cmpuint((guint)bytes->data[start + 2] << 8 | bytes->data[start + 3], ==,
                         end - start - INTERLEAVED_BYTES);
        const unsigned fragment = codec == CODEC_H264 ? 28 : 49;
        if (nal_type(codec, payload[0]) != fragment) {
            g_byte_array_append(nal, payload, size);
            continue;
        }
        const uint8_t fu = payload[head_bytes];
        if (fu & 0x80) {
            const uint8_t first = codec == CODEC_H264
                                      ? (uint8_t)((payload[0] & 0xe0) | (fu & 0x1f))
                                      : (uint8_t)((payload[0] & 0x81) | (fu & 0x3f) << 1);
            g_byte_array_append(nal, &first, 1);
            g_byte_array_append(nal, payload + 1, head_bytes - 1);
        }
        g_byte_array_append(nal, payload + head_bytes + 1, size - head_bytes - 1);
    }
    return nal;
}

static void test_packets(void)
{
    static const size_t sizes[] = {3, 1399, 1400, 1401, 1402, 2799, 2800, 2801, 50000};
    for (int codec = 0; codec < 2; codec++) {
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            g_autofree uint8_t *data = g_malloc(sizes[i]);
            for (size_t k = 0; k < sizes[i]; k++)
                data[k] = (uint8_t)(k * 31);
            data[0] = codec == CODEC_H264 ? 0x65 : 19 << 1;
            data[1] = 1;
            g_autoptr(GByteArray) bytes = g_byte_array_new();
            g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
            packetise_nal(bytes, starts, (enum codec)codec, data, sizes[i], true);
            g_autoptr(GByteArray) nal = depacketise((enum codec)codec, bytes, starts);
            assert_bytes(nal->data, nal->len, data, sizes[i]);
            for (guint k = 0; k < starts->len; k++)
                g_assert_cmpuint(bytes->data[g_array_index(starts, uint32_t, k) + 5] >> 7, ==,
                                 k + 1 == starts->len);
        }
    }
}

static void test_patch(void)
{
    uint8_t packet[PACKET_HEAD_BYTES] = {0};
    const struct packet_head head = {2, 0x1234, 0x56789abc, 0xdef01234};
    packet_patch(packet, &head);
    static const uint8_t expected[PACKET_HEAD_BYTES] = {
        0, 2, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34};
    assert_bytes(packet, sizeof packet, expected, sizeof expected);
}

static void test_annexb(void)
{
    static const uint8_t data[] = {0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 0, 1, 0x65};
    size_t offset = 0, size;
    const uint8_t *nal = annexb_next(data, sizeof data, &offset, &size);
    assert_bytes(nal, size, data + 4, 3);
    nal = annexb_next(data, sizeof data, &offset, &size);
    assert_bytes(nal, size, data + 10, 2);
    nal = annexb_next(data, sizeof data, &offset, &size);
    assert_bytes(nal, size, data + 17, 1);
    g_assert_null(annexb_next(data, sizeof data, &offset, &size));
}

static void test_golomb(void)
{
    uint8_t data[64] = {0};
    struct bit_writer writer = {.data = data, .capacity_bits = sizeof data * 8};
    static const int32_t values[] = {0, 1, -1, 2, -2, 30, -255, 70000};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        bits_write_se(&writer, values[i]);
        bits_write_ue(&writer, (uint32_t)ABS(values[i]));
    }
    struct bit_reader reader = {.data = data, .size_bits = writer.at};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_assert_cmpint(bits_read_se(&reader), ==, values[i]);
        g_assert_cmpuint(bits_read_ue(&reader), ==, (uint32_t)ABS(values[i]));
    }
    g_assert_cmpuint(reader.at, ==, writer.at);
    g_assert_false(reader.beyond);
    bits_read_ue(&reader);
    g_assert_true(reader.beyond);
}

static void test_escape(void)
{
    static const uint8_t rbsp[] = {0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 9};
    uint8_t nal[sizeof rbsp * 2], back[sizeof nal];
    const size_t size = nal_escape(rbsp, sizeof rbsp, nal);
    for (size_t i = 0; i + 2 < size; i++)
        g_assert_true(nal[i] || nal[i + 1] || nal[i + 2] > 2);
    const size_t back_size = nal_unescape(nal, size, back);
    assert_bytes(back, back_size, rbsp, sizeof rbsp);
}

struct served {
    unsigned count[4];
    uint64_t last_cycle;
};

static void serve(gpointer item, uint64_t cycle, gpointer user)
{
    struct served *served = user;
    served->count[GPOINTER_TO_INT(item)]++;
    served->last_cycle = cycle;
}

static void test_wheel(void)
{
    struct wheel wheel;
    struct served served = {0};
    wheel_init(&wheel, 40000, 1000000);
    g_assert_cmpuint(wheel.slot_count, ==, 40);
    for (int i = 0; i < 4; i++)
        wheel_add(&wheel, wheel_slot(&wheel, (unsigned)i, 4), GINT_TO_POINTER(i));
    g_assert_cmpuint(wheel_slot(&wheel, 3, 4), ==, 30);
    wheel_run(&wheel, 1000000 + 15000, serve, &served);
    g_assert_cmpuint(served.count[0], ==, 1);
    g_assert_cmpuint(served.count[1], ==, 1);
    g_assert_cmpuint(served.count[2], ==, 0);
    g_assert_cmpuint(wheel_next_cycle(&wheel, 10), ==, 1);
    g_assert_cmpuint(wheel_next_cycle(&wheel, 30), ==, 0);
    g_assert_cmpint(wheel_wait_ms(&wheel, 1000000 + 15000), ==, 1);
    wheel_run(&wheel, 1000000 + 999999, serve, &served);
    for (int i = 0; i < 4; i++)
        g_assert_cmpuint(served.count[i], ==, 25);
    g_assert_cmpuint(served.last_cycle, ==, 24);
    /* late by more than a second: what was missed is left out */
    wheel_run(&wheel, 1000000 + 10 * G_USEC_PER_SEC, serve, &served);
    g_assert_cmpuint(served.count[0], <=, 26);
    g_assert_cmpuint(wheel.skipped, >, 8000);
    wheel_finish(&wheel);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packetise/packets", test_packets);
    g_test_add_func("/packetise/patch", test_patch);
    g_test_add_func("/packetise/annexb", test_annexb);
    g_test_add_func("/bits/golomb", test_golomb);
    g_test_add_func("/bits/escape", test_escape);
    g_test_add_func("/wheel", test_wheel);
    return g_test_run();
}
