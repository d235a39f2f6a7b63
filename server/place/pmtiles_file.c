/* PMTiles 3: reads from the file what pmtiles.h understands. */
#include "place/place.h"
#include "place/pmtiles.h"
#include "place/tile_file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LEAVES_KEPT = 64 };

struct pmtiles {
    int fd;
    char *path;
    struct pmtiles_header header;
    GArray *root;
    GHashTable *leaves; /* offset → GArray; all are forgotten when there are too many */
};

static void pmtiles_close(void *file)
{
    struct pmtiles *pmtiles = file;
    if (!pmtiles)
        return;
    if (pmtiles->fd >= 0)
        close(pmtiles->fd);
    if (pmtiles->root)
        g_array_unref(pmtiles->root);
    g_hash_table_unref(pmtiles->leaves);
    g_free(pmtiles->path);
    g_free(pmtiles);
}

/* Reads just `size` bytes at `offset`; to be g_free'd. */
static uint8_t *read_bytes(const struct pmtiles *pmtiles, uint64_t offset, size_t size,
                           GError **error)
{
    g_autofree uint8_t *data = g_malloc(size);
    size_t done = 0;
    while (done < size) {
        ssize_t part = pread(pmtiles->fd, data + done, size - done, (off_t)(offset + done));
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0) {
            g_set_error(error, PLACE_ERROR, 0, "%s: %s", pmtiles->path,
                        part < 0 ? g_strerror(errno) : "ends too early");
            return NULL;
        }
        done += (size_t)part;
    }
    return g_steal_pointer(&data);
}

static GArray *read_directory(const struct pmtiles *pmtiles, uint64_t offset, size_t size,
                              GError **error)
{
    if (size > PMTILES_MAX_DIRECTORY_BYTES) {
        g_set_error(error, PLACE_ERROR, 0, "%s: a directory is too large", pmtiles->path);
        return NULL;
    }
    g_autofree uint8_t *data = read_bytes(pmtiles, offset, size, error);
    if (!data)
        return NULL;
    GArray *entries =
        pmtiles_read_directory(data, size, pmtiles->header.directory_compression, error);
    if (!entries)
        g_prefix_error(error, "%s: ", pmtiles->path);
    return entries;
}

/* Borrowed until the next call. */
static const GArray *leaf(struct pmtiles *pmtiles, const struct pmtiles_entry *entry,
                          GError **error)
{
    uint64_t offset = entry->offset;
    const GArray *known = g_hash_table_lookup(pmtiles->leaves, &offset);
    if (known)
        return known;
    if (offset > pmtiles->header.leaves.size_bytes) {
        g_set_error(error, PLACE_ERROR, 0, "%s: a directory lies outside", pmtiles->path);
        return NULL;
    }
    GArray *entries =
        read_directory(pmtiles, pmtiles->header.leaves.offset + offset, entry->size_bytes, error);
    if (!entries)
        return NULL;
    if (g_hash_table_size(pmtiles->leaves) >= LEAVES_KEPT)
        g_hash_table_remove_all(pmtiles->leaves);
    g_hash_table_insert(pmtiles->leaves, g_memdup2(&offset, sizeof offset), entries);
    return entries;
}

static GBytes *read_tile(const struct pmtiles *pmtiles, const struct pmtiles_entry *entry,
                         GError **error)
{
    if (entry->offset > pmtiles->header.tiles.size_bytes || entry->size_bytes > TILE_MAX_BYTES) {
        g_set_error(error, PLACE_ERROR, 0, "%s: a tile lies outside or is too large",
                    pmtiles->path);
        return NULL;
    }
    uint8_t *data =
        read_bytes(pmtiles, pmtiles->header.tiles.offset + entry->offset, entry->size_bytes, error);
    return data ? g_bytes_new_take(data, entry->size_bytes) : NULL;
}

static GBytes *pmtiles_read(void *file, int z, int x, int y, GError **error)
{
    struct pmtiles *pmtiles = file;
    uint64_t tile_id = pmtiles_tile_id(z, (uint32_t)x, (uint32_t)y);
    const GArray *directory = pmtiles->root;
    for (int depth = 0; depth < PMTILES_MAX_DEPTH; depth++) {
        const struct pmtiles_entry *entry = pmtiles_find(directory, tile_id);
        if (!entry)
            return NULL;
        if (entry->run > 0)
            return read_tile(pmtiles, entry, error);
        directory = leaf(pmtiles, entry, error);
        if (!directory)
            return NULL;
    }
    g_set_error(error, PLACE_ERROR, 0, "%s: its directories are nested too deep", pmtiles->path);
    return NULL;
}

static void *pmtiles_open(const char *path, struct tile_info *info, GError **error)
{
    static const char *const formats[] = {[PMTILES_MVT] = "pbf",
                                          [PMTILES_PNG] = "png",
                                          [PMTILES_JPEG] = "jpg",
                                          [PMTILES_WEBP] = "webp"};
    struct pmtiles *pmtiles = g_new0(struct pmtiles, 1);
    g_autofree uint8_t *head = NULL;
    pmtiles->path = g_strdup(path);
    pmtiles->leaves = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                            (GDestroyNotify)(void *)g_array_unref);
    pmtiles->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (pmtiles->fd < 0) {
        g_set_error(error, PLACE_ERROR, 0, "%s: %s", path, g_strerror(errno));
        goto fail;
    }
    head = read_bytes(pmtiles, 0, PMTILES_HEADER_BYTES, error);
    if (!head)
        goto fail;
    if (!pmtiles_read_header(head, PMTILES_HEADER_BYTES, &pmtiles->header, error)) {
        g_prefix_error(error, "%s: ", path);
        goto fail;
    }
    const struct pmtiles_header *header = &pmtiles->header;
    pmtiles->root = read_directory(pmtiles, header->root.offset, header->root.size_bytes, error);
    if (!pmtiles->root)
        goto fail;
    g_strlcpy(info->format, formats[header->type], sizeof info->format);
    info->min_zoom = MIN(header->min_zoom, TILE_MAX_ZOOM);
    info->max_zoom = MIN(header->max_zoom, TILE_MAX_ZOOM);
    return pmtiles;
fail:
    pmtiles_close(pmtiles);
    return NULL;
}

const struct tile_file_ops pmtiles_ops = {"pmtiles", pmtiles_open, pmtiles_read, pmtiles_close};
