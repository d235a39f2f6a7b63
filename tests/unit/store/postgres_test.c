/* What only a server does: connections that end, commits whose answer is lost, another owner. */
#include "fixture.h"
#include "store/engine.h"
#include <string.h>

static bool put_write(struct store_tx *tx, gpointer job, GError **error)
{
    return store_setting_put(tx, job, "x", error) && store_announce(tx, "t", job, "{}", error);
}

static void put(struct fixture *f, const char *name)
{
    GError *error = NULL;
    store_write_now(f->store, put_write, (gpointer)name, &error);
    g_assert_no_error(error);
}

/* As SQL says it: how many connections of ours there are, and their ends. */
#define OURS                                                                                       \
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "          \
    "'townwall%'"
#define END_ALL "SELECT COUNT(pg_terminate_backend(pid)) " OURS

static void psql(struct fixture *f, const char *sql)
{
    g_free(server_psql(fixture_server(), f->path, sql));
}

static void wait_for(struct fixture *f, const char *sql)
{
    gint64 until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    for (;;) {
        g_autofree char *answer = server_psql(fixture_server(), f->path, sql);
        if (strcmp(answer, "t") == 0)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
    }
}

static void test_idle_connections_come_back(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    put(f, "a");
    psql(f, END_ALL);
    wait_for(f, "SELECT COUNT(*) = 0 " OURS);
    put(f, "b");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('a', 'b')"), ==, 2);
    fixture_free(f);
}

static void test_away_and_back(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    put(f, "a");
    server_kill(fixture_server());
    GError *error = NULL;
    g_assert_false(store_write_now(f->store, put_write, (gpointer) "b", &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    g_clear_error(&error);
    struct store_stats stats;
    store_stats(f->store, &stats);
    g_assert_true(stats.away);
    server_again(fixture_server());
    gint64 until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    for (; stats.away; store_stats(f->store, &stats)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        store_probe(f->store);
        store_drain(f->store);
    }
    put(f, "c");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('a', 'b', 'c')"),
                    ==, 2);
    fixture_free(f);
}

struct put_job {
    const char *name;
    GError *error;
    unsigned done;
    unsigned quick; /* commits that were over before they could be cut */
};

static bool job_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct put_job *put_job = job;
    return put_write(tx, (gpointer)put_job->name, error);
}

static void job_done(gpointer job, const GError *error)
{
    struct put_job *put_job = job;
    put_job->error = error ? g_error_copy(error) : NULL;
    put_job->done++;
}

#define COMMITTING OURS " AND query = 'COMMIT' AND state = 'active'"

/* Is it committing? false: it is done already. */
static bool wait_for_commit(struct fixture *f, const struct put_job *job)
{
    for (;;) {
        g_autofree char *is =
            server_psql(fixture_server(), f->path, "SELECT COUNT(*) = 1 " COMMITTING);
        if (strcmp(is, "t") == 0)
            return true;
        while (g_main_context_iteration(NULL, FALSE))
            ;
        if (job->done)
            return false;
    }
}

/* The connection is cut while the server commits; what it did with it is found out. Commits that
 * the server has not yet begun to hold up come before it (job->quick). */
static void cut_at_commit(struct fixture *f, struct put_job *job)
{
    store_write(f->store, job_write, job, job_done);
    while (!wait_for_commit(f, job)) {
        g_assert_no_error(job->error);
        job->done = 0;
        job->quick++;
        store_write(f->store, job_write, job, job_done);
    }
    psql(f, "SELECT pg_terminate_backend(pid) " COMMITTING);
    fixture_turn(&job->done, 1);
}

static void test_commit_that_was_undone(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    psql(f, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN IF NEW.name = ''slow'' THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END';"
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON setting DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION slow()");
    struct put_job job = {.name = "slow"};
    cut_at_commit(f, &job);
    g_assert_error(job.error, STORE_ERROR, STORE_ERROR_BUSY);
    g_clear_error(&job.error);
    put(f, "after");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('slow', 'after')"),
                    ==, 1);
    fixture_free(f);
}

static void test_commit_that_was_done(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    /* it commits here and then waits for a copy elsewhere that does not exist */
    psql(f, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    psql(f, "SELECT pg_reload_conf()");
    struct put_job job = {.name = "waits"};
    cut_at_commit(f, &job);
    g_assert_no_error(job.error);
    psql(f, "ALTER SYSTEM RESET synchronous_standby_names");
    psql(f, "SELECT pg_reload_conf()");
    put(f, "after");
    store_drain(f->store);
    gint64 epoch, seq;
    store_position(f->store, &epoch, &seq);
    g_assert_cmpint(seq, ==, job.quick + 2);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name IN ('waits', 'after')"),
                    ==, 2);
    fixture_free(f);
}

static bool run_sql(struct store_tx *tx, gpointer job, GError **error)
{
    gint64 value;
    return store_query_int(tx, error, &value, NULL, job, "");
}

