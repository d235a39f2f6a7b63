#include "common/clock.h"
#include "common/log.h"
#include "store/archive.h"
#include "store/backup.h"
#include "store/backup_files.h"
#include "store/changes.h"
#include "store/dump.h"
#include "store/migrate.h"
#include "store/owner.h"
#include "store/place.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_MOST (64 * 1024 * 1024)

static bool refuse(GError **error, const char *file, const char *why)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_NEWER, "%s: %s", file, why);
    return false;
}

/* --- is it one of ours, and not from the future? */

static const struct migration *migration_of(gint64 number)
{
    for (const struct migration *m = migrations; m->name; m++)
        if (m->number == number)
            return m;
    return NULL;
}

static bool check_shape(const json_t *about, const char *file, GError **error)
{
    size_t i;
    json_t *one, *shape = json_object_get(about, "shape");
    json_array_foreach(shape, i, one)
    {
        const struct migration *m =
            migration_of(json_integer_value(json_object_get(one, "number")));
        if (!m)
            return refuse(error, file,
                          "it was made by a newer townwall: restore it with that program");
        g_autofree char *checksum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, m->sql, -1);
        if (g_strcmp0(checksum, json_string_value(json_object_get(one, "checksum"))) != 0)
            return refuse(error, file, "its tables have another shape than this program's");
    }
    return json_array_size(shape) > 0 ||
           refuse(error, file, "it does not say which tables it holds");
}

/* Returned: the manifest. */
static json_t *check(const char *file, GError **error)
{
    json_t *about = unarchive_check(file, error);
    if (!about)
        return NULL;
    bool good = true;
    if (g_strcmp0(json_string_value(json_object_get(about, "what")), "townwall backup") != 0)
        good = refuse(error, file, "it is no backup of townwall");
    else if (json_integer_value(json_object_get(about, "format")) != 1)
        good = refuse(error, file, "its format is of a newer townwall");
    if (!good || !check_shape(about, file, error))
        g_clear_pointer(&about, json_decref);
    return about;
}

static json_t *summary(const json_t *about, const char *file)
{
    return json_pack("{s:s,s:I,s:O*,s:O*,s:O*,s:O*,s:O*}", "file", file, "tables",
                     (json_int_t)json_array_size(json_object_get(about, "tables")), "rows",
                     json_object_get(about, "rows"), "files", json_object_get(about, "files"),
                     "made_us", json_object_get(about, "made_us"), "keys",
                     json_object_get(about, "keys"), "program", json_object_get(about, "program"));
}

json_t *restore_check(const char *file, GError **error)
{
    json_t *about = check(file, error);
    json_t *told = about ? summary(about, file) : NULL;
    json_decref(about);
    return told;
}

/* --- tables */

struct filling {
    struct store_tx *tx;
    const json_t *tables;
    struct load *load; /* NULL: none begun */
    const char *staging;
};

static const json_t *table_of(const json_t *tables, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(tables, i, one)
    {
        if (g_strcmp0(json_string_value(json_object_get(one, "name")), name) == 0)
            return one;
    }
    return NULL;
}

static bool put_lines(struct load *load, const char *text, gsize size, GError **error)
{
    const char *end = text + size;
    while (text < end) {
        const char *next = memchr(text, '\n', (gsize)(end - text));
        if (!next)
            next = end;
        if (!load_line(load, text, (gsize)(next - text), error))
            return false;
        text = next + 1;
    }
    return true;
}

/* One piece "tables/NAME/000001.jsonl": a transaction. */
static bool put_piece(struct filling *f, struct unarchive *in, const char *member, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(member, "/", 3);
    gsize size;
    g_autofree char *text = unarchive_text(in, PART_MOST, &size, error);
    const json_t *about = parts[1] ? table_of(f->tables, parts[1]) : NULL;
    if (!text)
        return false;
    if (!about)
        return refuse(error, member, "no table of the backup's list");
    if (!f->load || strcmp(load_table(f->load), parts[1]) != 0) {
        load_end(f->load);
        f->load = load_begin(f->tx, about, error);
    }
    if (!f->load || !engine_begin(f->tx->engine, true, error))
        return false;
    if (put_lines(f->load, text, size, error) && engine_commit(f->tx->engine, error))
        return true;
    engine_rollback(f->tx->engine);
    g_prefix_error(error, "%s: ", member);
    return false;
}

