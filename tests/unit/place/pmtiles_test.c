/* PMTiles 3: tile ids, headers and directories, and a whole file read through tiles.h. */
#include "place/place.h"
#include "place/pmtiles.h"
#include "place/tiles.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static void tile_ids(void)
{
    /* the specification's examples, and one that go-pmtiles tests */
    g_assert_cmpuint(pmtiles_tile_id(0, 0, 0), ==, 0);
    g_assert_cmpuint(pmtiles_tile_id(1, 0, 0), ==, 1);
    g_assert_cmpuint(pmtiles_tile_id(1, 0, 1), ==, 2);
    g_assert_cmpuint(pmtiles_tile_id(1, 1, 1), ==, 3);
    g_assert_cmpuint(pmtiles_tile_id(1, 1, 0), ==, 4);
    g_assert_cmpuint(pmtiles_tile_id(2, 0, 0), ==, 5);
    g_assert_cmpuint(pmtiles_tile_id(12, 3423, 1763), ==, 19078479);
}

/* Every tile of a zoom has its own id, and neighbours on the curve are neighbours on the map. */
static void curve_is_whole(void)
{
    enum { Z = 5, SIDE = 1 << Z };
    uint64_t first = ((1u << (2 * Z)) - 1) / 3;
    guint16 at[SIDE * SIDE] = {0};
    for (uint32_t x = 0; x < SIDE; x++)
        for (uint32_t y = 0; y < SIDE; y++) {
            uint64_t place = pmtiles_tile_id(Z, x, y) - first;
            g_assert_cmpuint(place, <, SIDE * SIDE);
            g_assert_cmpuint(at[place], ==, 0);
            at[place] = (guint16)(1 + x * SIDE + y);
        }
    for (guint i = 1; i < SIDE * SIDE; i++) {
        int a = at[i] - 1, b = at[i - 1] - 1;
        g_assert_cmpint(ABS(a / SIDE - b / SIDE) + ABS(a % SIDE - b % SIDE), ==, 1);
    }
}

/* --- writing a small file */

static void put_varint(GByteArray *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        g_byte_array_append(out, (guint8[]){(guint8)(value | 0x80)}, 1);
    g_byte_array_append(out, (guint8[]){(guint8)value}, 1);
}

static GByteArray *gzip(GByteArray *plain)
{
    g_autoptr(GZlibCompressor) packer = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
    guint8 packed[4096];
    gsize in = 0, out = 0;
    GConverterResult result =
        g_converter_convert(G_CONVERTER(packer), plain->data, plain->len, packed, sizeof packed,
                            G_CONVERTER_INPUT_AT_END, &in, &out, NULL);
    g_assert_cmpint(result, ==, G_CONVERTER_FINISHED);
    g_byte_array_set_size(plain, 0);
    g_byte_array_append(plain, packed, (guint)out);
    return plain;
}

static GByteArray *make_directory(const struct pmtiles_entry *entries, size_t count)
{
    GByteArray *out = g_byte_array_new();
    put_varint(out, count);
    for (size_t i = 0; i < count; i++)
        put_varint(out, entries[i].tile_id - (i ? entries[i - 1].tile_id : 0));
    for (size_t i = 0; i < count; i++)
        put_varint(out, entries[i].run);
    for (size_t i = 0; i < count; i++)
        put_varint(out, entries[i].size_bytes);
    for (size_t i = 0; i < count; i++) {
        bool behind =
            i > 0 && entries[i].offset == entries[i - 1].offset + entries[i - 1].size_bytes;
        put_varint(out, behind ? 0 : entries[i].offset + 1);
    }
    return gzip(out);
}

