#include "intake/cap_shelf.h"
#include "common/log.h"
#include "intake/cap_event.h"
#include "intake/file_roots.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

enum {
    QUIET_US = 1000000,  /* a file that is still written to is left alone */
    RETRY_US = 10000000, /* of moving */
    MOST_NAMES = 10000,  /* that are tried for a file whose name is there already */
};

struct cap_shelf {
    char *feed, *given;
    char *const *file_roots;
    char *path;        /* where it really lies, looked up again each time; NULL: nowhere */
    GHashTable *stuck; /* name → struct stuck: dealt with, but still there */
    int64_t tried_us;  /* to move them, by the wall clock */
};

struct stuck {
    struct cap_file file; /* its name, and which one it is */
    const char *to;
    char *reason;
};

struct cap_shelf *cap_shelf_create(const char *feed, const char *path, char *const *file_roots)
{
    struct cap_shelf *shelf = g_new0(struct cap_shelf, 1);
    *shelf = (struct cap_shelf){
        .feed = g_strdup(feed), .given = g_strdup(path), .file_roots = file_roots};
    return shelf;
}

void cap_shelf_destroy(struct cap_shelf *shelf)
{
    if (!shelf)
        return;
    g_clear_pointer(&shelf->stuck, g_hash_table_destroy);
    g_free(shelf->feed);
    g_free(shelf->given);
    g_free(shelf->path);
    g_free(shelf);
}

void cap_file_free(struct cap_file *file)
{
    if (!file)
        return;
    event_unref(file->event);
    g_free(file->name);
    g_free(file->why);
    g_free(file);
}

void cap_trouble_clear(struct cap_trouble *trouble)
{
    g_clear_pointer(&trouble->zh, g_free);
    g_clear_pointer(&trouble->en, g_free);
}

/* --- out of the way */

/* Into done/ or failed/; a name that is there already gets a number. */
static bool move(const struct cap_shelf *shelf, const char *name, const char *to,
                 const char *reason, struct cap_trouble *trouble)
{
    g_autofree char *dir = g_build_filename(shelf->path, to, NULL);
    g_autofree char *from = g_build_filename(shelf->path, name, NULL);
    g_autofree char *target = g_build_filename(dir, name, NULL);
    bool ready = plain_folder_make(dir);
    for (int i = 2; g_file_test(target, G_FILE_TEST_EXISTS) && i < MOST_NAMES; i++) {
        g_free(target);
        g_autofree char *numbered = g_strdup_printf("%d-%s", i, name);
        target = g_build_filename(dir, numbered, NULL);
    }
    if (!ready || g_rename(from, target) != 0) {
        const char *why = ready ? g_strerror(errno) : "that is no folder";
        cap_trouble_clear(trouble);
        trouble->en = g_strdup_printf("%s cannot be moved to %s: %s", from, dir, why);
        trouble->zh = g_strdup_printf("文件无法移走：%s", trouble->en);
        return false;
    }
    if (!reason)
        return true;
    g_autofree char *beside = g_strconcat(target, ".reason.txt", NULL);
    g_autofree char *line = g_strconcat(reason, "\n", NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(beside, line, -1, &error))
        log_warn("intake", "%s", error->message);
    return true;
}

static void stuck_free(gpointer data)
{
    struct stuck *stuck = data;
    g_free(stuck->file.name);
    g_free(stuck->reason);
    g_free(stuck);
}

void cap_shelf_put(struct cap_shelf *shelf, const struct cap_file *file, const char *to,
                   const char *reason, struct cap_trouble *trouble)
{
    if (!shelf->path || move(shelf, file->name, to, reason, trouble))
        return;
    struct stuck *stuck = g_new0(struct stuck, 1);
    *stuck = (struct stuck){.to = to, .reason = g_strdup(reason)};
    stuck->file = (struct cap_file){
        .name = g_strdup(file->name), .inode = file->inode, .changed_us = file->changed_us};
    if (!shelf->stuck)
        shelf->stuck = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, stuck_free);
    g_hash_table_replace(shelf->stuck, stuck->file.name, stuck);
    log_warn("intake", "%s", trouble->en);
}

