/* A folder into which another system drops CSV files: each is read piece by piece, in the order of
 * their names, and moved to "done" when it is through, to "bad" when it is no CSV. The cursor is
 * {"file","inode","at","line","through","stuck"}; what it lacks is not so. */
#include "intake/csv_table.h"
#include "intake/file_roots.h"
#include "intake/pull_source.h"
#include "intake/pull_stuck.h"
#include "intake/rejects.h"
#include <glib/gstdio.h>
#include <string.h>

#define SETTLED_S 2 /* a file that changed later may still be written to */

static bool check(const json_t *settings, const char **field)
{
    return pull_has(settings, "dir", field) && g_path_is_absolute(pull_text(settings, "dir"));
}

/* Returned: the first file that is ready and not dealt with, owned by the caller; NULL with *zh:
 * the folder cannot be read, else there is none. */
static char *find_file(const char *dir_path, const json_t *stuck, char **zh, char **en)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(dir_path, 0, &error);
    char *first = NULL;
    if (!dir) {
        pull_fail(zh, en, "目录读不了", "the folder cannot be read", error->message);
        return NULL;
    }
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(dir_path, name, NULL);
        GStatBuf about;
        bool csv = g_str_has_suffix(name, ".csv") || g_str_has_suffix(name, ".CSV");
        if (!csv || *name == '.' || !g_utf8_validate(name, -1, NULL) ||
            g_lstat(path, &about) != 0 || !S_ISREG(about.st_mode) ||
            about.st_mtime + SETTLED_S > g_get_real_time() / G_USEC_PER_SEC ||
            json_object_get(stuck, name))
            continue;
        if (first && strcmp(first, name) <= 0)
            continue;
        g_free(first);
        first = g_strdup(name);
    }
    return first;
}

/* UTF-8, or GB18030 as spreadsheets write it. Returned: owned by the caller; NULL: neither. */
static char *read_text(const char *path, gsize *size)
{
    char *text = plain_file_read(path, PULL_BYTES, size, NULL);
    if (!text)
        return NULL;
    if (g_utf8_validate(text, (gssize)*size, NULL))
        return text;
    gsize written = 0;
    char *utf8 = memchr(text, '\0', *size)
                     ? NULL
                     : g_convert(text, (gssize)*size, "UTF-8", "GB18030", NULL, &written, NULL);
    g_free(text);
    *size = written;
    return utf8;
}

static void note(struct pull_job *job, const char *field, const char *zh, const char *en)
{
    if (!job->faults)
        job->faults = g_ptr_array_new_with_free_func(reject_free);
    g_ptr_array_add(job->faults, reject_new(NULL, g_get_real_time(), field, zh, en));
}

static void note_row(struct pull_job *job, const char *name, guint line, struct form_fault *fault)
{
    g_autofree char *zh = g_strdup_printf("%s 第 %u 行：%s", name, line, fault->zh);
    g_autofree char *en = g_strdup_printf("%s, line %u: %s", name, line, fault->en);
    note(job, fault->field, zh, en);
    form_fault_clear(fault);
}

/* Another file of the same name is another file. */
static json_int_t inode_of(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    GStatBuf about;
    return g_lstat(path, &about) == 0 ? (json_int_t)about.st_ino : -1;
}

/* Is it the file that the cursor means? */
static bool is_current(const struct pull_job *job, const char *dir, const char *name)
{
    return name && g_strcmp0(json_string_value(json_object_get(job->cursor, "file")), name) == 0 &&
           json_integer_value(json_object_get(job->cursor, "inode")) == inode_of(dir, name);
}

/* Takes up to PULL_ROWS rows from where the cursor is. Returned: is the file through? */
static bool read_piece(struct pull_job *job, struct csv_table *table, const char *dir,
                       const char *name)
{
    json_int_t at = json_integer_value(json_object_get(job->cursor, "at"));
    if (is_current(job, dir, name) && at > 0 && (size_t)at <= table->reader.size) {
        table->reader.at = (size_t)at;
        table->reader.line = (guint)json_integer_value(json_object_get(job->cursor, "line"));
    }
    for (guint read = 0; read < PULL_ROWS; read++) {
        struct form_fault fault = {0};
        json_t *row = NULL;
        guint line = 0;
        enum csv_row kind = csv_table_next(table, &row, &line, &fault);
        if (kind == CSV_ROW_END)
            return true;
        if (kind == CSV_ROW)
            json_array_append_new(job->rows, row);
        else
            note_row(job, name, line, &fault);
    }
    return false;
}