static void put_u64(guint8 *at, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

/* Tiles: "zero" at 0/0/0; "one" at the four of zoom 1 (a run); "leaf" at 2/0/0 through a leaf. */
static GByteArray *make_file(void)
{
    const struct pmtiles_entry leaf[] = {{5, 7, 4, 1}};
    g_autoptr(GByteArray) leaves = make_directory(leaf, G_N_ELEMENTS(leaf));
    const struct pmtiles_entry entries[] = {{0, 0, 4, 1}, {1, 4, 3, 4}, {5, 0, leaves->len, 0}};
    g_autoptr(GByteArray) root = make_directory(entries, G_N_ELEMENTS(entries));
    GByteArray *file = g_byte_array_new();
    g_byte_array_set_size(file, PMTILES_HEADER_BYTES);
    memset(file->data, 0, file->len);
    memcpy(file->data, "PMTiles\3", 8);
    put_u64(file->data + 8, PMTILES_HEADER_BYTES);
    put_u64(file->data + 16, root->len);
    put_u64(file->data + 40, PMTILES_HEADER_BYTES + root->len);
    put_u64(file->data + 48, leaves->len);
    put_u64(file->data + 56, PMTILES_HEADER_BYTES + root->len + leaves->len);
    put_u64(file->data + 64, 11);
    memcpy(file->data + 97, (guint8[]){PMTILES_GZIP, PMTILES_PLAIN, PMTILES_PNG, 0, 2}, 5);
    g_byte_array_append(file, root->data, root->len);
    g_byte_array_append(file, leaves->data, leaves->len);
    g_byte_array_append(file, (const guint8 *)"zerooneleaf", 11);
    return file;
}

/* --- pure */

static void header(void)
{
    g_autoptr(GByteArray) file = make_file();
    struct pmtiles_header header;
    g_assert_true(pmtiles_read_header(file->data, file->len, &header, NULL));
    g_assert_cmpint(header.type, ==, PMTILES_PNG);
    g_assert_cmpint(header.max_zoom, ==, 2);
    g_assert_cmpuint(header.tiles.size_bytes, ==, 11);
    static const struct {
        guint at;
        guint8 byte;
        const char *says;
    } faults[] = {{0, 'p', "not a PMTiles file"},
                  {7, 2, "version 2, expected 3"},
                  {97, 3, "directories"},
                  {98, 3, "tiles are packed"},
                  {99, 5, "neither"},
                  {100, 3, "zoom"},
                  {15, 255, "overflows"},
                  {20, 1, "root directory is too large"}};
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GByteArray) broken = make_file();
        g_autoptr(GError) error = NULL;
        broken->data[faults[i].at] = faults[i].byte;
        g_assert_false(pmtiles_read_header(broken->data, broken->len, &header, &error));
        g_assert_nonnull(strstr(error->message, faults[i].says));
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(pmtiles_read_header(file->data, PMTILES_HEADER_BYTES - 1, &header, &error));
    g_assert_error(error, PLACE_ERROR, 0);
}

static void directory(void)
{
    const struct pmtiles_entry entries[] = {{3, 0, 10, 2}, {9, 10, 20, 1}, {12, 500, 7, 0}};
    g_autoptr(GByteArray) packed = make_directory(entries, G_N_ELEMENTS(entries));
    g_autoptr(GArray) read = pmtiles_read_directory(packed->data, packed->len, PMTILES_GZIP, NULL);
    g_assert_cmpuint(read->len, ==, G_N_ELEMENTS(entries));
    g_assert_true(memcmp(read->data, entries, sizeof entries) == 0);
    g_assert_null(pmtiles_find(read, 2));
    g_assert_cmpuint(pmtiles_find(read, 3)->offset, ==, 0);
    g_assert_cmpuint(pmtiles_find(read, 4)->offset, ==, 0);
    g_assert_null(pmtiles_find(read, 5)); /* behind the run */
    g_assert_cmpuint(pmtiles_find(read, 9)->offset, ==, 10);
    g_assert_null(pmtiles_find(read, 11));
    g_assert_cmpuint(pmtiles_find(read, 1000)->offset, ==, 500); /* a leaf has no end */
}

static void broken_directories(void)
{
    static const struct {
        guint8 bytes[16];
        size_t size;
    } broken[] = {
        {{0}, 0},                                       /* nothing */
        {{0}, 1},                                       /* no entry */
        {{2, 1, 1, 1, 1}, 5},                           /* too short */
        {{1, 1, 1, 0, 1}, 5},                           /* an empty tile */
        {{1, 1, 1, 5, 0}, 5},                           /* the first has none before it */
        {{2, 1, 0, 1, 1, 5, 5, 1, 0}, 9},               /* the same tile twice */
        {{1, 1, 255, 255, 255, 255, 255, 1, 5, 1}, 10}, /* a run beyond 32 bits */
        {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}, 11}, /* an endless number */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(
            pmtiles_read_directory(broken[i].bytes, broken[i].size, PMTILES_PLAIN, &error));
        g_assert_error(error, PLACE_ERROR, 0);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(pmtiles_read_directory((const uint8_t *)"no gzip", 7, PMTILES_GZIP, &error));
    g_assert_nonnull(error);
}

