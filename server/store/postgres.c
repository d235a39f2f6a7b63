/* The engine of a server: PostgreSQL 13 or later, by libpq. */
#include "store/postgres.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

/* A connection that is not made by then is none; a peer that does not confirm what was sent, or is
 * silent for the time of the keep-alives, is gone. */
#define CONNECT_S      "5"
#define SILENCE_MS     "15000"
#define PARAMETERS_MAX 48
/* How long it is asked after a commit whose answer did not come. */
#define SETTLE_US (20 * G_USEC_PER_SEC)

/* --- errors */

static enum store_error kind_of(const char *state)
{
    static const struct {
        const char *begin;
        enum store_error kind;
    } kinds[] = {
        {"22", STORE_ERROR_CONSTRAINT},    {"23", STORE_ERROR_CONSTRAINT},
        {"42804", STORE_ERROR_CONSTRAINT}, {"53100", STORE_ERROR_FULL},
        {"53", STORE_ERROR_BUSY},          {"08", STORE_ERROR_BUSY},
        {"40", STORE_ERROR_BUSY},          {"55P03", STORE_ERROR_BUSY},
        {"57P", STORE_ERROR_BUSY},
    };
    for (gsize i = 0; state && i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(state, kinds[i].begin))
            return kinds[i].kind;
    return STORE_ERROR_FAILED;
}

/* What the server says in several lines becomes one. */
static char *one_line(const char *text)
{
    char *line = g_strstrip(g_strdup(text));
    return g_strdelimit(line, "\n\t", ' ');
}

void postgres_fail(PGconn *db, const PGresult *result, GError **error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    g_autofree char *line = one_line(words ? words : PQerrorMessage(db));
    enum store_error kind = kind_of(state);
    if (!state) { /* not the server's words: it did not answer, which libpq may have to see again */
        PQconsumeInput(db);
        kind = STORE_ERROR_BUSY;
    }
    g_set_error(error, STORE_ERROR, (int)kind, "%s", *line ? line : "the database does not answer");
}

/* --- connecting */

static void keep_quiet(void *user, const char *message)
{
    (void)user;
    log_debug("store", "%s", message);
}

static const char *option(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    return NULL;
}

/* True when the way there leaves this machine and the URL does not say how it is protected. */
static bool needs_tls(const PQconninfoOption *options)
{
    const char *host = option(options, "host");
    if (!host || !*host || option(options, "sslmode"))
        return false;
    g_auto(GStrv) hosts = g_strsplit(host, ",", -1);
    for (char **h = hosts; *h; h++)
        if (**h && **h != '/' && **h != '@' && strcmp(*h, "localhost") != 0 &&
            strcmp(*h, "::1") != 0 && !g_str_has_prefix(*h, "127."))
            return true;
    return false;
}

struct parameters {
    const char *names[PARAMETERS_MAX + 1];
    const char *values[PARAMETERS_MAX + 1];
    guint count;
};

static void add(struct parameters *p, const char *name, const char *value)
{
    if (p->count < PARAMETERS_MAX) {
        p->names[p->count] = name;
        p->values[p->count++] = value;
    }
}

/* What the URL may change comes before it, what it may not behind it. */
static PGconn *connect_to(const PQconninfoOption *options, bool read_only)
{
    struct parameters p = {.count = 0};
    add(&p, "connect_timeout", CONNECT_S);
    add(&p, "tcp_user_timeout", SILENCE_MS);
    add(&p, "keepalives_idle", "5");
    add(&p, "keepalives_interval", "5");
    add(&p, "keepalives_count", "2");
    add(&p, "application_name", read_only ? "townwall read" : "townwall write");
    add(&p, "target_session_attrs", "read-write");
    if (needs_tls(options))
        add(&p, "sslmode", "verify-full");
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (o->val)
            add(&p, o->keyword, o->val);
    add(&p, "client_encoding", "UTF8");
    return PQconnectdbParams(p.names, p.values, 0);
}

static bool run(PGconn *db, const char *sql, GError **error)
{
    PGresult *result = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!good)
        postgres_fail(db, result, error);
    PQclear(result);
    return good;
}

/* First value of a query that answers one row. Returned: g_free(); NULL + error. */
static char *ask(PGconn *db, const char *sql, GError **error)
{
    PGresult *result = PQexec(db, sql);
    char *value = NULL;
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        value = g_strdup(PQgetvalue(result, 0, 0));
    else
        postgres_fail(db, result, error);
    PQclear(result);
    return value;
}

/* An acknowledged write is on disk only with these. */
static bool check_server(PGconn *db, GError **error)
{
    static const struct {
        const char *sql, *wanted, *why;
    } checks[] = {
        {"SHOW server_encoding", "UTF8", "its encoding has to be UTF8"},
        {"SHOW fsync", "on", "fsync is off there: what is saved would not be on disk"},
        {"SHOW full_page_writes", "on",
         "full_page_writes is off there: a power cut would damage the database"},
        {"SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'off'"
         " ELSE 'on' END",
         "on", "synchronous_commit cannot be switched on there"},
    };
    if (PQserverVersion(db) < 130000) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "PostgreSQL %d is too old: 13 or later is needed", PQserverVersion(db) / 10000);
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autofree char *value = ask(db, checks[i].sql, error);
        if (value && strcmp(value, checks[i].wanted) == 0)
            continue;
        if (value)
            g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "the PostgreSQL server: %s",
                        checks[i].why);
        return false;
    }
    return true;
}

