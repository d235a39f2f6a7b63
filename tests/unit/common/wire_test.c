/* Every golden vector, written from its fields and read back from its bytes. */
#include "common/wire.h"
#include <jansson.h>
#include <string.h>

static gint64 number(const json_t *fields, const char *key)
{
    const json_t *value = json_object_get(fields, key);
    g_assert_nonnull(value);
    if (json_is_integer(value))
        return json_integer_value(value);
    gint64 parsed = 0;
    g_assert_true(g_ascii_string_to_signed(json_string_value(value), 10, G_MININT64, G_MAXINT64,
                                           &parsed, NULL));
    return parsed;
}

static GByteArray *from_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    for (; *hex; hex += 2) {
        g_assert_true(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
        guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(bytes, &byte, 1);
    }
    return bytes;
}

static void assert_bytes(const uint8_t *data, size_t size, const GByteArray *expected)
{
    g_assert_cmpuint(size, ==, expected->len);
    g_assert_true(size == 0 || memcmp(data, expected->data, size) == 0);
}

static void check_frame(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    struct wire_frame read, frame = {
                                .size_bytes = (uint32_t)number(fields, "size_bytes"),
                                .kind = (uint8_t)number(fields, "kind"),
                                .flags = (uint8_t)number(fields, "flags"),
                                .channel = (uint32_t)number(fields, "channel"),
                            };
    g_byte_array_set_size(out, WIRE_FRAME_HEADER_BYTES);
    wire_frame_write(out->data, &frame);
    g_assert_true(wire_frame_read(bytes->data, &read));
    g_assert_cmpuint(read.size_bytes, ==, frame.size_bytes);
    g_assert_cmpuint(read.kind, ==, frame.kind);
    g_assert_cmpuint(read.flags, ==, frame.flags);
    g_assert_cmpuint(read.channel, ==, frame.channel);
}

static struct wire_unit unit_of(const json_t *fields)
{
    return (struct wire_unit){
        .pts_us = number(fields, "pts_us"),
        .dts_us = number(fields, "dts_us"),
        .wall_us = number(fields, "wall_us"),
        .flags = (uint32_t)number(fields, "flags"),
        .dropped = (uint32_t)number(fields, "dropped"),
    };
}

static void assert_unit_equal(const struct wire_unit *a, const struct wire_unit *b)
{
    g_assert_cmpint(a->pts_us, ==, b->pts_us);
    g_assert_cmpint(a->dts_us, ==, b->dts_us);
    g_assert_cmpint(a->wall_us, ==, b->wall_us);
    g_assert_cmpuint(a->flags, ==, b->flags);
    g_assert_cmpuint(a->dropped, ==, b->dropped);
}

static void check_unit(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    struct wire_unit read, unit = unit_of(fields);
    g_byte_array_set_size(out, WIRE_UNIT_PREFIX_BYTES);
    wire_unit_write(out->data, &unit);
    g_assert_true(wire_unit_read(bytes->data, bytes->len, &read));
    assert_unit_equal(&read, &unit);
    g_assert_false(wire_unit_read(bytes->data, bytes->len - 1, &read));
}

static void check_ws_unit(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    struct wire_ws_unit read, unit = {
                                  .stream = (uint16_t)number(fields, "stream"),
                                  .sequence = (uint32_t)number(fields, "sequence"),
                                  .unit = unit_of(fields),
                              };
    g_byte_array_set_size(out, WIRE_WS_UNIT_BYTES);
    wire_ws_unit_write(out->data, &unit);
    g_assert_true(wire_ws_unit_read(bytes->data, bytes->len, &read));
    g_assert_cmpuint(read.stream, ==, unit.stream);
    g_assert_cmpuint(read.sequence, ==, unit.sequence);
    assert_unit_equal(&read.unit, &unit.unit);
    g_assert_false(wire_ws_unit_read(bytes->data, bytes->len - 1, &read));
}

static void check_entries(const json_t *fields, const GByteArray *bytes, size_t offset,
                          GByteArray *out)
{
    size_t i;
    json_t *entry;
    struct wire_thumb read;
    const uint8_t *jpeg = NULL;
    json_array_foreach(json_object_get(fields, "entries"), i, entry)
    {
        g_autoptr(GByteArray) picture = from_hex(json_string_value(json_object_get(entry, "jpeg")));
        struct wire_thumb thumb = {
            .n = (uint32_t)number(entry, "n"),
            .size_bytes = picture->len,
            .wall_us = number(entry, "wall_us"),
            .width = (uint16_t)number(entry, "width"),
            .height = (uint16_t)number(entry, "height"),
            .flags = (uint8_t)number(entry, "flags"),
        };
        guint at = out->len;
        g_byte_array_set_size(out, at + WIRE_THUMB_BYTES);
        wire_thumb_write(out->data + at, &thumb);
        g_byte_array_append(out, picture->data, picture->len);
        g_assert_true(wire_thumb_read(bytes->data, bytes->len, &offset, &read, &jpeg));
        g_assert_cmpuint(read.n, ==, thumb.n);
        g_assert_cmpint(read.wall_us, ==, thumb.wall_us);
        g_assert_cmpuint(read.width, ==, thumb.width);
        g_assert_cmpuint(read.height, ==, thumb.height);
        g_assert_cmpuint(read.flags, ==, thumb.flags);
        assert_bytes(jpeg, read.size_bytes, picture);
    }
    g_assert_cmpuint(offset, ==, bytes->len);
    g_assert_false(wire_thumb_read(bytes->data, bytes->len, &offset, &read, &jpeg));
}

