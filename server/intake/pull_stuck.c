#include "intake/pull_stuck.h"
#include "intake/file_roots.h"
#include <errno.h>
#include <glib/gstdio.h>

#define NAMED 3 /* in a sentence */

int pull_stuck_move(const char *dir, const char *name, const char *folder)
{
    g_autofree char *from = g_build_filename(dir, name, NULL);
    g_autofree char *into = g_build_filename(dir, folder, NULL);
    g_autofree char *to = g_build_filename(into, name, NULL);
    errno = 0;
    if (!plain_folder_make(into))
        return errno ? errno : ENOTDIR;
    return g_rename(from, to) == 0 ? 0 : errno;
}

/* Which file it is, and in which state. Returned: owned by the caller; NULL: it is gone. */
static json_t *identity(const char *dir, const char *name, const char *folder)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    GStatBuf about;
    if (g_lstat(path, &about) != 0)
        return NULL;
    json_int_t changed_us =
        (json_int_t)about.st_mtim.tv_sec * G_USEC_PER_SEC + about.st_mtim.tv_nsec / 1000;
    return json_pack("{s:I,s:I,s:s}", "inode", (json_int_t)about.st_ino, "changed_us", changed_us,
                     "to", folder);
}

json_t *pull_stuck_look(const json_t *kept, const char *dir)
{
    json_t *stuck = json_object();
    const char *name;
    json_t *was;
    json_object_foreach((json_t *)kept, name, was)
    {
        const char *folder = json_string_value(json_object_get(was, "to"));
        json_t *is = folder ? identity(dir, name, folder) : NULL;
        if (is && json_equal(is, was) && pull_stuck_move(dir, name, folder) != 0)
            json_object_set(stuck, name, was);
        json_decref(is);
    }
    return stuck;
}

bool pull_stuck_add(json_t *stuck, const char *dir, const char *name, const char *folder)
{
    json_t *is = identity(dir, name, folder);
    if (json_object_size(stuck) >= PULL_STUCK_MOST) {
        json_decref(is);
        return false;
    }
    if (is)
        json_object_set_new(stuck, name, is);
    return true;
}

void pull_stuck_tell(const json_t *stuck, char **zh, char **en)
{
    g_autoptr(GString) names = g_string_new(NULL);
    unsigned count = (unsigned)json_object_size(stuck), named = 0;
    const char *name;
    json_t *value;
    if (!count)
        return;
    json_object_foreach((json_t *)stuck, name, value)
    {
        (void)value;
        if (named++ < NAMED)
            g_string_append_printf(names, "%s%s", named > 1 ? ", " : "", name);
    }
    if (count > NAMED)
        g_string_append(names, " …");
    *zh = g_strdup_printf("%u 个文件已处理但移不走，请检查目录权限：%s", count, names->str);
    *en = g_strdup_printf(
        "%u file%s dealt with and cannot be moved away (may we write into the folder?): %s", count,
        count == 1 ? " is" : "s are", names->str);
}
