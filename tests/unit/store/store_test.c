#include "fixture.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

struct put {
    const char *name, *value;
    bool fail;
    GError *error;
    unsigned *done;
};

static bool put_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct put *put = job;
    if (!store_exec(tx, error, "INSERT INTO setting (name, value) VALUES (?, ?)", "ss", put->name,
                    put->value))
        return false;
    if (put->fail)
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "asked to");
    return !put->fail;
}

static void put_done(gpointer job, const GError *error)
{
    struct put *put = job;
    put->error = error ? g_error_copy(error) : NULL;
    ++*put->done;
}

static void test_failed_write_is_undone_alone(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    unsigned done = 0;
    struct put puts[] = {{"a", "1", false, NULL, &done},
                         {"b", "2", true, NULL, &done},
                         {"a", "3", false, NULL, &done},
                         {"c", "4", false, NULL, &done}};
    for (size_t i = 0; i < G_N_ELEMENTS(puts); i++)
        store_write(f->store, put_write, &puts[i], put_done);
    fixture_turn(&done, 4);
    g_assert_no_error(puts[0].error);
    g_assert_error(puts[1].error, STORE_ERROR, STORE_ERROR_REFUSED);
    g_assert_error(puts[2].error, STORE_ERROR, STORE_ERROR_CONSTRAINT);
    g_assert_no_error(puts[3].error);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('a','b','c')"), ==,
                    2);
    g_assert_cmpint(fixture_int(f, "SELECT value FROM setting WHERE name = 'a'"), ==, 1);
    g_clear_error(&puts[1].error);
    g_clear_error(&puts[2].error);
    fixture_free(f);
}

static bool count_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error,
                      "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT)"
                      " WHERE name = 'n'",
                      "");
}

static void count_done(gpointer job, const GError *error)
{
    g_assert_no_error(error);
    ++*(unsigned *)job;
}

static void test_writes_share_commits(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO setting (name, value) VALUES ('n', '0')");
    struct store_stats before, after;
    store_stats(f->store, &before);
    unsigned done = 0;
    for (int i = 0; i < 2000; i++)
        store_write(f->store, count_write, &done, count_done);
    fixture_turn(&done, 2000);
    store_stats(f->store, &after);
    g_assert_cmpint(fixture_int(f, "SELECT value FROM setting WHERE name = 'n'"), ==, 2000);
    g_assert_cmpuint(after.writes - before.writes, ==, 2000);
    g_assert_cmpuint(after.commits - before.commits, <, 1000);
    fixture_free(f);
}

static bool types_write(struct store_tx *tx, gpointer job, GError **error)
{
    static const uint8_t blob[] = {0, 1, 255};
    (void)job;
    return store_exec(tx, error, "CREATE TABLE t (s TEXT, i BIGINT, d DOUBLE PRECISION, b BLOB)",
                      "") &&
           store_exec(tx, error, "INSERT INTO t (s, i, d, b) VALUES (?, ?, ?, ?)", "sidb", "石桥",
                      G_MININT64, 0.5, blob, sizeof blob) &&
           store_changed(tx) == 1 &&
           store_exec(tx, error, "INSERT INTO t (s, i, d, b) VALUES (?, ?, ?, ?)", "sndn",
                      (const char *)NULL, (double)NAN);
}

static bool types_read(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    store_rows_auto rows =
        store_query(tx, error, "SELECT s, i, d, b FROM t ORDER BY i DESC NULLS LAST", "");
    g_assert_nonnull(rows);
    g_assert_true(store_rows_next(rows, error));
    g_assert_cmpstr(store_text(rows, 0), ==, "石桥");
    g_assert_cmpint(store_int(rows, 1), ==, G_MININT64);
    g_assert_cmpfloat(store_double(rows, 2), ==, 0.5);
    size_t size;
    const uint8_t *blob = store_blob(rows, 3, &size);
    g_assert_cmpuint(size, ==, 3);
    g_assert_cmpuint(blob[2], ==, 255);
    /* the same statement inside itself */
    store_rows_auto inner =
        store_query(tx, error, "SELECT s, i, d, b FROM t ORDER BY i DESC NULLS LAST", "");
    g_assert_true(store_rows_next(inner, error));
    g_assert_true(store_rows_next(rows, error));
    g_assert_null(store_text(rows, 0));
    g_assert_true(store_null(rows, 1));
    g_assert_true(isnan(store_double(rows, 2)));
    g_assert_null(store_blob(rows, 3, &size));
    g_assert_false(store_rows_next(rows, error));
    g_assert_cmpint(store_int(inner, 1), ==, G_MININT64);
    return true;
}

static void test_values_come_back(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    g_assert_true(store_write_now(f->store, types_write, NULL, &error));
    g_assert_no_error(error);
    g_assert_true(store_read_now(f->store, types_read, NULL, &error));
    g_assert_no_error(error);
    fixture_free(f);
}

static void test_reader_cannot_write(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    unsigned done = 0;
    struct put put = {"a", "1", false, NULL, &done};
    store_read(f->store, put_write, &put, put_done);
    fixture_turn(&done, 1);
    g_assert_error(put.error, STORE_ERROR, STORE_ERROR_FAILED);
    g_clear_error(&put.error);
    fixture_free(f);
}

