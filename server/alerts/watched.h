/* A file that is read again when it changes. Loop thread only. */
#pragma once
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>

struct watched {
    char *path; /* NULL: none */
    GStatBuf seen;
};

/* Is the file there, and another one than at the last call? */
static inline bool watched_changed(struct watched *watched)
{
    GStatBuf now;
    if (!watched->path || g_stat(watched->path, &now) != 0)
        return false;
    const GStatBuf *seen = &watched->seen;
    bool same = now.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec && now.st_size == seen->st_size &&
                now.st_ino == seen->st_ino;
    watched->seen = now;
    return !same;
}
