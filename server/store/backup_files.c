#include "store/backup_files.h"
#include <string.h>

/* What is in the data folder besides is in the store, is made anew, or belongs to other programs.
 */
static const struct {
    const char *name; /* a file, or a folder with all in it */
    bool key;
} kept[] = {
    {"attachments", false},         {"rules.json", false}, {"checklists.json", false},
    {"camera-certificates", false}, {"tls", true},         {"keys", true},
};

bool backup_file_belongs(const char *name, bool keys)
{
    if (!tar_name_is_safe(name))
        return false;
    if (g_str_has_prefix(name, "attachments/unfinished/"))
        return false;
    gsize first = strcspn(name, "/");
    if (!name[first] && g_str_has_suffix(name, ".key"))
        return keys;
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        if (strlen(kept[i].name) == first && strncmp(name, kept[i].name, first) == 0)
            return keys || !kept[i].key;
    return false;
}

static void gather(GPtrArray *names, const char *data_dir, const char *folder, bool keys)
{
    g_autofree char *path = g_build_filename(data_dir, folder, NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *entry;
    while (dir && (entry = g_dir_read_name(dir))) {
        g_autofree char *name = *folder ? g_build_filename(folder, entry, NULL) : g_strdup(entry);
        g_autofree char *at = g_build_filename(data_dir, name, NULL);
        if (!backup_file_belongs(name, keys) || g_file_test(at, G_FILE_TEST_IS_SYMLINK))
            continue;
        if (g_file_test(at, G_FILE_TEST_IS_DIR))
            gather(names, data_dir, name, keys);
        else if (g_file_test(at, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(names, g_strdup(name));
    }
    if (dir)
        g_dir_close(dir);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *backup_files(const char *data_dir, bool keys)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    gather(names, data_dir, "", keys);
    g_ptr_array_sort(names, by_name);
    return names;
}
