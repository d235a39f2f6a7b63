#include "fixture.h"
#include "store/archive.h"
#include "store/backup.h"
#include "store/backup_files.h"
#include "store/dump.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *in_folder(struct fixture *f, const char *name)
{
    return g_build_filename(f->folder, name, NULL);
}

static struct backup_options options_of(struct fixture *f)
{
    return (struct backup_options){
        .store = f->path, .data_dir = f->folder, .keys = true, .program = "test"};
}

/* Values of every kind, in tables that lean on each other. */
static bool fill_write(struct store_tx *tx, gpointer job, GError **error)
{
    static const guint8 hash[] = {0, 1, 0xff, '\n'};
    (void)job;
    /* the parent comes after its child in the order of codes */
    return store_exec(tx, error,
                      "INSERT INTO area (code, parent, kind, name, lon, lat, updated_us) VALUES"
                      " ('b', NULL, 'town', '石桥', 120.5, NULL, 1), ('a', 'b', 'cell',"
                      " 'x\"\\',  -0.1, 1e-9, 9007199254740993)",
                      "") &&
           store_exec(tx, error,
                      "INSERT INTO audit (seq, time_us, action, details, prev_hash, hash)"
                      " VALUES (1, ?, ?, ?, ?, ?)",
                      "issbb", G_MAXINT64, "line\nand\ttab\x01", "{}", hash, sizeof hash, "",
                      (gsize)0) &&
           store_exec(tx, error,
                      "INSERT INTO alert_search (alert, words) VALUES ('1', '噪 噪音 音'),"
                      " ('2', '邻 邻里 里 noise')",
                      "") &&
           store_announce(tx, "area", "b", "{}", error);
}

static void fill(struct fixture *f)
{
    GError *error = NULL;
    store_write_now(f->store, fill_write, NULL, &error);
    g_assert_no_error(error);
}

static bool gather_part(const char *lines, gsize size, gpointer user, GError **error)
{
    (void)error;
    g_string_append_len(user, lines, (gssize)size);
    return true;
}

static gint by_line(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All tables, their rows sorted; what a restore changes on purpose is left out. */
static char *contents(const char *where)
{
    GError *error = NULL;
    struct store_tx *tx = tx_open(where, true, &error);
    g_assert_no_error(error);
    g_assert_true(engine_begin(tx->engine, false, &error));
    g_auto(GStrv) tables = dump_tables(tx, &error);
    GString *all = g_string_new(NULL);
    for (char **table = tables; *table; table++) {
        g_autoptr(GString) text = g_string_new(NULL);
        json_decref(dump_table(tx, *table, gather_part, text, &error));
        g_assert_no_error(error);
        g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
        qsort(lines, g_strv_length(lines), sizeof *lines, by_line);
        g_string_append_printf(all, "== %s\n", *table);
        for (char **line = lines; *line; line++)
            if (!g_str_has_prefix(*line, "[\"epoch\",") && !g_str_has_prefix(*line, "[\"owner\","))
                g_string_append_printf(all, "%s\n", *line);
    }
    engine_rollback(tx->engine);
    tx_close(tx);
    return g_string_free(all, FALSE);
}

static void backup(struct fixture *f, const char *file)
{
    GError *error = NULL;
    const struct backup_options options = options_of(f);
    json_t *told = backup_write(&options, file, &error);
    g_assert_no_error(error);
    g_assert_cmpint(json_integer_value(json_object_get(told, "bytes")), >, 0);
    json_decref(told);
}

static void restore(struct fixture *f, const char *file)
{
    GError *error = NULL;
    const struct backup_options options = options_of(f);
    json_t *told = restore_apply(&options, file, &error);
    g_assert_no_error(error);
    json_decref(told);
}

static void assert_found(struct fixture *f, const char *query, gint64 count)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT COUNT(*) FROM alert_search WHERE alert_search MATCH '%s'", query);
    if (!fixture_server()) /* elsewhere words are asked for by a placeholder only */
        g_assert_cmpint(fixture_int(f, sql), ==, count);
}

static void test_comes_back_in_an_empty_place(void)
{
    struct fixture *f = fixture_new(), *g = fixture_new();
    fixture_open(f, 0, 0);
    fill(f);
    fixture_sql(f, "INSERT INTO user_account (id, login, name, password_hash, password_us,"
                   " created_us, updated_us) VALUES ('u', 'u', 'u', 'x', 0, 0, 0)");
    fixture_sql(f, "INSERT INTO session (token_hash, id, user_id, csrf, address, created_us,"
                   " seen_us) VALUES (x'01', 's', 'u', 'c', 'a', 1, 1)");
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    backup(f, file);
    struct stat about;
    g_assert_cmpint(stat(file, &about), ==, 0);
    g_assert_cmpint(about.st_mode & 0777, ==, 0600);
    gint64 epoch, seq, new_epoch;
    store_position(f->store, &epoch, &seq);
    fixture_close(f);
    restore(g, file);
    g_autofree char *was = contents(f->path);
    g_autofree char *is = contents(g->path);
    g_assert_cmpstr(is, ==, was);
    fixture_open(g, 0, 0);
    store_position(g->store, &new_epoch, &seq);
    g_assert_cmpint(new_epoch, >, epoch);
    g_assert_cmpint(seq, ==, 0);
    g_assert_cmpint(fixture_int(g, "SELECT COUNT(*) FROM session"), ==, 0);
    g_assert_cmpint(fixture_int(g, "SELECT COUNT(*) FROM outbox"), ==, 0);
    assert_found(g, "\"邻里\"", 1);
    fixture_free(f);
    fixture_free(g);
}

