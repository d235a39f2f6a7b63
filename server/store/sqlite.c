#include "store/engine.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* How long a connection waits for another one's lock: only a checkpoint takes one. */
#define BUSY_MS 5000

/* SQLite tells a full disk apart only where it writes, not where it syncs, grows its shared memory
 * or opens a file. */
static bool is_full(sqlite3 *db, int code)
{
    if ((code & 0xff) == SQLITE_FULL)
        return true;
    int system = db ? sqlite3_system_errno(db) : 0;
    return ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) &&
           (system == ENOSPC || system == EDQUOT);
}

static void fail(sqlite3 *db, int code, GError **error)
{
    enum store_error kind = STORE_ERROR_FAILED;
    if ((code & 0xff) == SQLITE_CONSTRAINT)
        kind = STORE_ERROR_CONSTRAINT;
    else if (is_full(db, code))
        kind = STORE_ERROR_FULL;
    g_set_error(error, STORE_ERROR, (int)kind, "%s",
                db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

static inline sqlite3 *db_of(struct engine *engine)
{
    return (sqlite3 *)engine;
}

static inline sqlite3_stmt *stmt_of(struct engine_stmt *stmt)
{
    return (sqlite3_stmt *)stmt;
}

/* SQLite makes its files with the umask's mode; the journal files copy the mode of the main one. */
static bool make_private(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "cannot open database %s: %s", path,
                    g_strerror(errno));
        return false;
    }
    close(fd);
    return true;
}

struct engine *engine_open(const char *path, bool read_only, GError **error)
{
    if (!make_private(path, error))
        return NULL;
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        fail(db, code, error);
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MS);
    const char *setup = read_only ? "PRAGMA foreign_keys=ON; PRAGMA query_only=ON;"
                                  : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                    "PRAGMA foreign_keys=ON;";
    struct engine *engine = (struct engine *)db;
    if (!engine_script(engine, setup, error)) {
        g_prefix_error(error, "%s: ", path);
        engine_close(engine);
        return NULL;
    }
    return engine;
}

void engine_close(struct engine *engine)
{
    if (engine)
        sqlite3_close(db_of(engine));
}

bool engine_script(struct engine *engine, const char *sql, GError **error)
{
    int code = sqlite3_exec(db_of(engine), sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        fail(db_of(engine), code, error);
    return code == SQLITE_OK;
}

bool engine_begin(struct engine *engine, bool write, GError **error)
{
    return engine_script(engine, write ? "BEGIN IMMEDIATE" : "BEGIN", error);
}

bool engine_commit(struct engine *engine, GError **error)
{
    return engine_script(engine, "COMMIT", error);
}

void engine_rollback(struct engine *engine)
{
    if (engine_in_transaction(engine))
        engine_script(engine, "ROLLBACK", NULL);
}

bool engine_in_transaction(struct engine *engine)
{
    return !sqlite3_get_autocommit(db_of(engine));
}

struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v3(db_of(engine), sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) {
        fail(db_of(engine), code, error);
        g_prefix_error(error, "%s: ", sql);
        return NULL;
    }
    return (struct engine_stmt *)stmt;
}

void engine_finalize(struct engine_stmt *stmt)
{
    sqlite3_finalize(stmt_of(stmt));
}

int engine_parameters(struct engine_stmt *stmt)
{
    return sqlite3_bind_parameter_count(stmt_of(stmt));
}

bool engine_bind_text(struct engine_stmt *stmt, int index, const char *text)
{
    return sqlite3_bind_text(stmt_of(stmt), index, text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

bool engine_bind_int(struct engine_stmt *stmt, int index, gint64 value)
{
    return sqlite3_bind_int64(stmt_of(stmt), index, value) == SQLITE_OK;
}

bool engine_bind_double(struct engine_stmt *stmt, int index, double value)
{
    return sqlite3_bind_double(stmt_of(stmt), index, value) == SQLITE_OK;
}

bool engine_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size)
{
    /* an empty blob is not NULL */
    return sqlite3_bind_blob64(stmt_of(stmt), index, size ? data : "", size, SQLITE_TRANSIENT) ==
           SQLITE_OK;
}

bool engine_bind_null(struct engine_stmt *stmt, int index)
{
    return sqlite3_bind_null(stmt_of(stmt), index) == SQLITE_OK;
}

enum engine_step engine_step(struct engine *engine, struct engine_stmt *stmt, GError **error)
{
    int code = sqlite3_step(stmt_of(stmt));
    if (code == SQLITE_ROW)
        return ENGINE_ROW;
    if (code == SQLITE_DONE)
        return ENGINE_DONE;
    fail(db_of(engine), code, error);
    return ENGINE_FAIL;
}

void engine_reset(struct engine_stmt *stmt)
{
    sqlite3_reset(stmt_of(stmt));
    sqlite3_clear_bindings(stmt_of(stmt));
}

gint64 engine_changes(struct engine *engine)
{
    return sqlite3_changes64(db_of(engine));
}

const char *engine_text(struct engine_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt_of(stmt), column);
}

gint64 engine_int(struct engine_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt_of(stmt), column);
}

double engine_double(struct engine_stmt *stmt, int column)
{
    return engine_null(stmt, column) ? (double)NAN : sqlite3_column_double(stmt_of(stmt), column);
}

const void *engine_blob(struct engine_stmt *stmt, int column, size_t *size)
{
    const void *data = sqlite3_column_blob(stmt_of(stmt), column);
    *size = (size_t)sqlite3_column_bytes(stmt_of(stmt), column);
    return data;
}

bool engine_null(struct engine_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt_of(stmt), column) == SQLITE_NULL;
}
