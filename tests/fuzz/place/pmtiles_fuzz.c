/* PMTiles 3: the bytes are a header with a directory behind it, plain and gzipped. What is accepted
 * is in order, and every entry is found by its first tile. */
#include "place/pmtiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const GArray *directory)
{
    const struct pmtiles_entry *before = NULL;
    g_assert_cmpuint(directory->len, >, 0);
    for (guint i = 0; i < directory->len; i++) {
        const struct pmtiles_entry *entry = &g_array_index(directory, struct pmtiles_entry, i);
        g_assert_true(!before || entry->tile_id > before->tile_id);
        g_assert_cmpuint(entry->size_bytes, >, 0);
        g_assert_true(pmtiles_find(directory, entry->tile_id) == entry);
        before = entry;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pmtiles_header header;
    if (pmtiles_read_header(data, size, &header, NULL)) {
        g_assert_cmpint(header.min_zoom, <=, header.max_zoom);
        data += PMTILES_HEADER_BYTES;
        size -= PMTILES_HEADER_BYTES;
    }
    for (enum pmtiles_compression packed = PMTILES_PLAIN; packed <= PMTILES_GZIP; packed++) {
        GArray *directory = pmtiles_read_directory(data, size, packed, NULL);
        if (!directory)
            continue;
        check(directory);
        g_array_unref(directory);
    }
    return 0;
}
