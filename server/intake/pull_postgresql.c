/* A table or view of a PostgreSQL database, only read. */
#include "intake/pull_source.h"
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#define SLICE_MS   200
#define PARAMETERS 32

/* Whom to ask and how; none of them reads a file. */
static const char *const known[] = {
    "host",    "hostaddr",         "port",       "dbname",          "user",
    "sslmode", "application_name", "keepalives", "connect_timeout", "channel_binding",
    NULL};

static bool check(const json_t *settings, const char **field)
{
    if (!pull_has(settings, "conninfo", field) || !pull_has(settings, "query", field) ||
        !pull_has(settings, "cursor", field))
        return false;
    *field = "conninfo"; /* passwords belong into the secret */
    PQconninfoOption *options = PQconninfoParse(pull_text(settings, "conninfo"), NULL);
    bool good = options != NULL;
    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->val && !g_strv_contains(known, o->keyword)) {
            *field = "conninfo: only host, hostaddr, port, dbname, user, sslmode, connect_timeout, "
                     "keepalives, application_name and channel_binding; passwords belong into the "
                     "secret, an authority into ca_file";
            good = false;
        }
    PQconninfoFree(options);
    if (!good)
        return false;
    *field = "query";
    if (!strstr(pull_text(settings, "query"), "$1"))
        return false;
    *field = "start";
    const json_t *start = json_object_get(settings, "start");
    return json_is_string(start) || json_is_number(start);
}

/* Waits for the socket in slices, so that giving up is quick. false: given up, or too late. */
static bool wait_socket(const struct pull_job *job, PGconn *db, short events, gint64 deadline_us)
{
    struct pollfd fd = {.fd = PQsocket(db), .events = events};
    while (!pull_cancelled(job) && g_get_monotonic_time() < deadline_us)
        if (poll(&fd, 1, SLICE_MS) != 0)
            return true;
    return false;
}

/* Parameters of the settings, then ours. Nothing is looked up in files of the machine. */
static PGconn *start(const struct pull_job *job, PQconninfoOption *options)
{
    const char *names[PARAMETERS + 1] = {"password", "client_encoding", "fallback_application_name",
                                         "options",  "passfile",        "sslrootcert"};
    const char *values[PARAMETERS + 1] = {
        job->secret,    "UTF8",
        "townwall",     "-c default_transaction_read_only=on -c statement_timeout=30000",
        "/nonexistent", pull_text(job->settings, "ca_file")};
    guint count = 6;
    for (PQconninfoOption *o = options; o && o->keyword && count < PARAMETERS; o++)
        if (o->val && g_strv_contains(known, o->keyword)) {
            names[count] = o->keyword;
            values[count++] = o->val;
        }
    return PQconnectStartParams(names, values, 0);
}

static PGconn *open_database(const struct pull_job *job, gint64 deadline_us)
{
    PQconninfoOption *options = PQconninfoParse(pull_text(job->settings, "conninfo"), NULL);
    PGconn *db = start(job, options);
    PQconninfoFree(options);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (db && PQstatus(db) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
           state != PGRES_POLLING_FAILED) {
        if (!wait_socket(job, db, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_us))
            break;
        state = PQconnectPoll(db);
    }
    return db;
}

/* Rows of one answer into the job. false: it is an error. */
static bool read_result(struct pull_job *job, const PGresult *result)
{
    for (int r = 0; r < PQntuples(result); r++) {
        json_t *row = json_object();
        for (int c = 0; c < PQnfields(result); c++)
            if (!PQgetisnull(result, r, c))
                json_object_set_new(row, PQfname(result, c), json_string(PQgetvalue(result, r, c)));
        json_array_append_new(job->rows, row);
    }
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK;
}

/* One row at a time, so that a query without a bound cannot fill the memory. */
static bool read_rows(struct pull_job *job, PGconn *db, gint64 deadline_us)
{
    json_t *from = job->cursor ? json_incref(job->cursor)
                               : json_incref(json_object_get(job->settings, "start"));
    struct pull_job at = {.cursor = from};
    g_autofree char *cursor = pull_cursor_text(&at);
    const char *values[] = {cursor};
    json_decref(from);
    bool good =
        PQsendQueryParams(db, pull_text(job->settings, "query"), 1, NULL, values, NULL, NULL, 0) &&
        PQsetSingleRowMode(db);
    while (good && json_array_size(job->rows) < PULL_ROWS) {
        while (good && PQisBusy(db))
            good = wait_socket(job, db, POLLIN, deadline_us) && PQconsumeInput(db);
        PGresult *result = good ? PQgetResult(db) : NULL;
        if (!result)
            break;
        good = read_result(job, result);
        PQclear(result);
    }
    return good;
}

static bool run(struct pull_job *job, char **zh, char **en)
{
    gint64 deadline_us = g_get_monotonic_time() + PULL_TIMEOUT_S * G_USEC_PER_SEC;
    PGconn *db = open_database(job, deadline_us);
    bool good = false;
    job->rows = json_array();
    if (!db || PQstatus(db) != CONNECTION_OK)
        pull_fail(zh, en, "连不上数据库", "the database cannot be reached",
                  db ? PQerrorMessage(db) : NULL);
    else if (!(good = read_rows(job, db, deadline_us)))
        pull_fail(zh, en, "查询失败", "the query failed",
                  *PQerrorMessage(db) ? PQerrorMessage(db) : "no answer in time");
    PQfinish(db);
    return good && pull_go_on(job, pull_text(job->settings, "cursor"),
                              json_array_size(job->rows) == PULL_ROWS, zh, en);
}

const struct pull_source pull_postgresql = {"postgresql", "ca_file", check, run};