static guint16 count_of(const json_t *fields)
{
    return (guint16)json_array_size(json_object_get(fields, "entries"));
}

static void check_ws_thumbs(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    g_byte_array_set_size(out, WIRE_THUMBS_WS_HEAD);
    wire_thumbs_ws_head(out->data, count_of(fields), number(fields, "server_now_us"));
    check_entries(fields, bytes, WIRE_THUMBS_WS_HEAD, out);
}

static void check_link_thumbs(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    uint16_t count = 0;
    g_byte_array_set_size(out, WIRE_THUMBS_LINK_HEAD);
    wire_thumbs_link_head(out->data, count_of(fields));
    g_assert_true(wire_thumbs_link_count(bytes->data, bytes->len, &count));
    g_assert_cmpuint(count, ==, count_of(fields));
    g_assert_false(wire_thumbs_link_count(bytes->data, WIRE_THUMBS_LINK_HEAD - 1, &count));
    check_entries(fields, bytes, WIRE_THUMBS_LINK_HEAD, out);
}

static void check_snapshot(const json_t *fields, const GByteArray *bytes, GByteArray *out)
{
    int64_t wall_us = 0;
    uint16_t width = 0, height = 0;
    g_byte_array_set_size(out, WIRE_SNAPSHOT_PREFIX_BYTES);
    wire_snapshot_write(out->data, number(fields, "wall_us"), (uint16_t)number(fields, "width"),
                        (uint16_t)number(fields, "height"));
    g_assert_true(wire_snapshot_read(bytes->data, bytes->len, &wall_us, &width, &height));
    g_assert_cmpint(wall_us, ==, number(fields, "wall_us"));
    g_assert_cmpint(width, ==, number(fields, "width"));
    g_assert_cmpint(height, ==, number(fields, "height"));
    g_assert_false(wire_snapshot_read(bytes->data, bytes->len - 1, &wall_us, &width, &height));
}

static const struct {
    const char *kind;
    void (*check)(const json_t *fields, const GByteArray *bytes, GByteArray *out);
} kinds[] = {
    {"link_frame", check_frame},        {"link_unit", check_unit},
    {"ws_unit", check_ws_unit},         {"ws_thumbs", check_ws_thumbs},
    {"link_thumbs", check_link_thumbs}, {"link_snapshot", check_snapshot},
};

static void test_vectors(void)
{
    json_t *file = json_load_file(TW_SOURCE_DIR "/tests/vectors/wire.json", 0, NULL);
    guint checked[G_N_ELEMENTS(kinds)] = {0};
    size_t i;
    json_t *vector;
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        const char *kind = json_string_value(json_object_get(vector, "kind"));
        g_test_message("%s", json_string_value(json_object_get(vector, "name")));
        g_autoptr(GByteArray) bytes = from_hex(json_string_value(json_object_get(vector, "hex")));
        g_autoptr(GByteArray) out = g_byte_array_new();
        size_t k = 0;
        while (k < G_N_ELEMENTS(kinds) && strcmp(kinds[k].kind, kind) != 0)
            k++;
        g_assert_cmpuint(k, <, G_N_ELEMENTS(kinds));
        kinds[k].check(json_object_get(vector, "fields"), bytes, out);
        assert_bytes(out->data, out->len, bytes);
        checked[k]++;
    }
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
        g_assert_cmpuint(checked[k], >, 0);
    json_decref(file);
}

static void test_bad_headers(void)
{
    static const char *const bad[] = {
        "010001000202000001000000", /* 65,537 bytes */
        "000000000002000000000000", /* kind 0 */
        "000000000602000000000000", /* kind 6 */
        "000000000104000000000000", /* unknown flag */
        "000000000102010000000000", /* reserved */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GByteArray) bytes = from_hex(bad[i]);
        struct wire_frame frame;
        g_assert_cmpuint(bytes->len, ==, WIRE_FRAME_HEADER_BYTES);
        g_assert_false(wire_frame_read(bytes->data, &frame));
    }
}

static void test_bad_thumb(void)
{
    uint8_t data[WIRE_THUMB_BYTES + 3];
    struct wire_thumb thumb = {.n = 1, .size_bytes = 4}, read;
    memset(data, 0, sizeof(data));
    wire_thumb_write(data, &thumb);
    const uint8_t *jpeg = NULL;
    size_t offset = 0;
    g_assert_false(wire_thumb_read(data, sizeof(data), &offset, &read, &jpeg));
    g_assert_cmpuint(offset, ==, 0);
    offset = SIZE_MAX;
    g_assert_false(wire_thumb_read(data, sizeof(data), &offset, &read, &jpeg));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/vectors", test_vectors);
    g_test_add_func("/wire/bad-headers", test_bad_headers);
    g_test_add_func("/wire/bad-thumbnail", test_bad_thumb);
    return g_test_run();
}
