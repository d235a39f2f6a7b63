#include "fixture.h"
#include <glib/gstdio.h>

int64_t fixture_now_us, fixture_set_us;

static int64_t now(void)
{
    return fixture_now_us;
}

static int64_t mono(void)
{
    return fixture_now_us - fixture_set_us;
}

static void open_all(struct fixture *f)
{
    GError *error = NULL;
    struct store_options store = {.path = f->path};
    f->store = store_open(&store, &error);
    g_assert_no_error(error);
    json_t *days = json_pack("{s:i,s:i}", "person", 30, "view_log", 30);
    struct identity_options options = {.store = f->store,
                                       .cheap_hash = true,
                                       .key_file = f->key_file,
                                       .retention_days = days,
                                       .now_us = now,
                                       .mono_us = mono,
                                       .login_failures = 4,
                                       .idle_us = HOUR,
                                       .absolute_us = 10 * HOUR};
    f->identity = identity_create(&options, &error);
    g_assert_no_error(error);
    json_decref(days);
}

struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    fixture_now_us = 1795300000LL * G_USEC_PER_SEC;
    fixture_set_us = 0;
    f->folder = g_dir_make_tmp("tw-identity-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "townwall.db", NULL);
    f->key_file = g_build_filename(f->folder, "identity.key", NULL);
    open_all(f);
    return f;
}

static void close_all(struct fixture *f)
{
    g_clear_pointer(&f->session, net_session_unref);
    identity_destroy(f->identity);
    store_close(f->store);
}

void fixture_restart(struct fixture *f)
{
    close_all(f);
    open_all(f);
}

void fixture_free(struct fixture *f)
{
    close_all(f);
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
    g_free(f->key_file);
    g_free(f->token);
    g_free(f->user_id);
    g_free(f);
}

void fixture_turn(struct fixture *f, unsigned answers)
{
    while (f->answers < answers)
        g_main_context_iteration(NULL, TRUE);
}

static void on_user(const struct problem *problem, const struct account *account, gpointer user)
{
    struct fixture *f = user;
    f->problem = problem;
    f->answers++;
    if (!account)
        return;
    g_free(f->user_id);
    f->user_id = g_strdup(account->id);
    f->user_version = account->version;
}

static struct identity_actor *actor(void)
{
    struct identity_actor *a = identity_actor_new(NULL);
    a->login = g_strdup("test");
    return a;
}

const struct problem *fixture_add_json(struct fixture *f, const char *json)
{
    json_t *fields = json_loads(json, 0, NULL);
    unsigned wanted = f->answers + 1;
    g_assert_nonnull(fields);
    identity_user_add(f->identity, actor(), fields, on_user, f);
    json_decref(fields);
    fixture_turn(f, wanted);
    return f->problem;
}

const struct problem *fixture_add(struct fixture *f, const char *login, const char *role,
                                  const char *area)
{
    g_autofree char *json = g_strdup_printf(
        "{\"login\":\"%s\",\"name\":\"王小明\",\"unit\":\"综治中心\",\"password\":\"%s\","
        "\"grants\":[{\"role\":\"%s\",\"area\":\"%s\"}]}",
        login, PASSWORD, role, area);
    return fixture_add_json(f, json);
}

const struct problem *fixture_change(struct fixture *f, const char *id, const char *json)
{
    json_t *fields = json_loads(json, 0, NULL);
    unsigned wanted = f->answers + 1;
    g_assert_nonnull(fields);
    identity_user_change(f->identity, actor(), id, fields, on_user, f);
    json_decref(fields);
    fixture_turn(f, wanted);
    return f->problem;
}

static void on_login(const struct login_result *result, gpointer user)
{
    struct fixture *f = user;
    f->problem = result->problem;
    f->retry_after_s = result->retry_after_s;
    f->answers++;
    if (result->problem)
        return;
    g_free(f->token);
    f->token = g_strdup(result->token);
    g_clear_pointer(&f->session, net_session_unref);
    f->session = net_session_ref(result->session->net);
}

const struct problem *fixture_login(struct fixture *f, const char *login, const char *password)
{
    return fixture_login_code(f, login, password, NULL);
}

const struct problem *fixture_login_code(struct fixture *f, const char *login, const char *password,
                                         const char *code)
{
    unsigned wanted = f->answers + 1;
    const struct login_attempt attempt = {login, password, code, "10.0.0.7", "test\xff agent"};
    identity_login(f->identity, &attempt, on_login, f);
    fixture_turn(f, wanted);
    return f->problem;
}

struct query {
    const char *sql;
    gint64 value;
    char *text;
};

static bool read_query(struct store_tx *tx, gpointer job, GError **error)
{
    struct query *query = job;
    store_rows_auto rows = store_query(tx, error, query->sql, "");
    if (!rows)
        return false;
    if (store_rows_next(rows, error)) {
        query->value = store_int(rows, 0);
        query->text = store_text_dup(rows, 0);
    }
    return true;
}

gint64 fixture_int(struct fixture *f, const char *sql)
{
    struct query query = {.sql = sql};
    GError *error = NULL;
    store_drain(f->store);
    store_read_now(f->store, read_query, &query, &error);
    g_assert_no_error(error);
    g_free(query.text);
    return query.value;
}

char *fixture_text(struct fixture *f, const char *sql)
{
    struct query query = {.sql = sql};
    GError *error = NULL;
    store_drain(f->store);
    store_read_now(f->store, read_query, &query, &error);
    g_assert_no_error(error);
    return query.text;
}

static bool write_sql(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, job, "");
}

bool fixture_sql(struct fixture *f, const char *sql)
{
    return store_write_now(f->store, write_sql, (gpointer)sql, NULL);
}