/* --- a file */

struct answer {
    guint count;
    char *text; /* NULL: no tile */
    char *error;
};

static void on_tile(GBytes *tile, const GError *error, gpointer user)
{
    struct answer *answer = user;
    answer->count++;
    if (tile)
        answer->text = g_strndup(g_bytes_get_data(tile, NULL), g_bytes_get_size(tile));
    if (error)
        answer->error = g_strdup(error->message);
}

static struct answer ask(struct tiles *tiles, int z, int x, int y)
{
    struct answer answer = {0};
    tiles_read(tiles, z, x, y, on_tile, &answer);
    while (answer.count == 0)
        g_main_context_iteration(NULL, TRUE);
    return answer;
}

static void expect(struct tiles *tiles, int z, int x, int y, const char *text)
{
    struct answer answer = ask(tiles, z, x, y);
    g_assert_cmpstr(answer.text, ==, text);
    g_assert_null(answer.error);
    g_free(answer.text);
}

static char *write_file(GByteArray *bytes)
{
    char *path = NULL;
    int fd = g_file_open_tmp("pmtiles-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
    return path;
}

static void whole_file(void)
{
    g_autoptr(GByteArray) bytes = make_file();
    g_autofree char *path = write_file(bytes);
    g_autoptr(GError) error = NULL;
    struct tiles *tiles = tiles_open("pmtiles", path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(tiles_info(tiles)->format, ==, "png");
    g_assert_cmpint(tiles_info(tiles)->max_zoom, ==, 2);
    expect(tiles, 0, 0, 0, "zero");
    expect(tiles, 1, 0, 0, "one");
    expect(tiles, 1, 1, 0, "one");
    for (int again = 0; again < 2; again++) /* from the file, then from what is kept */
        expect(tiles, 2, 0, 0, "leaf");
    expect(tiles, 2, 3, 3, NULL);
    struct answer late = {0};
    tiles_read(tiles, 0, 0, 0, on_tile, &late);
    tiles_close(tiles); /* answers what is under way */
    g_assert_cmpstr(late.text, ==, "zero");
    g_free(late.text);
    g_remove(path);
}

static void cut_file(void)
{
    g_autoptr(GByteArray) bytes = make_file();
    g_byte_array_set_size(bytes, bytes->len - 6); /* the last tiles are gone */
    g_autofree char *path = write_file(bytes);
    struct tiles *tiles = tiles_open("pmtiles", path, NULL);
    expect(tiles, 0, 0, 0, "zero");
    struct answer answer = ask(tiles, 2, 0, 0);
    g_assert_null(answer.text);
    g_assert_nonnull(strstr(answer.error, "ends too early"));
    g_free(answer.error);
    tiles_close(tiles);
    g_remove(path);
}

static void wrong_files(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(tiles_open("pmtiles", "/nowhere/base.pmtiles", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/base.pmtiles: "));
    g_clear_error(&error);
    g_assert_null(tiles_open("pmtiles", TW_SOURCE_DIR "/CMakeLists.txt", &error));
    g_assert_nonnull(strstr(error->message, "not a PMTiles file"));
    g_clear_error(&error);
    g_assert_null(tiles_open("mbtiles", TW_SOURCE_DIR "/CMakeLists.txt", &error));
    g_assert_nonnull(strstr(error->message, "not an MBTiles file"));
    g_clear_error(&error);
    g_assert_null(tiles_open("shapefile", "a", &error));
    g_assert_nonnull(strstr(error->message, "shapefile"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pmtiles/tile_ids", tile_ids);
    g_test_add_func("/pmtiles/curve_is_whole", curve_is_whole);
    g_test_add_func("/pmtiles/header", header);
    g_test_add_func("/pmtiles/directory", directory);
    g_test_add_func("/pmtiles/broken_directories", broken_directories);
    g_test_add_func("/pmtiles/whole_file", whole_file);
    g_test_add_func("/pmtiles/cut_file", cut_file);
    g_test_add_func("/pmtiles/wrong_files", wrong_files);
    return g_test_run();
}
