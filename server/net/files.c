/* The built web pages: read once into memory, again when a file changes. */
#include "common/log.h"
#include "net/private.h"
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES ((off_t)64 * 1024 * 1024) /* longer ones are not pages */

struct variant {
    GBytes *bytes; /* NULL: does not exist */
    gint64 mtime_ns;
    gint64 size;
};

enum { PLAIN, GZIP, BROTLI, VARIANTS };
static const struct {
    const char *suffix, *coding;
} variants[VARIANTS] = {{"", "identity"}, {".gz", "gzip"}, {".br", "br"}};

struct file {
    struct variant variant[VARIANTS];
    char *etag[VARIANTS]; /* quoted */
};

struct files {
    char *dir;
    GHashTable *known; /* request path → struct file */
};

static void file_free(gpointer data)
{
    struct file *file = data;
    for (int i = 0; i < VARIANTS; i++) {
        g_clear_pointer(&file->variant[i].bytes, g_bytes_unref);
        g_free(file->etag[i]);
    }
    g_free(file);
}

struct files *files_create(const char *dir)
{
    if (!dir)
        return NULL;
    struct files *files = g_new0(struct files, 1);
    files->dir = g_strdup(dir);
    files->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
    return files;
}

void files_destroy(struct files *files)
{
    if (!files)
        return;
    g_hash_table_destroy(files->known);
    g_free(files->dir);
    g_free(files);
}

/* Brings one variant up to date with the disk. Returned: whether it exists. */
static bool load(struct file *file, int which, const char *path)
{
    struct variant *variant = &file->variant[which];
    struct stat info;
    bool exists = stat(path, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= FILE_BYTES;
    gint64 mtime_ns = exists ? (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec : 0;
    if (exists && variant->bytes && variant->mtime_ns == mtime_ns &&
        variant->size == (gint64)info.st_size)
        return true;
    g_clear_pointer(&variant->bytes, g_bytes_unref);
    g_clear_pointer(&file->etag[which], g_free);
    char *data;
    gsize size;
    g_autoptr(GError) error = NULL;
    if (!exists)
        return false;
    if (!g_file_get_contents(path, &data, &size, &error)) {
        log_warn(NET_OBJECT, "%s", error->message);
        return false;
    }
    variant->bytes = g_bytes_new_take(data, size);
    variant->mtime_ns = mtime_ns;
    variant->size = (gint64)info.st_size;
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, variant->bytes);
    file->etag[which] = g_strdup_printf("\"%.24s%s\"", sum, variants[which].suffix);
    return true;
}

/* Returned: the file at a safe request path, brought up to date; NULL when there is none. */
static struct file *find(struct files *files, const char *path)
{
    g_autofree char *name = g_strconcat(files->dir, path, NULL);
    struct file *file = g_hash_table_lookup(files->known, path);
    struct file *fresh = file ? NULL : g_new0(struct file, 1);
    struct file *one = file ? file : fresh;
    if (!load(one, PLAIN, name)) {
        if (file)
            g_hash_table_remove(files->known, path);
        else
            file_free(fresh);
        return NULL;
    }
    for (int i = PLAIN + 1; i < VARIANTS; i++) {
        g_autofree char *packed = g_strconcat(name, variants[i].suffix, NULL);
        /* a packed file older than its source is a leftover */
        if (load(one, i, packed) && one->variant[i].mtime_ns < one->variant[PLAIN].mtime_ns)
            g_clear_pointer(&one->variant[i].bytes, g_bytes_unref);
    }
    if (fresh)
        g_hash_table_insert(files->known, g_strdup(path), fresh);
    return one;
}

static int choose(const struct file *file, const char *accepted)
{
    size_t size = accepted ? strlen(accepted) : 0;
    for (int i = VARIANTS - 1; i > PLAIN; i--)
        if (file->variant[i].bytes &&
            http_accepts(accepted ? accepted : "", size, variants[i].coding))
            return i;
    return PLAIN;
}

/* Whether the build put a hash of the content into the name ("/assets/wall-B3x9Qa1_.js"). */
static bool is_immutable(const char *path)
{
    const char *dash = strrchr(path, '-');
    return g_str_has_prefix(path, "/assets/") && dash && strcspn(dash + 1, ".") >= 8;
}

/* Pages have no dot in their last part: "/cases/17". */
static bool is_page(const char *path)
{
    return !strchr(strrchr(path, '/'), '.');
}

void files_serve(struct files *files, struct net_request *request)
{
    const char *path = request->path;
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    struct file *file = find(files, path);
    if (!file && is_page(path)) {
        path = "/index.html";
        file = find(files, path);
    }
    if (!file) {
        net_reply_error(request, 404, "not_found", "没有这个页面", "There is no such page");
        return;
    }
    int which = choose(file, net_request_header(request, "accept-encoding"));
    const char *type = http_media_type(path);
    const char *listed = net_request_header(request, "if-none-match");
    net_request_set_header(request, "Cache-Control",
                           is_immutable(path) ? "public, max-age=31536000, immutable" : "no-cache");
    net_request_set_header(request, "ETag", file->etag[which]);
    net_request_set_header(request, "Vary", "Accept-Encoding");
    if (listed && http_etag_listed(listed, strlen(listed), file->etag[which])) {
        reply_bytes(request, 304, NULL, NULL, true);
        return;
    }
    if (which != PLAIN)
        net_request_set_header(request, "Content-Encoding", variants[which].coding);
    reply_bytes(request, 200, type, file->variant[which].bytes, true);
}