/* What was there stays beside it; records are guarded as before. */
static void test_replaces_what_is_there(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fill(f);
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    backup(f, file);
    g_autofree char *was = contents(f->path);
    fixture_sql(f, "DELETE FROM area WHERE code = 'a'");
    fixture_sql(f, "INSERT INTO setting (name, value) VALUES ('later', 'x')");
    GError *error = NULL;
    const struct backup_options options = options_of(f);
    g_assert_null(restore_apply(&options, file, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY); /* a server has it open */
    g_clear_error(&error);
    fixture_close(f);
    restore(f, file);
    g_autofree char *is = contents(f->path);
    g_assert_cmpstr(is, ==, was);
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO setting (name, value) VALUES ('after', 'x')");
    fixture_free(f);
}

/* Moving from one engine to the other is a backup and a restore. */
static void test_goes_to_the_other_engine_and_back(void)
{
    struct fixture *f = fixture_new(), *g = fixture_new();
    g_autofree char *path = in_folder(f, "other.db");
    g_autofree char *one = in_folder(f, "1.tar.gz");
    g_autofree char *two = in_folder(f, "2.tar.gz");
    fixture_open(f, 0, 0);
    fill(f);
    backup(f, one);
    struct fixture other = {.folder = f->folder, .path = path};
    restore(&other, one);
    backup(&other, two);
    restore(g, two);
    g_autofree char *was = contents(f->path);
    g_autofree char *between = contents(path);
    g_autofree char *is = contents(g->path);
    g_assert_cmpstr(between, ==, was);
    g_assert_cmpstr(is, ==, was);
    fixture_free(f);
    fixture_free(g);
}

/* --- while others write */

static bool pair_write(struct store_tx *tx, gpointer job, GError **error)
{
    g_autofree char *a = g_strdup_printf("a-%u", *(unsigned *)job);
    g_autofree char *b = g_strdup_printf("b-%u", *(unsigned *)job);
    return store_setting_put(tx, a, "x", error) && store_setting_put(tx, b, "x", error);
}

struct background {
    struct backup_options options;
    const char *file;
    gint done;
};

static gpointer back_up_beside(gpointer user)
{
    struct background *b = user;
    GError *error = NULL;
    json_t *told = backup_write(&b->options, b->file, &error);
    g_assert_no_error(error);
    json_decref(told);
    g_atomic_int_set(&b->done, 1);
    return NULL;
}

static void test_is_of_one_instant(void)
{
    struct fixture *f = fixture_new(), *g = fixture_new();
    fixture_open(f, 0, 0);
    unsigned number = 0;
    for (; number < 200; number++)
        g_assert_true(store_write_now(f->store, pair_write, &number, NULL));
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    struct background b = {.options = options_of(f), .file = file};
    GThread *thread = g_thread_new("backup", back_up_beside, &b);
    for (; !g_atomic_int_get(&b.done); number++)
        g_assert_true(store_write_now(f->store, pair_write, &number, NULL));
    g_thread_join(thread);
    g_assert_cmpuint(number, >, 201); /* it went on meanwhile */
    restore(g, file);
    fixture_open(g, 0, 0);
    gint64 pairs = fixture_int(g, "SELECT COUNT(*) FROM setting WHERE name LIKE 'a-%'");
    g_assert_cmpint(pairs, >=, 200);
    g_assert_cmpint(fixture_int(g, "SELECT COUNT(*) FROM setting a WHERE name LIKE 'a-%' AND EXISTS"
                                   " (SELECT 1 FROM setting b WHERE b.name = 'b-' ||"
                                   " substr(a.name, 3))"),
                    ==, pairs);
    fixture_free(f);
    fixture_free(g);
}

/* --- files */

static void put_text(struct fixture *f, const char *name, const char *text)
{
    g_autofree char *path = in_folder(f, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_text(struct fixture *f, const char *name, const char *text)
{
    g_autofree char *path = in_folder(f, name);
    g_autofree char *is = NULL;
    g_file_get_contents(path, &is, NULL, NULL);
    g_assert_cmpstr(is, ==, text);
}

static void clean(struct fixture *f)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'/*", f->folder);
    g_assert_true(g_spawn_command_line_sync("true", NULL, NULL, NULL, NULL));
    char *argv[] = {(char *)"sh", (char *)"-c", command, NULL};
    g_assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void test_files_go_with_it(void)
{
    struct fixture *f = fixture_new(), *g = fixture_new();
    fixture_open(f, 0, 0);
    put_text(f, "attachments/ab/photo.jpg", "picture");
    put_text(f, "feeds.key", "secret");
    put_text(f, "wall.sock.txt", "not ours");
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    g_autofree char *open = in_folder(f, "open.tar.gz");
    backup(f, file);
    struct backup_options options = options_of(f);
    options.keys = false;
    GError *error = NULL;
    json_decref(backup_write(&options, open, &error));
    g_assert_no_error(error);
    put_text(g, "feeds.key", "another");
    restore(g, open);
    assert_text(g, "attachments/ab/photo.jpg", "picture");
    assert_text(g, "feeds.key", "another");
    restore(g, file);
    assert_text(g, "feeds.key", "secret");
    assert_text(g, "wall.sock.txt", NULL);
    fixture_close(f);
    clean(f);
    clean(g);
    fixture_free(f);
    fixture_free(g);
}

static void test_names_of_files(void)
{
    g_assert_true(backup_file_belongs("attachments/a/b", false));
    g_assert_true(backup_file_belongs("people.key", true));
    static const char *const foreign[] = {"people.key/x",
                                          "../feeds.key",
                                          "attachments/../x",
                                          "/etc/passwd",
                                          "townwall.db",
                                          "attachments//x",
                                          "",
                                          "attachments/",
                                          "attachments2/x"};
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++)
        g_assert_false(backup_file_belongs(foreign[i], true));
    g_assert_false(backup_file_belongs("people.key", false));
    g_assert_false(backup_file_belongs("tls/key.pem", false));
}

/* --- what is wrong with it */

static void assert_refused(const char *file, const char *words)
{
    GError *error = NULL;
    g_assert_null(restore_check(file, &error));
    g_assert_nonnull(error);
    if (words)
        g_assert_nonnull(strstr(error->message, words));
    g_clear_error(&error);
}

/* SHA-256 of what is in it; owned by the caller, NULL: it cannot be unpacked. */
static char *content_of(const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) raw = g_file_read(file, NULL, NULL);
    g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) in =
        g_converter_input_stream_new(G_INPUT_STREAM(raw), G_CONVERTER(gzip));
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 data[4096];
    gssize got;
    while ((got = g_input_stream_read(in, data, sizeof data, NULL, NULL)) > 0)
        g_checksum_update(sum, data, got);
    return got < 0 ? NULL : g_strdup(g_checksum_get_string(sum));
}

