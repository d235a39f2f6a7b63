#include "store/archive.h"
#include "store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Level 1 is four times as quick as the usual one and a sixth bigger. */
#define GZIP_LEVEL 1
#define CHUNK      (256 * 1024)

struct archive {
    char *path, *part;
    int fd;
    GOutputStream *out;
    json_t *members;
};

static bool fail(GError **error, const char *path, int code)
{
    g_set_error(error, STORE_ERROR,
                code == ENOSPC || code == EDQUOT ? STORE_ERROR_FULL : STORE_ERROR_FAILED, "%s: %s",
                path, g_strerror(code));
    return false;
}

struct archive *archive_create(const char *path, GError **error)
{
    struct archive *archive = g_new0(struct archive, 1);
    archive->path = g_strdup(path);
    archive->part = g_strconcat(path, ".part", NULL);
    archive->members = json_array();
    g_unlink(archive->part);
    archive->fd = g_open(archive->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (archive->fd < 0) {
        fail(error, archive->part, errno);
        g_clear_pointer(&archive->part, g_free);
        archive_drop(archive);
        return NULL;
    }
    g_autoptr(GOutputStream) file = g_unix_output_stream_new(archive->fd, FALSE);
    g_autoptr(GZlibCompressor) gzip =
        g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, GZIP_LEVEL);
    archive->out = g_converter_output_stream_new(file, G_CONVERTER(gzip));
    return archive;
}

static void archive_free(struct archive *archive)
{
    g_clear_object(&archive->out);
    if (archive->fd >= 0)
        close(archive->fd);
    json_decref(archive->members);
    g_free(archive->path);
    g_free(archive->part);
    g_free(archive);
}

void archive_drop(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->part)
        g_unlink(archive->part);
    archive_free(archive);
}

static bool put(struct archive *archive, const void *data, gsize size, GError **error)
{
    GError *bad = NULL;
    if (g_output_stream_write_all(archive->out, data, size, NULL, NULL, &bad))
        return true;
    bool full = g_error_matches(bad, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    g_set_error(error, STORE_ERROR, full ? STORE_ERROR_FULL : STORE_ERROR_FAILED, "%s: %s",
                archive->path, bad->message);
    g_error_free(bad);
    return false;
}

static bool put_head(struct archive *archive, const char *name, guint64 size, GError **error)
{
    guint8 block[TAR_BLOCK];
    if (tar_write_head(block, name, size, g_get_real_time() / G_USEC_PER_SEC))
        return put(archive, block, sizeof block, error);
    g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: too long a name or too big a file",
                name);
    return false;
}

static bool put_padding(struct archive *archive, guint64 size, GError **error)
{
    static const guint8 zeros[TAR_BLOCK];
    return put(archive, zeros, tar_padding(size), error);
}

static void list(struct archive *archive, const char *name, guint64 size, const char *sha256)
{
    json_array_append_new(archive->members, json_pack("{s:s,s:I,s:s}", "name", name, "size",
                                                      (json_int_t)size, "sha256", sha256));
}

bool archive_add(struct archive *archive, const char *name, const void *data, gsize size,
                 GError **error)
{
    g_autofree char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
    list(archive, name, size, sha256);
    return put_head(archive, name, size, error) && put(archive, data, size, error) &&
           put_padding(archive, size, error);
}

/* Exactly `size` bytes: a file that grows is as it was, one that shrank is an error. */
static bool put_file(struct archive *archive, int fd, const char *path, guint64 size,
                     GChecksum *sum, GError **error)
{
    g_autofree guint8 *chunk = g_malloc(CHUNK);
    while (size > 0) {
        ssize_t got = read(fd, chunk, MIN(size, CHUNK));
        if (got <= 0)
            return fail(error, path, got < 0 ? errno : ENODATA);
        g_checksum_update(sum, chunk, got);
        if (!put(archive, chunk, (gsize)got, error))
            return false;
        size -= (guint64)got;
    }
    return true;
}

bool archive_add_file(struct archive *archive, const char *name, const char *path, GError **error)
{
    struct stat about;
    int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0 || fstat(fd, &about) != 0) {
        fail(error, path, errno);
        if (fd >= 0)
            close(fd);
        return false;
    }
    guint64 size = (guint64)about.st_size;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    bool good = put_head(archive, name, size, error) &&
                put_file(archive, fd, path, size, sum, error) && put_padding(archive, size, error);
    close(fd);
    if (good)
        list(archive, name, size, g_checksum_get_string(sum));
    return good;
}

static bool sync_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = g_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        fail(error, folder, errno);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool make_whole(struct archive *archive, guint64 *bytes, GError **error)
{
    struct stat about;
    if (fsync(archive->fd) != 0 || fstat(archive->fd, &about) != 0)
        return fail(error, archive->part, errno);
    if (g_rename(archive->part, archive->path) != 0)
        return fail(error, archive->path, errno);
    if (bytes)
        *bytes = (guint64)about.st_size;
    return sync_folder(archive->path, error);
}

bool archive_finish(struct archive *archive, json_t *about, guint64 *bytes, GError **error)
{
    static const guint8 zeros[2 * TAR_BLOCK];
    json_object_set(about, "members", archive->members);
    g_autofree char *text = json_dumps(about, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    GError *bad = NULL;
    bool good = put_head(archive, ARCHIVE_MANIFEST, strlen(text), error) &&
                put(archive, text, strlen(text), error) &&
                put_padding(archive, strlen(text), error) &&
                put(archive, zeros, sizeof zeros, error);
    if (good && !g_output_stream_close(archive->out, NULL, &bad)) {
        bool full = g_error_matches(bad, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
        g_set_error(error, STORE_ERROR, full ? STORE_ERROR_FULL : STORE_ERROR_FAILED, "%s: %s",
                    archive->path, bad->message);
        g_error_free(bad);
        good = false;
    }
    good = good && make_whole(archive, bytes, error);
    if (good)
        archive_free(archive);
    else
        archive_drop(archive);
    return good;
}
