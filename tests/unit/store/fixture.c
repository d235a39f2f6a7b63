#include "fixture.h"
#include <glib/gstdio.h>

struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->folder = g_dir_make_tmp("tw-store-XXXXXX", NULL);
    g_assert_nonnull(f->folder);
    f->path = g_build_filename(f->folder, "townwall.db", NULL);
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
