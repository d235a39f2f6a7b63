/* An SQLite file of another program, only read. */
#include "intake/pull_source.h"
#include <sqlite3.h>
#include <string.h>

static bool check(const json_t *settings, const char **field)
{
    if (!pull_has(settings, "path", field) || !pull_has(settings, "query", field) ||
        !pull_has(settings, "cursor", field))
        return false;
    *field = "query"; /* it has to go on somewhere */
    if (!strstr(pull_text(settings, "query"), ":cursor"))
        return false;
    *field = "start";
    const json_t *start = json_object_get(settings, "start");
    return json_is_string(start) || json_is_number(start);
}

struct watch {
    const struct pull_job *job;
    gint64 deadline_us;
};

static int on_progress(void *user)
{
    const struct watch *watch = user;
    return pull_cancelled(watch->job) || g_get_monotonic_time() > watch->deadline_us;
}

/* Reading only: no other file, no settings, no writing. */
static int authorize(void *user, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
    (void)user, (void)a, (void)b, (void)c, (void)d;
    bool reads = action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
                 action == SQLITE_RECURSIVE;
    return reads ? SQLITE_OK : SQLITE_DENY;
}

static void bind(sqlite3_stmt *statement, const json_t *cursor)
{
    int at = sqlite3_bind_parameter_index(statement, ":cursor");
    if (json_is_integer(cursor))
        sqlite3_bind_int64(statement, at, json_integer_value(cursor));
    else if (json_is_real(cursor))
        sqlite3_bind_double(statement, at, json_real_value(cursor));
    else
        sqlite3_bind_text(statement, at, json_string_value(cursor), -1, SQLITE_TRANSIENT);
}

static json_t *row_json(sqlite3_stmt *statement)
{
    json_t *row = json_object();
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        json_t *value = NULL;
        const char *text;
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
            value = json_integer(sqlite3_column_int64(statement, i));
            break;
        case SQLITE_FLOAT:
            value = json_real(sqlite3_column_double(statement, i));
            break;
        case SQLITE_TEXT:
            text = (const char *)sqlite3_column_text(statement, i);
            value = json_string(text); /* NULL when it is no UTF-8 */
            break;
        default:
            break;
        }
        if (value)
            json_object_set_new(row, sqlite3_column_name(statement, i), value);
    }
    return row;
}

static bool read_rows(struct pull_job *job, sqlite3 *db, char **zh, char **en)
{
    sqlite3_stmt *statement = NULL;
    const char *query = pull_text(job->settings, "query");
    int code = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    if (code == SQLITE_OK && statement && sqlite3_stmt_readonly(statement)) {
        bind(statement, job->cursor ? job->cursor : json_object_get(job->settings, "start"));
        while (json_array_size(job->rows) < PULL_ROWS &&
               (code = sqlite3_step(statement)) == SQLITE_ROW)
            json_array_append_new(job->rows, row_json(statement));
        code = code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
    }
    bool good = code == SQLITE_OK && statement;
    if (!good)
        pull_fail(zh, en, "查询失败", "the query failed", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    return good;
}

static bool run(struct pull_job *job, char **zh, char **en)
{
    sqlite3 *db = NULL;
    const char *path = pull_text(job->settings, "path");
    struct watch watch = {job, g_get_monotonic_time() + PULL_TIMEOUT_S * G_USEC_PER_SEC};
    bool good = false;
    if (sqlite3_open_v2(path, &db,
                        SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
                        NULL) != SQLITE_OK) {
        pull_fail(zh, en, "打不开数据库", "the database cannot be opened",
                  db ? sqlite3_errmsg(db) : path);
    } else {
        sqlite3_busy_timeout(db, 2000);
        sqlite3_progress_handler(db, 10000, on_progress, &watch);
        sqlite3_set_authorizer(db, authorize, NULL);
        job->rows = json_array();
        good = read_rows(job, db, zh, en);
    }
    sqlite3_close(db);
    return good && pull_go_on(job, pull_text(job->settings, "cursor"),
                              json_array_size(job->rows) == PULL_ROWS, zh, en);
}

const struct pull_source pull_sqlite = {"sqlite", "path", check, run};
