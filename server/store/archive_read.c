#include "store/archive.h"
#include "store/store.h"
#include <gio/gio.h>
#include <string.h>

#define CHUNK         (256 * 1024)
#define MANIFEST_MOST (256 * 1024 * 1024)

struct unarchive {
    char *path;
    GInputStream *in;
    struct tar_head head;
    guint64 left; /* of the member */
    gsize padding;
};

static void fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: %s", path, what);
}

struct unarchive *unarchive_open(const char *path, GError **error)
{
    GError *bad = NULL;
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, &bad);
    if (!in) {
        fail(error, path, bad->message);
        g_error_free(bad);
        return NULL;
    }
    g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    struct unarchive *unarchive = g_new0(struct unarchive, 1);
    unarchive->path = g_strdup(path);
    unarchive->in = g_converter_input_stream_new(G_INPUT_STREAM(in), G_CONVERTER(gzip));
    return unarchive;
}

void unarchive_close(struct unarchive *unarchive)
{
    if (!unarchive)
        return;
    g_object_unref(unarchive->in);
    g_free(unarchive->path);
    g_free(unarchive);
}

/* Exactly `size` bytes. */
static bool take(struct unarchive *unarchive, void *data, gsize size, GError **error)
{
    GError *bad = NULL;
    gsize got = 0;
    if (g_input_stream_read_all(unarchive->in, data, size, &got, NULL, &bad) && got == size)
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                "%s is damaged or no backup of townwall: %s%s%s", unarchive->path,
                unarchive->head.name, *unarchive->head.name ? ": " : "",
                bad ? bad->message : "it ends too early");
    g_clear_error(&bad);
    return false;
}

static bool pass_over(struct unarchive *unarchive, GError **error)
{
    g_autofree guint8 *chunk = g_malloc(CHUNK);
    gssize got;
    while ((got = unarchive_read(unarchive, chunk, CHUNK, error)) > 0)
        ;
    return got == 0 && take(unarchive, chunk, unarchive->padding, error);
}

const struct tar_head *unarchive_next(struct unarchive *unarchive, GError **error)
{
    guint8 block[TAR_BLOCK];
    if (!pass_over(unarchive, error) || !take(unarchive, block, sizeof block, error))
        return NULL;
    if (!tar_read_head(block, &unarchive->head)) {
        fail(error, unarchive->path, "is damaged: what begins here is no file of the archive");
        return NULL;
    }
    unarchive->left = unarchive->head.size;
    unarchive->padding = tar_padding(unarchive->head.size);
    return unarchive->head.end ? NULL : &unarchive->head;
}

gssize unarchive_read(struct unarchive *unarchive, void *data, gsize size, GError **error)
{
    gsize wanted = (gsize)MIN(unarchive->left, size);
    if (!take(unarchive, data, wanted, error))
        return -1;
    unarchive->left -= wanted;
    return (gssize)wanted;
}

char *unarchive_text(struct unarchive *unarchive, gsize most, gsize *size, GError **error)
{
    if (unarchive->left > most) {
        fail(error, unarchive->path, "holds a member that is too big");
        return NULL;
    }
    *size = (gsize)unarchive->left;
    g_autofree char *text = g_malloc(*size + 1);
    if (unarchive_read(unarchive, text, *size, error) < 0)
        return NULL;
    text[*size] = '\0';
    return g_steal_pointer(&text);
}

/* --- checking */

static char *sum_of(struct unarchive *unarchive, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree guint8 *chunk = g_malloc(CHUNK);
    gssize got;
    while ((got = unarchive_read(unarchive, chunk, CHUNK, error)) > 0)
        g_checksum_update(sum, chunk, got);
    return got < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

/* Behind the last member, so that the file's own sum is looked at too. */
static bool read_rest(struct unarchive *unarchive, GError **error)
{
    guint8 block[TAR_BLOCK];
    GError *bad = NULL;
    gssize got;
    while ((got = g_input_stream_read(unarchive->in, block, sizeof block, NULL, &bad)) > 0)
        ;
    if (bad)
        fail(error, unarchive->path, "is damaged at its end");
    g_clear_error(&bad);
    return got == 0;
}

/* Names to sums of all members; *manifest: the text of the list. */
static bool read_sums(struct unarchive *unarchive, GHashTable *sums, char **manifest,
                      GError **error)
{
    GError *bad = NULL;
    const struct tar_head *head;
    while ((head = unarchive_next(unarchive, &bad))) {
        gsize size;
        if (strcmp(head->name, ARCHIVE_MANIFEST) == 0) {
            g_free(*manifest);
            *manifest = unarchive_text(unarchive, MANIFEST_MOST, &size, &bad);
        } else {
            char *name = g_strdup(head->name);
            g_hash_table_replace(sums, name, sum_of(unarchive, &bad));
        }
        if (bad)
            break;
    }
    if (!bad)
        return read_rest(unarchive, error);
    g_propagate_error(error, bad);
    return false;
}

static bool compare(const char *path, const json_t *manifest, GHashTable *sums, GError **error)
{
    size_t i;
    json_t *member, *members = json_object_get(manifest, "members");
    json_array_foreach(members, i, member)
    {
        const char *name = json_string_value(json_object_get(member, "name"));
        const char *wanted = json_string_value(json_object_get(member, "sha256"));
        const char *sum = name ? g_hash_table_lookup(sums, name) : NULL;
        if (sum && g_strcmp0(sum, wanted) == 0)
            continue;
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s is damaged: %s %s", path,
                    name ? name : "a member without name",
                    sum ? "is not what was written" : "is missing");
        return false;
    }
    if (json_array_size(members) == g_hash_table_size(sums))
        return true;
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s holds more than its list names", path);
    return false;
}

json_t *unarchive_check(const char *path, GError **error)
{
    struct unarchive *unarchive = unarchive_open(path, error);
    if (!unarchive)
        return NULL;
    g_autoptr(GHashTable) sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *text = NULL;
    bool good = read_sums(unarchive, sums, &text, error);
    unarchive_close(unarchive);
    if (!good)
        return NULL;
    json_t *manifest = text ? json_loads(text, 0, NULL) : NULL;
    if (!json_is_object(manifest)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "%s is no backup of townwall, or its end is missing", path);
        json_decref(manifest);
        return NULL;
    }
    if (!compare(path, manifest, sums, error))
        g_clear_pointer(&manifest, json_decref);
    return manifest;
}