/* Out of the way; what cannot be moved is told once and passed over. false: too many are stuck. */
static bool put_away(struct pull_job *job, json_t *stuck, const char *dir, const char *name,
                     const char *folder, char **zh, char **en)
{
    int code = pull_stuck_move(dir, name, folder);
    if (code == 0)
        return true;
    g_autofree char *zh_line =
        g_strdup_printf("文件 %s 移不到 %s/：%s", name, folder, g_strerror(code));
    g_autofree char *en_line =
        g_strdup_printf("file %s cannot be moved to %s/: %s", name, folder, g_strerror(code));
    if (!pull_stuck_add(stuck, dir, name, folder))
        return pull_fail(zh, en, "移不走的文件太多，不再往下读",
                         "too many files cannot be moved: nothing more is read", en_line);
    note(job, NULL, zh_line, en_line);
    return true;
}

/* What is no CSV is told once and put away. */
static bool refuse_file(struct pull_job *job, json_t *stuck, const char *dir, const char *name,
                        const struct form_fault *fault, char **zh, char **en)
{
    g_autofree char *zh_line = g_strdup_printf("文件 %s %s", name, fault->zh);
    g_autofree char *en_line = g_strdup_printf("file %s %s", name, fault->en);
    note(job, fault->field, zh_line, en_line);
    return put_away(job, stuck, dir, name, "bad", zh, en);
}

/* Returned: where it is read on, owned by the caller; NULL: it is put away, or *zh says why not. */
static json_t *read_file(struct pull_job *job, json_t *stuck, const char *dir, const char *name,
                         char **zh, char **en)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    gsize size = 0;
    g_autofree char *text = read_text(path, &size);
    struct csv_table table = {0};
    struct form_fault fault = {.field = NULL,
                               .zh = "不是 16 MiB 以内的 UTF-8 或 GB18030 文本",
                               .en = g_strdup("is no UTF-8 or GB18030 text of at most 16 MiB")};
    if (text)
        form_fault_clear(&fault);
    job->more = true;
    if (!text || !csv_table_open(&table, text, size, &fault)) {
        refuse_file(job, stuck, dir, name, &fault, zh, en);
        form_fault_clear(&fault);
        csv_table_close(&table);
        return NULL;
    }
    bool through = read_piece(job, &table, dir, name);
    json_t *at =
        json_pack("{s:s,s:I,s:I,s:i,s:b}", "file", name, "inode", inode_of(dir, name), "at",
                  (json_int_t)table.reader.at, "line", (int)table.reader.line, "through", through);
    csv_table_close(&table);
    return at;
}

/* The cursor after this round: `at` is taken. */
static void settle(struct pull_job *job, json_t *at, json_t *stuck)
{
    json_t *next = at ? at : json_object();
    if (json_object_size(stuck))
        json_object_set(next, "stuck", stuck);
    if (json_equal(next, job->cursor))
        json_decref(next);
    else
        job->next = next;
    pull_stuck_tell(stuck, &job->trouble_zh, &job->trouble_en);
}

static bool read_next(struct pull_job *job, json_t *stuck, const char *dir, char **zh, char **en)
{
    const char *done = json_string_value(json_object_get(job->cursor, "file"));
    /* its last rows are on the stream since the cursor says so */
    if (json_is_true(json_object_get(job->cursor, "through")) && is_current(job, dir, done) &&
        !put_away(job, stuck, dir, done, "done", zh, en))
        return false;
    g_autofree char *name = find_file(dir, stuck, zh, en);
    json_t *at = name ? read_file(job, stuck, dir, name, zh, en) : NULL;
    if (*zh) {
        json_decref(at);
        return false;
    }
    settle(job, at, stuck);
    return true;
}

static bool run(struct pull_job *job, char **zh, char **en)
{
    const char *dir = pull_text(job->settings, "dir");
    json_t *stuck = pull_stuck_look(json_object_get(job->cursor, "stuck"), dir);
    job->rows = json_array();
    bool good = read_next(job, stuck, dir, zh, en);
    json_decref(stuck);
    return good;
}

const struct pull_source pull_drop = {"csv_drop", "dir", check, run};
