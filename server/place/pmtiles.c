#include "place/pmtiles.h"
#include "place/place.h"
#include "place/tile_file.h"
#include <gio/gio.h>
#include <string.h>

/* --- header */

static uint64_t read_u64(const uint8_t *data)
{
    uint64_t value;
    memcpy(&value, data, sizeof value);
    return GUINT64_FROM_LE(value);
}

static bool read_section(const uint8_t *data, struct pmtiles_section *section)
{
    section->offset = read_u64(data);
    section->size_bytes = read_u64(data + 8);
    return section->offset <= INT64_MAX && section->size_bytes <= INT64_MAX - section->offset;
}

static bool check_header(const struct pmtiles_header *header, GError **error)
{
    const char *fault = NULL;
    if (header->directory_compression != PMTILES_PLAIN &&
        header->directory_compression != PMTILES_GZIP)
        fault = "its directories are packed by other means than gzip";
    else if (header->tile_compression > PMTILES_GZIP)
        fault = "its tiles are packed by other means than gzip";
    else if (header->type < PMTILES_MVT || header->type > PMTILES_WEBP)
        fault = "its tiles are neither vector tiles nor PNG, JPEG or WebP";
    else if (header->min_zoom > header->max_zoom || header->max_zoom > 26)
        fault = "its zoom levels are not in order";
    else if (header->root.size_bytes > PMTILES_MAX_DIRECTORY_BYTES)
        fault = "its root directory is too large";
    if (fault)
        g_set_error(error, PLACE_ERROR, 0, "not a PMTiles file for us: %s", fault);
    return !fault;
}

bool pmtiles_read_header(const uint8_t *data, size_t size, struct pmtiles_header *header,
                         GError **error)
{
    if (size < PMTILES_HEADER_BYTES || memcmp(data, "PMTiles", 7) != 0) {
        g_set_error(error, PLACE_ERROR, 0, "not a PMTiles file");
        return false;
    }
    if (data[7] != 3) {
        g_set_error(error, PLACE_ERROR, 0, "PMTiles version %u, expected 3", data[7]);
        return false;
    }
    if (!read_section(data + 8, &header->root) || !read_section(data + 24, &header->metadata) ||
        !read_section(data + 40, &header->leaves) || !read_section(data + 56, &header->tiles)) {
        g_set_error(error, PLACE_ERROR, 0, "not a PMTiles file: a section overflows");
        return false;
    }
    header->directory_compression = data[97];
    header->tile_compression = data[98];
    header->type = data[99];
    header->min_zoom = data[100];
    header->max_zoom = data[101];
    return check_header(header, error);
}

/* --- directory */

static GByteArray *unpack(const uint8_t *data, size_t size, GError **error)
{
    g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GByteArray) plain = g_byte_array_new();
    size_t taken = 0;
    for (GConverterResult result = G_CONVERTER_CONVERTED; result != G_CONVERTER_FINISHED;) {
        uint8_t piece[16384];
        gsize in = 0, out = 0;
        result = g_converter_convert(G_CONVERTER(gzip), data + taken, size - taken, piece,
                                     sizeof piece, G_CONVERTER_INPUT_AT_END, &in, &out, error);
        if (result == G_CONVERTER_ERROR)
            return NULL;
        taken += in;
        g_byte_array_append(plain, piece, (guint)out);
        if (plain->len > PMTILES_MAX_UNPACKED_BYTES) {
            g_set_error(error, PLACE_ERROR, 0, "a PMTiles directory is too large");
            return NULL;
        }
    }
    return g_steal_pointer(&plain);
}

struct cursor {
    const uint8_t *at, *end;
    bool failed;
};

/* A little-endian base-128 number below 2^63; 0 and `failed` at the end of the data or beyond. */
static uint64_t read_varint(struct cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (cursor->at == cursor->end)
            break;
        uint8_t byte = *cursor->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    cursor->failed = true;
    return 0;
}

