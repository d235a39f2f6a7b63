#include "fixture.h"
#include "store/migrate.h"

static void expect_refused(struct fixture *f, const char *words)
{
    GError *error = NULL;
    struct store_options options = {.path = f->path};
    g_assert_null(store_open(&options, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_NEWER);
    g_assert_nonnull(strstr(error->message, words));
    g_clear_error(&error);
}

static void test_newer_database_is_refused(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO schema_migration (number, name, checksum, applied_us)"
                   " VALUES (9999, '9999_future', 'x', 0)");
    fixture_close(f);
    expect_refused(f, "newer townwall");
    fixture_free(f);
}

static void test_edited_migration_is_refused(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "UPDATE schema_migration SET checksum = 'x' WHERE number = 1");
    fixture_close(f);
    expect_refused(f, "0001_core");
    fixture_free(f);
}

static void test_each_is_applied_once(void)
{
    struct fixture *f = fixture_new();
    for (int i = 0; i < 3; i++) {
        fixture_open(f, 0, 0);
        fixture_close(f);
    }
    int count = 0;
    for (const struct migration *m = migrations; m->name; m++)
        count++;
    for (const struct migration *m = migrations; m[1].name; m++)
        g_assert_cmpint(m->number, <, m[1].number);
    fixture_open(f, 0, 0);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM schema_migration"), ==, count);
    fixture_free(f);
}

static void test_broken_migration_leaves_nothing(void)
{
    static const struct migration table[] = {
        {1, "0001_first", "CREATE TABLE first (a TEXT);", NULL},
        {2, "0002_broken", "CREATE TABLE second (a TEXT); CREATE TABLE first (a TEXT);", NULL},
        {0, NULL, NULL, NULL},
    };
    struct fixture *f = fixture_new();
    GError *error = NULL;
    struct store_tx *tx = tx_open(f->path, false, &error);
    g_assert_no_error(error);
    g_assert_false(migrate(tx, table, 1, &error));
    g_assert_nonnull(strstr(error->message, "0002_broken"));
    g_clear_error(&error);
    gint64 tables;
    g_assert_true(store_query_int(tx, &error, &tables, NULL,
                                  fixture_server()
                                      ? "SELECT COUNT(*) FROM pg_tables WHERE tablename"
                                        " IN ('first', 'second')"
                                      : "SELECT COUNT(*) FROM sqlite_master WHERE name"
                                        " IN ('first', 'second')",
                                  ""));
    g_assert_cmpint(tables, ==, 1);
    tx_close(tx);
    fixture_free(f);
}

static bool try_sql(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, job, "");
}

static void assert_refused(struct fixture *f, const char *sql)
{
    GError *error = NULL;
    g_assert_false(store_write_now(f->store, try_sql, (gpointer)sql, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_CONSTRAINT);
    g_clear_error(&error);
}

static void test_records_cannot_be_changed(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO audit (seq, time_us, action, prev_hash, hash)"
                   " VALUES (1, 1, 'login', x'00', x'01')");
    assert_refused(f, "UPDATE audit SET action = 'logout'");
    assert_refused(f, "DELETE FROM audit");
    fixture_sql(f,
                "INSERT INTO view_log (id, user_id, login, name, unit, reason, camera, profile,"
                " kind, start_us) VALUES ('v', 'u', 'l', 'n', 'u', 'r', 'c1', 'sub', 'live', 1)");
    assert_refused(f, "UPDATE view_log SET camera = 'c2'");
    fixture_sql(f, "UPDATE view_log SET end_us = 2, end_reason = 'stopped'");
    assert_refused(f, "UPDATE view_log SET end_us = 3");
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/migrate/newer-database", test_newer_database_is_refused);
    g_test_add_func("/store/migrate/edited-migration", test_edited_migration_is_refused);
    g_test_add_func("/store/migrate/each-once", test_each_is_applied_once);
    g_test_add_func("/store/migrate/broken-leaves-nothing", test_broken_migration_leaves_nothing);
    g_test_add_func("/store/migrate/records-cannot-be-changed", test_records_cannot_be_changed);
    return fixture_run();
}
