#include "fixture.h"
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- a server of PostgreSQL */

/* In memory, where there is so much of it, a sync costs nothing. */
#define ROOM_BYTES (1024ULL << 20)

struct server {
    char *folder, *bin;
    GPid pid;
    unsigned databases;
};

/* The server refuses to run as root: it gets the account that Debian made for it, and ends with the
 * test. Returned: of g_strfreev(). */
static char **command(const struct server *server, const char *program, const char *const *args)
{
    static const char *const as[] = {"setpriv",
                                     "--reuid=postgres",
                                     "--regid=postgres",
                                     "--clear-groups",
                                     "--pdeathsig=INT",
                                     "--",
                                     NULL};
    GPtrArray *argv = g_ptr_array_new();
    for (const char *const *a = as; geteuid() == 0 && *a; a++)
        g_ptr_array_add(argv, g_strdup(*a));
    g_ptr_array_add(argv, g_build_filename(server->bin, program, NULL));
    for (; *args; args++)
        g_ptr_array_add(argv, g_strdup(*args));
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

static bool run(char **argv, const char *folder, char **out)
{
    int status = -1;
    GError *error = NULL;
    g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                 out, NULL, &status, &error);
    g_assert_no_error(error);
    return status == 0;
}

static char *psql(const struct server *server, const char *database, const char *sql, bool *good)
{
    g_autofree char *program = g_build_filename(server->bin, "psql", NULL);
    char *argv[] = {program, "-h", server->folder,    "-U", "postgres",  "-d", (char *)database,
                    "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", (char *)sql, NULL};
    char *out = NULL;
    *good = run(argv, NULL, &out);
    return g_strchomp(out);
}

void server_again(struct server *server)
{
    g_autofree char *data = g_build_filename(server->folder, "data", NULL);
    const char *args[] = {"-D", data, "-k", server->folder, "-c", "listen_addresses=", NULL};
    g_auto(GStrv) argv = command(server, "postgres", args);
    GError *error = NULL;
    g_spawn_async(server->folder, argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                      G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL, NULL, &server->pid, &error);
    g_assert_no_error(error);
    gint64 until_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    for (bool good = false; !good;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_free(psql(server, "postgres", "SELECT 1", &good));
    }
}

struct server *server_start(void)
{
    struct server *server = g_new0(struct server, 1);
    struct statvfs memory;
    bool roomy =
        statvfs("/dev/shm", &memory) == 0 && memory.f_bavail * memory.f_frsize > ROOM_BYTES;
    server->folder = g_build_filename(roomy ? "/dev/shm" : g_get_tmp_dir(), "tw-pg-XXXXXX", NULL);
    g_assert_nonnull(g_mkdtemp(server->folder));
    for (int version = 13; version < 40; version++) {
        g_autofree char *bin = g_strdup_printf("/usr/lib/postgresql/%d/bin", version);
        if (g_file_test(bin, G_FILE_TEST_IS_DIR)) {
            g_free(server->bin);
            server->bin = g_steal_pointer(&bin);
        }
    }
    g_assert_nonnull(server->bin);
    g_chmod(server->folder, 0755);
    const struct passwd *account = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (account)
        g_assert_cmpint(chown(server->folder, account->pw_uid, account->pw_gid), ==, 0);
    g_autofree char *data = g_build_filename(server->folder, "data", NULL);
    const char *args[] = {"-D", data,   "-A",          "trust",     "-U", "postgres",
                          "-E", "UTF8", "--no-locale", "--no-sync", NULL};
    g_auto(GStrv) argv = command(server, "initdb", args);
    g_autofree char *out = NULL;
    g_assert_true(run(argv, server->folder, &out));
    server_again(server);
    return server;
}

static void end(struct server *server, int signal)
{
    int status;
    kill(server->pid, signal);
    g_assert_cmpint(waitpid(server->pid, &status, 0), ==, server->pid);
    g_spawn_close_pid(server->pid);
}

void server_kill(struct server *server)
{
    end(server, SIGQUIT); /* immediate: nothing is written down any more */
}

void server_stop(struct server *server)
{
    end(server, SIGQUIT);
    char *argv[] = {(char *)"rm", (char *)"-rf", server->folder, NULL};
    g_autofree char *out = NULL;
    g_assert_true(run(argv, NULL, &out));
    g_free(server->folder);
    g_free(server->bin);
    g_free(server);
}

char *server_database(struct server *server)
{
    bool good;
    g_autofree char *name = g_strdup_printf("t%u", ++server->databases);
    g_autofree char *sql = g_strconcat("CREATE DATABASE ", name, NULL);
    g_free(psql(server, "postgres", sql, &good));
    g_assert_true(good);
    return g_strdup_printf("postgresql:///%s?host=%s&user=postgres", name, server->folder);
}

char *server_psql(struct server *server, const char *url, const char *sql)
{
    bool good;
    const char *begin = url + strlen("postgresql:///");
    g_autofree char *name = g_strndup(begin, strcspn(begin, "?"));
    char *out = psql(server, name, sql, &good);
    g_assert_true(good);
    return out;
}

/* --- a store */

static struct server *server;

struct server *fixture_server(void)
{
    if (!server && g_strcmp0(g_getenv("TW_STORE"), "postgresql") == 0)
        server = server_start();
    return server;
}

int fixture_run(void)
{
    int result = g_test_run();
    if (server)
        server_stop(server);
    return result;
}

struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->folder = g_dir_make_tmp("tw-store-XXXXXX", NULL);
    g_assert_nonnull(f->folder);
    f->path = fixture_server() ? server_database(server)
                               : g_build_filename(f->folder, "townwall.db", NULL);
    return f;
}

void fixture_open(struct fixture *f, unsigned max_jobs, int64_t keep_changes)
{
    GError *error = NULL;
    struct store_options options = {
        .path = f->path, .max_jobs = max_jobs, .keep_changes = keep_changes};
    f->store = store_open(&options, &error);
    g_assert_no_error(error);
}

void fixture_close(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

void fixture_free(struct fixture *f)
{
    fixture_close(f);
    GDir *dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f);
}

void fixture_turn(const unsigned *count, unsigned wanted)
{
    while (*count < wanted)
        g_main_context_iteration(NULL, TRUE);
}

static bool run_sql(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, job, "");
}

void fixture_sql(struct fixture *f, const char *sql)
{
    GError *error = NULL;
    store_write_now(f->store, run_sql, (gpointer)sql, &error);
    g_assert_no_error(error);
}

struct int_query {
    const char *sql;
    gint64 value;
};

static bool run_int(struct store_tx *tx, gpointer job, GError **error)
{
    struct int_query *query = job;
    return store_query_int(tx, error, &query->value, NULL, query->sql, "");
}

gint64 fixture_int(struct fixture *f, const char *sql)
{
    GError *error = NULL;
    struct int_query query = {.sql = sql};
    store_read_now(f->store, run_int, &query, &error);
    g_assert_no_error(error);
    return query.value;
}