static bool put_file(struct filling *f, struct unarchive *in, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(f->staging, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree guint8 *chunk = g_malloc(1 << 18);
    FILE *out = g_mkdir_with_parents(folder, 0700) == 0 ? g_fopen(path, "wbxe") : NULL;
    bool good = out && fchmod(fileno(out), 0600) == 0;
    gssize got = 0;
    while (good && (got = unarchive_read(in, chunk, 1 << 18, error)) > 0)
        good = fwrite(chunk, 1, (gsize)got, out) == (gsize)got;
    if (got < 0)
        good = false;
    else if (!good || fflush(out) != 0 || fsync(fileno(out)) != 0) {
        g_set_error(error, STORE_ERROR, errno == ENOSPC ? STORE_ERROR_FULL : STORE_ERROR_FAILED,
                    "%s: %s", path, g_strerror(errno));
        good = false;
    }
    if (out)
        fclose(out);
    return good;
}

static bool put_member(struct filling *f, struct unarchive *in, const char *name, bool keys,
                       GError **error)
{
    if (g_str_has_prefix(name, "tables/"))
        return put_piece(f, in, name, error);
    const char *file = name + strlen("files/");
    if (g_str_has_prefix(name, "files/") && backup_file_belongs(file, keys))
        return put_file(f, in, file, error);
    return strcmp(name, ARCHIVE_MANIFEST) == 0 || refuse(error, name, "no file of a backup");
}

static bool put_members(struct filling *f, const char *file, GError **error)
{
    struct unarchive *in = unarchive_open(file, error);
    GError *bad = NULL;
    const struct tar_head *head;
    while (in && (head = unarchive_next(in, &bad)) && !bad)
        if (!put_member(f, in, head->name, true, &bad))
            break;
    load_end(f->load);
    f->load = NULL;
    unarchive_close(in);
    if (bad)
        g_propagate_error(error, bad);
    return in && !bad;
}

/* What migrations put into tables themselves comes again with the rows. */
static bool empty_tables(struct filling *f, GError **error)
{
    size_t i;
    json_t *one;
    json_array_foreach(f->tables, i, one)
    {
        struct load *load = load_begin(f->tx, one, error);
        if (!load)
            return false;
        g_autofree char *sql = g_strdup_printf("DELETE FROM \"%s\"", load_table(load));
        load_end(load);
        if (!engine_script(f->tx->engine, sql, error))
            return false;
    }
    return true;
}

static bool count_rows(struct filling *f, const char *file, GError **error)
{
    size_t i;
    json_t *one;
    json_array_foreach(f->tables, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        g_autofree char *sql = g_strdup_printf("SELECT COUNT(*) FROM \"%s\"", name);
        gint64 rows;
        if (!store_query_int(f->tx, error, &rows, NULL, sql, ""))
            return false;
        if (rows != json_integer_value(json_object_get(one, "rows"))) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: rows of %s are missing", file,
                        name);
            return false;
        }
    }
    return true;
}

static bool begin_epoch(struct store_tx *tx, const json_t *about, GError **error)
{
    const char *was = json_string_value(json_object_get(about, "epoch"));
    gint64 above = was ? g_ascii_strtoll(was, NULL, 10) : 0;
    if (!engine_begin(tx->engine, true, error))
        return false;
    if (changes_begin_epoch(tx, MAX(above + 1, clock_wall_us() / 1000), error))
        return engine_commit(tx->engine, error);
    engine_rollback(tx->engine);
    return false;
}

/* The migrations that the backup's store had, so that its rows fit. */
static bool shape(struct store_tx *tx, const json_t *about, GError **error)
{
    size_t i;
    json_t *one;
    g_autoptr(GArray) table = g_array_new(TRUE, TRUE, sizeof(struct migration));
    json_array_foreach(json_object_get(about, "shape"), i, one)
    {
        const struct migration *m =
            migration_of(json_integer_value(json_object_get(one, "number")));
        if (m)
            g_array_append_vals(table, m, 1);
    }
    return migrate(tx, (const struct migration *)table->data, clock_wall_us(), error);
}

/* Fills the empty place that `place` made. */
static bool fill(struct place *place, const char *staging, const json_t *about, const char *file,
                 GError **error)
{
    struct filling f = {
        .tx = place_tx(place), .tables = json_object_get(about, "tables"), .staging = staging};
    return shape(f.tx, about, error) && place_unbind(place, error) && empty_tables(&f, error) &&
           put_members(&f, file, error) && count_rows(&f, file, error) &&
           place_bind(place, error) && migrate(f.tx, migrations, clock_wall_us(), error) &&
           begin_epoch(f.tx, about, error);
}

/* --- files: from the staging folder into the data folder, what was there goes to `before` */

static bool swap_files(const char *data_dir, const char *staging, const char *before,
                       GError **error)
{
    g_autoptr(GPtrArray) names = backup_files(staging, true);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *from = g_build_filename(staging, names->pdata[i], NULL);
        g_autofree char *to = g_build_filename(data_dir, names->pdata[i], NULL);
        g_autofree char *away = g_build_filename(before, names->pdata[i], NULL);
        g_autofree char *to_folder = g_path_get_dirname(to);
        g_autofree char *away_folder = g_path_get_dirname(away);
        bool good = g_mkdir_with_parents(to_folder, 0700) == 0;
        if (good && g_file_test(to, G_FILE_TEST_EXISTS))
            good = g_mkdir_with_parents(away_folder, 0700) == 0 && g_rename(to, away) == 0;
        if (!good || g_rename(from, to) != 0) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: %s", to, g_strerror(errno));
            return false;
        }
    }
    return true;
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *entry;
    while (dir && (entry = g_dir_read_name(dir))) {
        g_autofree char *at = g_build_filename(path, entry, NULL);
        if (g_file_test(at, G_FILE_TEST_IS_DIR) && !g_file_test(at, G_FILE_TEST_IS_SYMLINK))
            remove_tree(at);
        else
            g_unlink(at);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(path);
}

json_t *restore_apply(const struct backup_options *options, const char *file, GError **error)
{
    json_t *about = check(file, error), *told = NULL;
    if (!about)
        return NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *second = g_date_time_format(now, "%Y%m%d%H%M%S");
    g_autofree char *stamp = g_strdup_printf("%s%06d", second, g_date_time_get_microsecond(now));
    g_autofree char *staging = g_build_filename(options->data_dir, "restoring", NULL);
    g_autofree char *name = g_strconcat("before-restore-", stamp, NULL);
    g_autofree char *before = g_build_filename(options->data_dir, name, NULL);
    remove_tree(staging);
    g_mkdir_with_parents(staging, 0700);
    struct place *place = place_make(options->store, error);
    if (place && fill(place, staging, about, file, error) && place_swap(place, stamp, error) &&
        swap_files(options->data_dir, staging, before, error))
        told = summary(about, file);
    place_end(place);
    remove_tree(staging);
    json_decref(about);
    return told;
}