/* A byte of the packed file may be one that changes nothing of what is in it: of a code that no
 * symbol uses. Returned: whether it was one that counts. */
static bool refused_if_it_counts(const char *bad, const char *whole)
{
    g_autofree char *content = content_of(bad);
    if (content && strcmp(content, whole) == 0)
        return false;
    assert_refused(bad, NULL);
    return true;
}

static void test_damaged_files_are_refused(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fill(f);
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    g_autofree char *bad = in_folder(f, "bad.tar.gz");
    backup(f, file);
    g_autofree char *data = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(file, &data, &size, NULL));
    g_autofree char *whole = content_of(file);
    guint counted = 0;
    for (gsize at = 20; at < size - 8; at += size / 25) {
        data[at] = (char)~data[at];
        g_assert_true(g_file_set_contents(bad, data, (gssize)size, NULL));
        g_test_message("damaged at %zu of %zu", at, size);
        counted += refused_if_it_counts(bad, whole);
        data[at] = (char)~data[at];
    }
    g_assert_cmpuint(counted, >=, 20);
    for (gsize length = 0; length < size - 8; length += size / 10) {
        g_assert_true(g_file_set_contents(bad, data, (gssize)length, NULL));
        assert_refused(bad, "bad.tar.gz");
    }
    assert_refused("/nonexistent/backup", "/nonexistent/backup");
    fixture_free(f);
}

static void test_newer_and_foreign_ones_are_refused(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *file = in_folder(f, "backup.tar.gz");
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO schema_migration (number, name, checksum, applied_us)"
                   " VALUES (9999, '9999_future', 'x', 0)");
    backup(f, file);
    assert_refused(file, "newer townwall");
    fixture_sql(f, "DELETE FROM schema_migration WHERE number = 9999");
    fixture_sql(f, "UPDATE schema_migration SET checksum = 'x' WHERE number = 1");
    backup(f, file);
    assert_refused(file, "another shape");
    struct archive *archive = archive_create(file, NULL);
    json_t *about = json_pack("{s:s}", "what", "something else");
    g_assert_true(archive_add(archive, "a", "b", 1, NULL));
    g_assert_true(archive_finish(archive, about, NULL, NULL));
    assert_refused(file, "no backup of townwall");
    json_decref(about);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/backup/empty-place", test_comes_back_in_an_empty_place);
    g_test_add_func("/store/backup/replaces", test_replaces_what_is_there);
    g_test_add_func("/store/backup/other-engine", test_goes_to_the_other_engine_and_back);
    g_test_add_func("/store/backup/one-instant", test_is_of_one_instant);
    g_test_add_func("/store/backup/files", test_files_go_with_it);
    g_test_add_func("/store/backup/names", test_names_of_files);
    g_test_add_func("/store/backup/damaged", test_damaged_files_are_refused);
    g_test_add_func("/store/backup/newer", test_newer_and_foreign_ones_are_refused);
    return fixture_run();
}
