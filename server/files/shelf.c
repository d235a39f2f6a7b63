#include "files/shelf.h"
#include "files/file_write.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAGIC       "TWFILE1\n"
#define MAGIC_BYTES 8
#define HEAD_BYTES  (MAGIC_BYTES + crypto_secretstream_xchacha20poly1305_HEADERBYTES)
#define PIECE_BYTES 65536
#define SEAL_BYTES  crypto_secretstream_xchacha20poly1305_ABYTES
#define UNFINISHED  "unfinished"

struct shelf {
    char *dir, *unfinished; /* immutable */
};

static bool fail(GError **error, const char *what, int number)
{
    bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    g_set_error(error, SHELF_ERROR,
                full               ? SHELF_ERROR_FULL
                : number == ENOENT ? SHELF_ERROR_GONE
                                   : SHELF_ERROR_FAILED,
                "%s: %s", what, g_strerror(number));
    return false;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool fine = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return fine;
}

/* Files spread over folders by the last two letters of what is before the dot: the letters that are
 * random. */
static char *folder_of(const struct shelf *shelf, const char *name)
{
    size_t stem = strcspn(name, ".");
    char part[3] = {'_', '_', '\0'};
    if (stem >= 2)
        memcpy(part, name + stem - 2, 2);
    return g_build_filename(shelf->dir, part, NULL);
}

static char *path_of(const struct shelf *shelf, const char *name)
{
    g_autofree char *folder = folder_of(shelf, name);
    return g_build_filename(folder, name, NULL);
}

static void forget_unfinished(const struct shelf *shelf)
{
    GDir *dir = g_dir_open(shelf->unfinished, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(shelf->unfinished, name, NULL);
        g_unlink(path);
    }
    if (dir)
        g_dir_close(dir);
}

struct shelf *shelf_open(const char *dir, GError **error)
{
    struct shelf *shelf = g_new0(struct shelf, 1);
    shelf->dir = g_strdup(dir);
    shelf->unfinished = g_build_filename(dir, UNFINISHED, NULL);
    if (sodium_init() >= 0 && g_mkdir_with_parents(shelf->unfinished, 0700) == 0) {
        forget_unfinished(shelf);
        return shelf;
    }
    fail(error, dir, errno);
    shelf_close(shelf);
    return NULL;
}

void shelf_close(struct shelf *shelf)
{
    if (!shelf)
        return;
    g_free(shelf->dir);
    g_free(shelf->unfinished);
    g_free(shelf);
}

/* --- writing */

static bool write_pieces(int fd, const char *name, const uint8_t key[SHELF_KEY_BYTES],
                         GBytes *content)
{
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t head[HEAD_BYTES] = MAGIC;
    gsize size;
    const uint8_t *data = g_bytes_get_data(content, &size);
    g_autofree uint8_t *sealed = g_malloc(PIECE_BYTES + SEAL_BYTES);
    crypto_secretstream_xchacha20poly1305_init_push(&state, head + MAGIC_BYTES, key);
    bool fine = file_write_all(fd, head, sizeof head), last = false;
    for (gsize at = 0; fine && !last; at += PIECE_BYTES) {
        gsize piece = MIN(size - at, PIECE_BYTES);
        unsigned long long bytes;
        last = size - at == piece;
        crypto_secretstream_xchacha20poly1305_push(
            &state, sealed, &bytes, data + at, piece, (const uint8_t *)name, strlen(name),
            last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        fine = file_write_all(fd, sealed, bytes);
    }
    sodium_memzero(&state, sizeof state);
    return fine;
}

bool shelf_put(const struct shelf *shelf, const char *name, const uint8_t key[SHELF_KEY_BYTES],
               GBytes *content, GError **error)
{
    g_autofree char *begun = g_build_filename(shelf->unfinished, name, NULL);
    g_autofree char *folder = folder_of(shelf, name);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    int fd = open(begun, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, begun, errno);
    bool fine = write_pieces(fd, name, key, content) && fsync(fd) == 0;
    int number = errno;
    if (close(fd) != 0 && fine) {
        fine = false;
        number = errno;
    }
    bool made = fine && g_mkdir(folder, 0700) == 0;
    if (fine && !made && errno != EEXIST) {
        fine = false;
        number = errno;
    }
    if (fine && (g_rename(begun, path) != 0 || !sync_folder(folder) ||
                 (made && !sync_folder(shelf->dir)))) {
        fine = false;
        number = errno;
        g_unlink(path);
    }
    if (fine)
        return true;
    g_unlink(begun);
    return fail(error, path, number);
}

/* --- reading */

static GBytes *damaged(const char *name, GError **error)
{
    g_set_error(error, SHELF_ERROR, SHELF_ERROR_DAMAGED, "%s is damaged or of another key", name);
    return NULL;
}

/* Opens the pieces behind the head. */
static GBytes *open_pieces(const char *name, const uint8_t key[SHELF_KEY_BYTES],
                           const uint8_t *data, gsize size, GError **error)
{
    crypto_secretstream_xchacha20poly1305_state state;
    if (size < HEAD_BYTES + SEAL_BYTES || memcmp(data, MAGIC, MAGIC_BYTES) != 0 ||
        crypto_secretstream_xchacha20poly1305_init_pull(&state, data + MAGIC_BYTES, key) != 0)
        return damaged(name, error);
    uint8_t *out = g_try_malloc(size);
    gsize at = HEAD_BYTES, filled = 0;
    unsigned char tag = 0;
    bool fine = out != NULL;
    while (fine && at < size) {
        gsize piece = MIN(size - at, PIECE_BYTES + SEAL_BYTES);
        unsigned long long bytes;
        fine = tag == 0 && piece >= SEAL_BYTES &&
               crypto_secretstream_xchacha20poly1305_pull(&state, out + filled, &bytes, &tag,
                                                          data + at, piece, (const uint8_t *)name,
                                                          strlen(name)) == 0;
        if (fine)
            filled += bytes;
        at += piece;
    }
    sodium_memzero(&state, sizeof state);
    if (fine && tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)
        return g_bytes_new_take(out, filled);
    g_free(out);
    return damaged(name, error);
}

GBytes *shelf_get(const struct shelf *shelf, const char *name, const uint8_t key[SHELF_KEY_BYTES],
                  GError **error)
{
    g_autofree char *path = path_of(shelf, name);
    GError *why = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &why);
    if (!file) {
        int code = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? SHELF_ERROR_GONE
                                                                          : SHELF_ERROR_FAILED;
        g_set_error_literal(error, SHELF_ERROR, code, why->message);
        g_error_free(why);
        return NULL;
    }
    return open_pieces(name, key, (const uint8_t *)g_mapped_file_get_contents(file),
                       g_mapped_file_get_length(file), error);
}

void shelf_remove(const struct shelf *shelf, const char *name)
{
    g_autofree char *path = path_of(shelf, name);
    g_unlink(path);
}

static void gather(GPtrArray *names, const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(name));
    if (dir)
        g_dir_close(dir);
}

GPtrArray *shelf_names(const struct shelf *shelf)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(shelf->dir, 0, NULL);
    const char *entry;
    while (dir && (entry = g_dir_read_name(dir))) {
        g_autofree char *folder = g_build_filename(shelf->dir, entry, NULL);
        if (strcmp(entry, UNFINISHED) != 0)
            gather(names, folder);
    }
    if (dir)
        g_dir_close(dir);
    return names;
}

guint64 shelf_room(const struct shelf *shelf)
{
    struct statvfs about;
    if (statvfs(shelf->dir, &about) != 0)
        return G_MAXUINT64;
    return (guint64)about.f_bavail * about.f_frsize;
}