static void test_too_many_jobs_are_refused_later(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 3, 0);
    unsigned done = 0;
    struct put puts[5];
    for (size_t i = 0; i < 5; i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        puts[i] = (struct put){names[i], "1", false, NULL, &done};
        store_write(f->store, put_write, &puts[i], put_done);
    }
    g_assert_cmpuint(done, ==, 0);
    fixture_turn(&done, 5);
    g_assert_no_error(puts[2].error);
    g_assert_error(puts[3].error, STORE_ERROR, STORE_ERROR_BUSY);
    g_assert_error(puts[4].error, STORE_ERROR, STORE_ERROR_BUSY);
    g_clear_error(&puts[3].error);
    g_clear_error(&puts[4].error);
    fixture_free(f);
}

static void test_close_commits_what_waits(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO setting (name, value) VALUES ('n', '0')");
    unsigned done = 0;
    for (int i = 0; i < 50; i++)
        store_write(f->store, count_write, &done, count_done);
    fixture_close(f);
    g_assert_cmpuint(done, ==, 50);
    fixture_open(f, 0, 0);
    g_assert_cmpint(fixture_int(f, "SELECT value FROM setting WHERE name = 'n'"), ==, 50);
    fixture_free(f);
}

static void test_files_are_private(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GStatBuf status;
    g_autofree char *wal = g_strconcat(f->path, "-wal", NULL);
    g_assert_cmpint(g_stat(f->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    g_assert_cmpint(g_stat(wal, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    fixture_free(f);
}

static void test_is_owned_once(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    struct store_options options = {.path = f->path};
    g_assert_null(store_open(&options, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    g_clear_error(&error);
    fixture_free(f);
}

static bool silent_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)tx;
    (void)job;
    (void)error;
    return false;
}

static void test_a_job_without_reason_is_a_failure(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    g_assert_false(store_write_now(f->store, silent_write, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FAILED);
    g_clear_error(&error);
    fixture_free(f);
}

static bool locked_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    store_rows_auto rows = store_query(tx, error, "SELECT n FROM held", "");
    return rows && store_rows_next(rows, error) && store_exec(tx, error, "DROP TABLE held", "");
}

static bool mistyped_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error, "INSERT INTO typed (n) VALUES (?)", "s", "no number");
}

/* What passes is told apart from what is refused each time. */
static void test_kinds_of_failure(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    fixture_sql(f, "CREATE TABLE held (n BIGINT)");
    fixture_sql(f, "INSERT INTO held (n) VALUES (1), (2)");
    fixture_sql(f, "CREATE TABLE typed (n INTEGER PRIMARY KEY)");
    if (!fixture_server()) {
        g_assert_false(store_write_now(f->store, locked_write, NULL, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
        g_clear_error(&error);
    }
    g_assert_false(store_write_now(f->store, mistyped_write, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_CONSTRAINT);
    g_clear_error(&error);
    fixture_free(f);
}

static bool big_write(struct store_tx *tx, gpointer job, GError **error)
{
    g_autofree char *text = g_strnfill(200000, 'x');
    return store_exec(tx, error, "INSERT INTO setting (name, value) VALUES (?, ?)", "ss",
                      (const char *)job, text);
}

/* A full disk fails what does not fit, and nothing else: not what was acknowledged, not what comes
 * once there is room again. */
static void test_full_disk(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    g_assert_true(store_write_now(f->store, big_write, (gpointer) "before", &error));
    fixture_sql(f, "PRAGMA max_page_count = 120");
    int refused = 0;
    for (int i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("full%d", i);
        bool fine = store_write_now(f->store, big_write, name, &error);
        refused += !fine;
        if (!fine)
            g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
        g_clear_error(&error);
    }
    g_assert_cmpint(refused, >=, 2);
    struct store_stats stats;
    store_stats(f->store, &stats);
    g_assert_true(stats.full);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name LIKE 'full%'"), ==,
                    4 - refused);
    fixture_sql(f, "PRAGMA max_page_count = 100000");
    store_probe(f->store);
    store_drain(f->store);
    store_stats(f->store, &stats);
    g_assert_false(stats.full);
    g_assert_true(store_write_now(f->store, big_write, (gpointer) "after", &error));
    g_assert_cmpint(
        fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('before', 'after')"), ==, 2);
    fixture_free(f);
}

static void test_ids_sort_by_age(void)
{
    g_autofree char *a = store_id_new();
    g_autofree char *b = store_id_new();
    g_assert_cmpuint(strlen(a), ==, 26);
    g_assert_cmpstr(a, !=, b);
    g_assert_cmpint(strncmp(a, b, 10), <=, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/kinds-of-failure", test_kinds_of_failure);
    g_test_add_func("/store/failed-write-is-undone-alone", test_failed_write_is_undone_alone);
    g_test_add_func("/store/writes-share-commits", test_writes_share_commits);
    g_test_add_func("/store/values-come-back", test_values_come_back);
    g_test_add_func("/store/reader-cannot-write", test_reader_cannot_write);
    g_test_add_func("/store/too-many-jobs-are-refused-later", test_too_many_jobs_are_refused_later);
    g_test_add_func("/store/close-commits-what-waits", test_close_commits_what_waits);
    g_test_add_func("/store/is-owned-once", test_is_owned_once);
    g_test_add_func("/store/a-job-without-reason", test_a_job_without_reason_is_a_failure);
    if (!fixture_server()) {
        g_test_add_func("/store/files-are-private", test_files_are_private);
        g_test_add_func("/store/full-disk", test_full_disk);
    }
    g_test_add_func("/store/ids-sort-by-age", test_ids_sort_by_age);
    return fixture_run();
}