static bool become_another(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error, "UPDATE setting SET value = '7' WHERE name = 'owner'", "");
}

/* The other process of the test below, with a database of its server. */
static void write_as_if_alone(const char *url)
{
    struct store_options options = {.path = url};
    struct store *store = store_open(&options, NULL);
    store_write_now(store, become_another, NULL, NULL);
    store_write_now(store, run_sql, (gpointer) "SELECT pg_terminate_backend(pg_backend_pid())",
                    NULL);
    store_write_now(store, put_write, (gpointer) "a", NULL);
}

/* A program whose database another one took meanwhile ends before it writes. */
static void test_another_owner(void)
{
    if (g_test_subprocess()) {
        write_as_if_alone(g_getenv("TW_TEST_URL"));
        return;
    }
    struct fixture *f = fixture_new();
    g_setenv("TW_TEST_URL", f->path, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*not as this program left it*");
    g_autofree char *rows =
        server_psql(fixture_server(), f->path, "SELECT COUNT(*) FROM setting WHERE name = 'a'");
    g_assert_cmpstr(rows, ==, "0");
    fixture_free(f);
}

static void assert_server_refused(struct fixture *f, const char *setting, const char *words)
{
    GError *error = NULL;
    struct store_options options = {.path = f->path};
    g_autofree char *off = g_strdup_printf("ALTER SYSTEM SET %s = off", setting);
    g_autofree char *reset = g_strdup_printf("ALTER SYSTEM RESET %s", setting);
    g_autofree char *is_off = g_strdup_printf("SELECT current_setting('%s') = 'off'", setting);
    psql(f, off);
    psql(f, "SELECT pg_reload_conf()");
    wait_for(f, is_off);
    g_assert_null(store_open(&options, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, words));
    g_clear_error(&error);
    psql(f, reset);
    psql(f, "SELECT pg_reload_conf()");
}

static void test_unsafe_servers_are_refused(void)
{
    struct fixture *f = fixture_new();
    assert_server_refused(f, "fsync", "fsync is off");
    assert_server_refused(f, "full_page_writes", "full_page_writes is off");
    fixture_free(f);
}

static bool report_commit(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    gint64 on = 0;
    return store_query_int(tx, error, &on, NULL,
                           "SELECT current_setting('synchronous_commit') = 'on'", "") &&
           on == 1;
}

/* A server's default may be faster and lose what it acknowledged; we ask for more. */
static void test_commits_are_synchronous(void)
{
    struct fixture *f = fixture_new();
    psql(f, "ALTER SYSTEM SET synchronous_commit = off");
    psql(f, "SELECT pg_reload_conf()");
    wait_for(f, "SELECT current_setting('synchronous_commit') = 'off'");
    fixture_open(f, 0, 0);
    GError *error = NULL;
    store_write_now(f->store, report_commit, NULL, &error);
    g_assert_no_error(error);
    psql(f, "ALTER SYSTEM RESET synchronous_commit");
    psql(f, "SELECT pg_reload_conf()");
    fixture_free(f);
}

static bool full_write(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    return store_exec(tx, error,
                      "DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100'', MESSAGE ="
                      " ''could not extend file: No space left on device''; END'",
                      "");
}

static void test_full_disk_is_told(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    GError *error = NULL;
    g_assert_false(store_write_now(f->store, full_write, NULL, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
    g_clear_error(&error);
    struct store_stats stats;
    store_stats(f->store, &stats);
    g_assert_true(stats.full);
    store_probe(f->store);
    store_drain(f->store);
    store_stats(f->store, &stats);
    g_assert_false(stats.full);
    fixture_free(f);
}

static void test_wrong_places(void)
{
    static const char *const places[] = {"postgresql:///townwall?host=/nonexistent&user=x",
                                         "postgresql://[", NULL};
    for (const char *const *place = places; *place; place++) {
        GError *error = NULL;
        struct store_options options = {.path = *place};
        g_assert_null(store_open(&options, &error));
        g_assert_nonnull(strstr(error->message, "PostgreSQL"));
        g_clear_error(&error);
    }
}

int main(int argc, char **argv)
{
    g_setenv("TW_STORE", "postgresql", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/postgresql/idle-connections", test_idle_connections_come_back);
    g_test_add_func("/store/postgresql/away-and-back", test_away_and_back);
    g_test_add_func("/store/postgresql/commit-undone", test_commit_that_was_undone);
    g_test_add_func("/store/postgresql/commit-done", test_commit_that_was_done);
    g_test_add_func("/store/postgresql/another-owner", test_another_owner);
    g_test_add_func("/store/postgresql/unsafe-servers", test_unsafe_servers_are_refused);
    g_test_add_func("/store/postgresql/synchronous", test_commits_are_synchronous);
    g_test_add_func("/store/postgresql/full-disk", test_full_disk_is_told);
    g_test_add_func("/store/postgresql/wrong-places", test_wrong_places);
    return fixture_run();
}
