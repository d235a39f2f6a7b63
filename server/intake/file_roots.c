#include "intake/file_roots.h"
#include "common/config.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char **file_roots_read(const json_t *config)
{
    const char *data_dir = config_string(config, "data_dir");
    g_auto(GStrv) given = g_strsplit(config_string(config, "intake.file_roots"), ":", -1);
    g_autoptr(GStrvBuilder) roots = g_strv_builder_new();
    for (size_t i = 0; given[i]; i++) {
        g_autofree char *below = g_build_filename(data_dir, given[i], NULL);
        g_autofree char *root =
            g_canonicalize_filename(g_path_is_absolute(given[i]) ? given[i] : below, NULL);
        if (*given[i])
            g_strv_builder_add(roots, root);
    }
    return g_strv_builder_end(roots);
}

static bool lies_in(const char *root, const char *path)
{
    size_t length = strlen(root);
    while (length && root[length - 1] == '/')
        length--;
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Links followed as far as there is something; what is not there yet keeps its name. Returned:
 * owned by the caller; NULL: a link leads to nothing. */
static char *real_path(const char *path)
{
    g_autofree char *head = g_canonicalize_filename(path, "/");
    g_autofree char *rest = g_strdup("");
    for (;;) {
        char *resolved = realpath(head, NULL);
        if (resolved) {
            char *real = *rest ? g_build_filename(resolved, rest, NULL) : g_strdup(resolved);
            free(resolved);
            return real;
        }
        GStatBuf about;
        if (strcmp(head, "/") == 0 || g_lstat(head, &about) == 0)
            return NULL;
        g_autofree char *name = g_path_get_basename(head);
        char *longer = *rest ? g_build_filename(name, rest, NULL) : g_strdup(name);
        g_free(rest);
        rest = longer;
        char *parent = g_path_get_dirname(head);
        g_free(head);
        head = parent;
    }
}

char *file_roots_resolve(char *const *roots, const char *path)
{
    g_autofree char *real = path && g_path_is_absolute(path) ? real_path(path) : NULL;
    for (size_t i = 0; real && roots && roots[i]; i++) {
        g_autofree char *root = real_path(roots[i]);
        if (root && lies_in(root, real))
            return g_steal_pointer(&real);
    }
    return NULL;
}

static char *fail(int fd, int code, GError **error)
{
    g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
                        code == EFBIG ? "is too large" : g_strerror(code));
    if (code == EFBIG && error)
        (*error)->code = G_FILE_ERROR_NOSPC;
    if (fd >= 0)
        close(fd);
    return NULL;
}

char *plain_file_read(const char *path, gsize most, gsize *size, GError **error)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0)
        return fail(fd, errno, error);
    if (!S_ISREG(about.st_mode))
        return fail(fd, EINVAL, error);
    if (about.st_size < 0 || (guint64)about.st_size > most)
        return fail(fd, EFBIG, error);
    g_autofree char *data = g_malloc((gsize)about.st_size + 1);
    gsize at = 0;
    while (at < (gsize)about.st_size) {
        gssize got = read(fd, data + at, (gsize)about.st_size - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(fd, errno, error);
        if (got == 0)
            break; /* it became shorter */
        at += (gsize)got;
    }
    close(fd);
    data[at] = '\0';
    *size = at;
    return g_steal_pointer(&data);
}

bool plain_folder_make(const char *path)
{
    GStatBuf about;
    if (g_mkdir(path, 0750) != 0 && errno != EEXIST)
        return false;
    return g_lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}