static bool set_up(PGconn *db, bool read_only, GError **error)
{
    /* filters that may be absent ("? IS NULL OR …") need a plan of their own for each value */
    static const char reading[] = "SET default_transaction_read_only = on;"
                                  "SET plan_cache_mode = force_custom_plan;";
    static const char writing[] =
        "SELECT CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')"
        " THEN set_config('synchronous_commit', 'on', false) END;";
    if (!run(db,
             "SET statement_timeout = 0; SET lock_timeout = '5s'; SET bytea_output = 'hex';"
             "SET idle_in_transaction_session_timeout = 0; SET TimeZone = 'UTC';"
             "SET DateStyle = 'ISO'; SET standard_conforming_strings = on;"
             "SET extra_float_digits = 1",
             error))
        return false;
    return run(db, read_only ? reading : writing, error) && (read_only || check_server(db, error));
}

struct engine *postgres_open(const char *url, bool read_only, GError **error)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (!options) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "store.url is not a PostgreSQL URL: postgresql://USER@HOST:PORT/DATABASE");
        return NULL;
    }
    PGconn *db = connect_to(options, read_only);
    PQconninfoFree(options);
    bool good = db && PQstatus(db) == CONNECTION_OK;
    if (good) {
        PQsetNoticeProcessor(db, keep_quiet, NULL);
        good = set_up(db, read_only, error);
    } else {
        g_autofree char *line = one_line(PQerrorMessage(db));
        g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY, "no connection to PostgreSQL: %s", line);
    }
    if (!good) {
        PQfinish(db);
        return NULL;
    }
    struct postgres *postgres = g_new0(struct postgres, 1);
    postgres->engine.ops = &postgres_ops;
    postgres->db = db;
    postgres->url = g_strdup(url);
    return &postgres->engine;
}

static struct postgres *postgres_of(struct engine *engine)
{
    return (struct postgres *)engine;
}

static void postgres_close(struct engine *engine)
{
    struct postgres *postgres = postgres_of(engine);
    PQfinish(postgres->db);
    g_free(postgres->url);
    g_free(postgres);
}

static bool postgres_lost(struct engine *engine)
{
    return PQstatus(postgres_of(engine)->db) != CONNECTION_OK;
}

/* --- transactions */

static bool postgres_script(struct engine *engine, const char *sql, GError **error)
{
    return run(postgres_of(engine)->db, sql, error);
}

static bool postgres_in_transaction(struct engine *engine)
{
    PGTransactionStatusType status = PQtransactionStatus(postgres_of(engine)->db);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static bool postgres_begin(struct engine *engine, bool write, GError **error)
{
    return postgres_script(engine,
                           write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                 : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                           error);
}

/* Whether a transaction was committed: "committed", "aborted", "in progress"; NULL: not told. */
static char *status_of(const char *url, const char *transaction)
{
    struct engine *engine = postgres_open(url, true, NULL);
    if (!engine)
        return NULL;
    g_autofree char *sql = g_strdup_printf("SELECT pg_xact_status('%s'::xid8)", transaction);
    char *status = ask(postgres_of(engine)->db, sql, NULL);
    postgres_close(engine);
    return status;
}

/* The connection ended while the server was to commit: it is asked what became of it. */
static bool settle(const struct postgres *postgres, const char *transaction, GError **error)
{
    gint64 until_us = g_get_monotonic_time() + SETTLE_US;
    do {
        g_autofree char *status = status_of(postgres->url, transaction);
        if (g_strcmp0(status, "committed") == 0)
            return true;
        if (g_strcmp0(status, "aborted") == 0) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY,
                        "the connection to the database ended: nothing was saved");
            return false;
        }
        g_usleep(100000);
    } while (g_get_monotonic_time() < until_us);
    g_set_error(error, STORE_ERROR, STORE_ERROR_LOST,
                "the connection to the database ended while it saved, and it does not answer");
    return false;
}

static bool postgres_commit(struct engine *engine, GError **error)
{
    struct postgres *postgres = postgres_of(engine);
    g_autofree char *transaction =
        ask(postgres->db, "SELECT COALESCE(pg_current_xact_id_if_assigned()::text, '')", error);
    if (!transaction)
        return false;
    PGresult *result = PQexec(postgres->db, "COMMIT");
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (good && strcmp(PQcmdStatus(result), "COMMIT") != 0) { /* it had failed before */
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "the database undid the transaction");
        good = false;
    } else if (!good && postgres_lost(engine) && *transaction) {
        good = settle(postgres, transaction, error);
    } else if (!good) {
        postgres_fail(postgres->db, result, error);
    }
    PQclear(result);
    return good;
}

static gint64 postgres_changes(struct engine *engine)
{
    return postgres_of(engine)->changed;
}

const struct engine_ops postgres_ops = {
    .kind = ENGINE_POSTGRESQL,
    .close = postgres_close,
    .script = postgres_script,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .in_transaction = postgres_in_transaction,
    .lost = postgres_lost,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .parameters = postgres_parameters,
    .bind_text = postgres_bind_text,
    .bind_int = postgres_bind_int,
    .bind_double = postgres_bind_double,
    .bind_blob = postgres_bind_blob,
    .bind_null = postgres_bind_null,
    .step = postgres_step,
    .reset = postgres_reset,
    .changes = postgres_changes,
    .text = postgres_text,
    .integer = postgres_int,
    .real = postgres_double,
    .blob = postgres_blob,
    .null = postgres_null,
    .columns = postgres_columns,
    .name = postgres_name,
    .letter = postgres_letter,
};
