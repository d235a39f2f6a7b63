/* The layout of PMTiles 3: header, directories, tile ids. Pure functions, any thread; fuzzed by
 * tests/fuzz/place. Source: PMTiles Version 3 Specification. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PMTILES_HEADER_BYTES = 127, PMTILES_MAX_DEPTH = 4 };
/* A directory may hold so much, packed and unpacked. */
enum { PMTILES_MAX_DIRECTORY_BYTES = 4 << 20, PMTILES_MAX_UNPACKED_BYTES = 16 << 20 };

enum pmtiles_compression {
    PMTILES_UNKNOWN,
    PMTILES_PLAIN,
    PMTILES_GZIP,
    PMTILES_BROTLI,
    PMTILES_ZSTD
};
enum pmtiles_type { PMTILES_MVT = 1, PMTILES_PNG, PMTILES_JPEG, PMTILES_WEBP, PMTILES_AVIF };

struct pmtiles_section {
    uint64_t offset, size_bytes; /* offset from the start of the file */
};

struct pmtiles_header {
    struct pmtiles_section root, metadata, leaves, tiles;
    enum pmtiles_compression directory_compression, tile_compression;
    enum pmtiles_type type;
    int min_zoom, max_zoom;
};

struct pmtiles_entry {
    uint64_t tile_id;
    uint64_t offset; /* in the tiles' section; of a leaf: in the leaves' section */
    uint32_t size_bytes;
    uint32_t run; /* so many tiles from tile_id on are the same; 0: a leaf directory */
};

/* Reads the first PMTILES_HEADER_BYTES. false + error: another format or version, sections that
 * overflow, a compression that nothing of ours unpacks. */
bool pmtiles_read_header(const uint8_t *data, size_t size, struct pmtiles_header *header,
                         GError **error);

/* Unpacks and reads a directory. Returned: an array of struct pmtiles_entry with rising tile_id, to
 * be unreffed; NULL + error. */
GArray *pmtiles_read_directory(const uint8_t *data, size_t size,
                               enum pmtiles_compression compression, GError **error);

/* The entry that holds `tile_id` or leads to it; NULL: there is no such tile. Borrowed. */
const struct pmtiles_entry *pmtiles_find(const GArray *directory, uint64_t tile_id);

/* The place of tile z/x/y (y from the north) on the Hilbert curve; x, y < 2^z, z ≤ 26. */
uint64_t pmtiles_tile_id(int z, uint32_t x, uint32_t y);
