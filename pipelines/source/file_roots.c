#include "source/file_roots.h"
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

static bool lies_in(const char *root, const char *path)
{
    size_t length = strlen(root);
    while (length && root[length - 1] == '/')
        length--;
    return !strncmp(path, root, length) && path[length] == '/' && path[length + 1];
}

/* Without "." and "..", and as the links of its folder lead, as far as there are such. */
static char *real_path(const char *path)
{
    g_autofree char *plain = g_canonicalize_filename(path, "/");
    char *resolved = realpath(plain, NULL);
    char *real = g_strdup(resolved ? resolved : plain);
    free(resolved);
    return real;
}

static bool below(const char *root, const char *path)
{
    g_autofree char *plain = g_canonicalize_filename(path, "/");
    g_autofree char *real = real_path(path);
    g_autofree char *real_root = real_path(root);
    return (lies_in(root, plain) || lies_in(real_root, plain)) &&
           (!strcmp(real, plain) || lies_in(real_root, real));
}

bool file_roots_allow(char **roots, const char *url, GError **error)
{
    if (g_ascii_strncasecmp(url, "file:", strlen("file:")) != 0)
        return true;
    g_autofree char *path = g_filename_from_uri(url, NULL, NULL);
    for (size_t i = 0; path && roots && roots[i]; i++)
        if (below(roots[i], path))
            return true;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                        "files are played only from the folders of media.file_roots");
    return false;
}
