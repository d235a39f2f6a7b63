/* The engine of one file: SQLite. */
#include "store/engine_ops.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* How long a connection waits for another one's lock: only a checkpoint takes one. */
#define BUSY_MS 5000
/* Readers see the file's pages where the kernel has them, instead of copying each into the few
 * megabytes of their own: half a million cases are 3.4 GB. Bytes. */
#define READ_MAP "17179869184"

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

static enum store_error kind_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return STORE_ERROR_CONSTRAINT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return STORE_ERROR_BUSY;
    default:
        return is_full(db, code) ? STORE_ERROR_FULL : STORE_ERROR_FAILED;
    }
}

static void fail(sqlite3 *db, int code, GError **error)
{
    enum store_error kind = kind_of(db, code);
    g_set_error(error, STORE_ERROR, (int)kind, "%s",
                db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

struct sqlite {
    struct engine engine;
    sqlite3 *db;
};

struct sqlite_stmt {
    struct engine_stmt stmt;
    sqlite3_stmt *prepared;
};

static const struct engine_ops sqlite_ops;

static inline sqlite3 *db_of(struct engine *engine)
{
    return ((struct sqlite *)engine)->db;
}

static inline sqlite3_stmt *stmt_of(struct engine_stmt *stmt)
{
    return ((struct sqlite_stmt *)stmt)->prepared;
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

static void sqlite_close(struct engine *engine)
{
    sqlite3_close(db_of(engine));
    g_free(engine);
}

static bool sqlite_script(struct engine *engine, const char *sql, GError **error)
{
    int code = sqlite3_exec(db_of(engine), sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        fail(db_of(engine), code, error);
    return code == SQLITE_OK;
}

static bool sqlite_begin(struct engine *engine, bool write, GError **error)
{
    return sqlite_script(engine, write ? "BEGIN IMMEDIATE" : "BEGIN", error);
}

static bool sqlite_commit(struct engine *engine, GError **error)
{
    return sqlite_script(engine, "COMMIT", error);
}

static bool sqlite_in_transaction(struct engine *engine)
{
    return !sqlite3_get_autocommit(db_of(engine));
}

static struct engine_stmt *sqlite_prepare(struct engine *engine, const char *sql, const char *types,
                                          GError **error)
{
    (void)types; /* values have their types with them */
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v3(db_of(engine), sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) {
        fail(db_of(engine), code, error);
        g_prefix_error(error, "%s: ", sql);
        return NULL;
    }
    struct sqlite_stmt *made = g_new(struct sqlite_stmt, 1);
    *made = (struct sqlite_stmt){.stmt = {&sqlite_ops}, .prepared = stmt};
    return &made->stmt;
}

static void sqlite_finalize(struct engine_stmt *stmt)
{
    sqlite3_finalize(stmt_of(stmt));
    g_free(stmt);
}

static int sqlite_parameters(struct engine_stmt *stmt)
{
    return sqlite3_bind_parameter_count(stmt_of(stmt));
}

static bool sqlite_bind_text(struct engine_stmt *stmt, int index, const char *text)
{
    return sqlite3_bind_text(stmt_of(stmt), index, text, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

static bool sqlite_bind_int(struct engine_stmt *stmt, int index, gint64 value)
{
    return sqlite3_bind_int64(stmt_of(stmt), index, value) == SQLITE_OK;
}

static bool sqlite_bind_double(struct engine_stmt *stmt, int index, double value)
{
    return sqlite3_bind_double(stmt_of(stmt), index, value) == SQLITE_OK;
}

static bool sqlite_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size)
{
    /* an empty blob is not NULL */
    return sqlite3_bind_blob64(stmt_of(stmt), index, size ? data : "", size, SQLITE_TRANSIENT) ==
           SQLITE_OK;
}

static bool sqlite_bind_null(struct engine_stmt *stmt, int index)
{
    return sqlite3_bind_null(stmt_of(stmt), index) == SQLITE_OK;
}

static enum engine_step sqlite_step(struct engine *engine, struct engine_stmt *stmt, GError **error)
{
    int code = sqlite3_step(stmt_of(stmt));
    if (code == SQLITE_ROW)
        return ENGINE_ROW;
    if (code == SQLITE_DONE)
        return ENGINE_DONE;
    fail(db_of(engine), code, error);
    return ENGINE_FAIL;
}

static void sqlite_reset(struct engine_stmt *stmt)
{
    sqlite3_reset(stmt_of(stmt));
    sqlite3_clear_bindings(stmt_of(stmt));
}

static gint64 sqlite_changes(struct engine *engine)
{
    return sqlite3_changes64(db_of(engine));
}

static const char *sqlite_text(struct engine_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt_of(stmt), column);
}

static gint64 sqlite_int(struct engine_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt_of(stmt), column);
}

static bool sqlite_null(struct engine_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt_of(stmt), column) == SQLITE_NULL;
}

static double sqlite_double(struct engine_stmt *stmt, int column)
{
    return sqlite_null(stmt, column) ? (double)NAN : sqlite3_column_double(stmt_of(stmt), column);
}

static const void *sqlite_blob(struct engine_stmt *stmt, int column, size_t *size)
{
    const void *data = sqlite3_column_blob(stmt_of(stmt), column);
    *size = (size_t)sqlite3_column_bytes(stmt_of(stmt), column);
    return data;
}

static int sqlite_columns(struct engine_stmt *stmt)
{
    return sqlite3_column_count(stmt_of(stmt));
}

static const char *sqlite_name(struct engine_stmt *stmt, int column)
{
    return sqlite3_column_name(stmt_of(stmt), column);
}

/* By the words of the column's declaration (https://sqlite.org/datatype3.html, 3.1). */
static char sqlite_letter(struct engine_stmt *stmt, int column)
{
    const char *declared = sqlite3_column_decltype(stmt_of(stmt), column);
    g_autofree char *type = g_ascii_strup(declared ? declared : "TEXT", -1);
    if (strstr(type, "INT"))
        return 'i';
    if (strstr(type, "BLOB"))
        return 'b';
    return strstr(type, "DOUB") || strstr(type, "REAL") ? 'd' : 's';
}

/* A file is never lost. */
static bool sqlite_lost(struct engine *engine)
{
    (void)engine;
    return false;
}

static const struct engine_ops sqlite_ops = {
    .kind = ENGINE_SQLITE,
    .close = sqlite_close,
    .script = sqlite_script,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .in_transaction = sqlite_in_transaction,
    .lost = sqlite_lost,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .parameters = sqlite_parameters,
    .bind_text = sqlite_bind_text,
    .bind_int = sqlite_bind_int,
    .bind_double = sqlite_bind_double,
    .bind_blob = sqlite_bind_blob,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .changes = sqlite_changes,
    .text = sqlite_text,
    .integer = sqlite_int,
    .real = sqlite_double,
    .blob = sqlite_blob,
    .null = sqlite_null,
    .columns = sqlite_columns,
    .name = sqlite_name,
    .letter = sqlite_letter,
};

struct engine *sqlite_open(const char *path, bool read_only, GError **error)
{
    /* Only before the first connection: closing any descriptor of a file drops the POSIX locks that
     * this process has on it, and another program could then believe that nobody has the database
     * open and remove its journal. */
    if (!read_only && !make_private(path, error))
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
    const char *setup =
        read_only ? "PRAGMA foreign_keys=ON; PRAGMA query_only=ON; PRAGMA case_sensitive_like=ON;"
                    "PRAGMA cache_size=-16384; PRAGMA mmap_size=" READ_MAP ";"
                  : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA case_sensitive_like=ON; PRAGMA cache_size=-65536;";
    struct sqlite *sqlite = g_new(struct sqlite, 1);
    *sqlite = (struct sqlite){.engine = {&sqlite_ops}, .db = db};
    struct engine *engine = &sqlite->engine;
    if (!sqlite_script(engine, setup, error)) {
        g_prefix_error(error, "%s: ", path);
        sqlite_close(engine);
        return NULL;
    }
    return engine;
}