/* Which file is it? false: none that is plain. */
static bool look_at(const struct cap_shelf *shelf, const char *name, uint64_t *inode,
                    int64_t *changed_us)
{
    g_autofree char *path = g_build_filename(shelf->path, name, NULL);
    GStatBuf about;
    if (g_lstat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    *inode = about.st_ino;
    *changed_us = (int64_t)about.st_mtim.tv_sec * G_USEC_PER_SEC + about.st_mtim.tv_nsec / 1000;
    return true;
}

/* Forgets those that somebody took away or wrote anew, and tries the others again. */
static void try_stuck(struct cap_shelf *shelf, int64_t now_us, struct cap_trouble *trouble)
{
    GHashTableIter iter;
    gpointer value;
    bool again = ABS(now_us - shelf->tried_us) >= RETRY_US;
    if (!shelf->stuck)
        return;
    g_hash_table_iter_init(&iter, shelf->stuck);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct stuck *stuck = value;
        uint64_t inode;
        int64_t changed_us;
        bool same = look_at(shelf, stuck->file.name, &inode, &changed_us) &&
                    inode == stuck->file.inode && changed_us == stuck->file.changed_us;
        if (!same || (again && move(shelf, stuck->file.name, stuck->to, stuck->reason, trouble)))
            g_hash_table_iter_remove(&iter);
    }
    if (again)
        shelf->tried_us = now_us;
}

/* --- one after the other */

static bool is_message(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return *name != '.' && (g_str_has_suffix(lower, ".xml") || g_str_has_suffix(lower, ".cap"));
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Names in their order: what refers to another comes after it in most systems. Returned: to be
 * unreffed; NULL: the folder cannot be read. */
static GPtrArray *list(const struct cap_shelf *shelf, struct cap_trouble *trouble)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = shelf->path ? g_dir_open(shelf->path, 0, &error) : NULL;
    if (!dir) {
        trouble->zh = g_strdup(shelf->path ? "文件夹无法读取" : "文件夹" FILE_ROOTS_ZH);
        trouble->en = g_strdup(shelf->path ? error->message : "the folder " FILE_ROOTS_EN);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        if (is_message(name))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

static void refuse(struct cap_file *file, const char *zh, const char *en)
{
    file->zh = zh;
    file->why = g_strdup(en);
}

static void read_file(const struct cap_shelf *shelf, struct cap_file *file, int64_t now_us)
{
    g_autofree char *path = g_build_filename(shelf->path, file->name, NULL);
    g_autoptr(GError) error = NULL;
    gsize size;
    g_autofree char *data = plain_file_read(path, CAP_MAX_BYTES, &size, &error);
    if (!data) {
        bool large = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
        refuse(file, large ? "过大" : "文件无法读取",
               large ? "XML: is larger than 1 MiB" : error->message);
        return;
    }
    const char *zh = NULL, *note = NULL;
    struct cap_alert *alert = cap_read(data, size, &zh, &error);
    file->event = alert ? cap_event(alert, shelf->feed, now_us, &note, &error) : NULL;
    cap_free(alert);
    if (error)
        refuse(file, zh ? zh : "消息不合格", error->message);
    else
        file->why = g_strdup(note);
}

struct cap_file *cap_shelf_next(struct cap_shelf *shelf, int64_t now_us,
                                struct cap_trouble *trouble)
{
    g_free(shelf->path);
    shelf->path = file_roots_resolve(shelf->file_roots, shelf->given);
    g_autoptr(GPtrArray) names = list(shelf, trouble);
    if (!names)
        return NULL;
    try_stuck(shelf, now_us, trouble);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        struct cap_file found = {0};
        if ((shelf->stuck && g_hash_table_contains(shelf->stuck, name)) ||
            !look_at(shelf, name, &found.inode, &found.changed_us) ||
            now_us - found.changed_us < QUIET_US)
            continue;
        struct cap_file *file = g_memdup2(&found, sizeof found);
        file->name = g_strdup(name);
        read_file(shelf, file, now_us);
        return file;
    }
    return NULL;
}