static uint32_t read_small(struct cursor *cursor)
{
    uint64_t value = read_varint(cursor);
    cursor->failed |= value > UINT32_MAX;
    return (uint32_t)value;
}

/* Tile ids of zoom 26 end below 2^53, offsets of files below 2^62: sums of two never overflow. */
static void read_columns(struct cursor *cursor, struct pmtiles_entry *entries, size_t count)
{
    uint64_t tile_id = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t step = read_varint(cursor);
        cursor->failed |= (i > 0 && step == 0) || step > G_GUINT64_CONSTANT(1) << 53;
        tile_id += cursor->failed ? 0 : step;
        cursor->failed |= tile_id > G_GUINT64_CONSTANT(1) << 53;
        entries[i].tile_id = tile_id;
    }
    for (size_t i = 0; i < count; i++)
        entries[i].run = read_small(cursor);
    for (size_t i = 0; i < count; i++) {
        entries[i].size_bytes = read_small(cursor);
        cursor->failed |= entries[i].size_bytes == 0;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t value = read_varint(cursor);
        cursor->failed |= (i == 0 && value == 0) || value > G_GUINT64_CONSTANT(1) << 62;
        if (value == 0 && i > 0) /* right behind the entry before */
            entries[i].offset = entries[i - 1].offset + entries[i - 1].size_bytes;
        else
            entries[i].offset = value - (value > 0);
        cursor->failed |= entries[i].offset > G_GUINT64_CONSTANT(1) << 62;
    }
}

static GArray *read_plain(const uint8_t *data, size_t size, GError **error)
{
    /* an unpacked nothing has no address */
    struct cursor cursor = {data, size ? data + size : data, false};
    uint64_t count = read_varint(&cursor);
    g_autoptr(GArray) entries = NULL;
    /* each entry takes at least four bytes */
    if (!cursor.failed && count > 0 && count <= size / 4) {
        entries = g_array_sized_new(FALSE, TRUE, sizeof(struct pmtiles_entry), (guint)count);
        g_array_set_size(entries, (guint)count);
        read_columns(&cursor, (struct pmtiles_entry *)(void *)entries->data, count);
    }
    if (!entries || cursor.failed) {
        g_set_error(error, PLACE_ERROR, 0, "a PMTiles directory is broken");
        return NULL;
    }
    return g_steal_pointer(&entries);
}

GArray *pmtiles_read_directory(const uint8_t *data, size_t size,
                               enum pmtiles_compression compression, GError **error)
{
    if (compression != PMTILES_GZIP)
        return read_plain(data, size, error);
    g_autoptr(GByteArray) plain = unpack(data, size, error);
    return plain ? read_plain(plain->data, plain->len, error) : NULL;
}

const struct pmtiles_entry *pmtiles_find(const GArray *directory, uint64_t tile_id)
{
    guint low = 0, high = directory->len; /* entries before `low` begin at or before tile_id */
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(directory, struct pmtiles_entry, middle).tile_id <= tile_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct pmtiles_entry *entry = &g_array_index(directory, struct pmtiles_entry, low - 1);
    return entry->run == 0 || tile_id - entry->tile_id < entry->run ? entry : NULL;
}

uint64_t pmtiles_tile_id(int z, uint32_t x, uint32_t y)
{
    uint64_t id = ((G_GUINT64_CONSTANT(1) << (2 * z)) - 1) / 3; /* tiles of all lower zooms */
    for (uint32_t side = z > 0 ? 1u << (z - 1) : 0; side > 0; side /= 2) {
        uint32_t right = (x & side) ? 1 : 0, down = (y & side) ? 1 : 0;
        id += (uint64_t)side * side * ((3 * right) ^ down);
        if (!down) { /* turn the quarter as the curve does */
            uint32_t turned = right ? side - 1 - (y & (side - 1)) : y & (side - 1);
            y = right ? side - 1 - (x & (side - 1)) : x & (side - 1);
            x = turned;
        }
    }
    return id;
}
