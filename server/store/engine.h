/* One connection to the database: what the rest of this folder needs of an engine, SQLite or
 * PostgreSQL. SQL is that of docs/decisions/store.md "Dialect"; what differs, the engine rewrites
 * (dialect.h). A connection, its statements and its transaction are used by one
 * thread at a time, whichever it is. Functions that fail set `error` in domain STORE_ERROR: FULL,
 * BUSY (also: the server cannot be reached) and CONSTRAINT where the engine says so, else FAILED,
 * with the engine's words. */
#pragma once
#include "store/store.h"
#include <stdarg.h>

struct engine;
/* A prepared statement, with what is bound to it and where it stands. */
struct engine_stmt;

enum engine_kind { ENGINE_SQLITE, ENGINE_POSTGRESQL };

/* Pure. Which engine `where` names: "postgresql://…" or "postgres://…" is PostgreSQL, all else is
 * the path of a SQLite file, with or without "sqlite:" before it. */
enum engine_kind engine_kind_of(const char *where);
/* Pure, borrowed: the path of a SQLite file in `where`. */
const char *engine_path_of(const char *where);

/* Opens `where`: a database file (made, mode 0600, in a folder that exists) or a PostgreSQL
 * database that exists. A `read_only` connection refuses to write. Returned: owned by the caller;
 * NULL + error. */
struct engine *engine_open(const char *where, bool read_only, GError **error);
enum engine_kind engine_kind(const struct engine *engine);
/* Its statements are finalized before; what is not committed is undone. NULL is fine. */
void engine_close(struct engine *engine);

/* Runs several statements, separated by semicolons, without parameters or answers. false + error:
 * the ones before the failed one were run. */
bool engine_script(struct engine *engine, const char *sql, GError **error);

/* True when the connection has ended without our doing: nothing works on it any more, what was not
 * committed is undone, and it is to be closed and opened anew. */
bool engine_lost(struct engine *engine);

/* Begins a transaction: of a writer at once with its lock, of a reader as a view of one instant.
 * false
 * + error: none has begun. */
bool engine_begin(struct engine *engine, bool write, GError **error);
/* On disk when it returns true (`synchronous=FULL`, `synchronous_commit=on`). false + error: it is
 * not, and the caller rolls back; STORE_ERROR_LOST: nobody knows. */
bool engine_commit(struct engine *engine, GError **error);
/* Does nothing when the engine has ended the transaction already. NULL is fine. */
void engine_rollback(struct engine *engine);

/* True between BEGIN and the end of the transaction, whoever ended it: a full disk ends one too. */
bool engine_in_transaction(struct engine *engine);

/* `sql`: one statement, borrowed during the call; `types`: a letter for each `?` as in store.h.
 * Returned: owned by the caller, finalized before its connection is closed; NULL + error. */
struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, const char *types,
                                   GError **error);
void engine_finalize(struct engine_stmt *stmt); /* NULL is fine */
/* How many `?` it has. */
int engine_parameters(struct engine_stmt *stmt);

/* Each binds parameter `index` (from 1) until it is bound again. Bytes are copied. false: no such
 * parameter, or no memory. */
bool engine_bind_text(struct engine_stmt *stmt, int index, const char *text);
bool engine_bind_int(struct engine_stmt *stmt, int index, gint64 value);
bool engine_bind_double(struct engine_stmt *stmt, int index, double value);
bool engine_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size);
bool engine_bind_null(struct engine_stmt *stmt, int index);

/* A row is there to be read; no further one; `error` is set. */
enum engine_step { ENGINE_ROW, ENGINE_DONE, ENGINE_FAIL };
/* Runs a statement to its next row. */
enum engine_step engine_step(struct engine *engine, struct engine_stmt *stmt, GError **error);
/* Back before its first row, with what is bound; ends what it holds of the database. */
void engine_reset(struct engine_stmt *stmt);
/* Rows that the last INSERT, UPDATE or DELETE of the connection changed. */
gint64 engine_changes(struct engine *engine);

/* Each reads `column` (from 0) of the current row: text and blobs are borrowed until the next step
 * or reset. SQL NULL: NULL, 0, NAN; NULL with *size 0; true. */
const char *engine_text(struct engine_stmt *stmt, int column);
gint64 engine_int(struct engine_stmt *stmt, int column);
double engine_double(struct engine_stmt *stmt, int column);
const void *engine_blob(struct engine_stmt *stmt, int column, size_t *size);
bool engine_null(struct engine_stmt *stmt, int column);

/* After the first step, whether or not it brought a row: how many columns the answer has, the name
 * of one (borrowed as text is), and the letter of its type as in store.h. */
int engine_columns(struct engine_stmt *stmt);
const char *engine_name(struct engine_stmt *stmt, int column);
char engine_letter(struct engine_stmt *stmt, int column);

/* The statement that a query of store.h runs, borrowed. */
struct engine_stmt *rows_stmt(struct store_rows *rows);

/* One thread's view of the database: its connection, its prepared statements, and what the jobs of
 * the current group announced. */
struct store_tx {
    struct engine *engine; /* NULL: its server could not be reached again */
    char *where;
    bool read_only;
    GHashTable *statements; /* SQL text → struct store_rows */
    gint64 changed;         /* rows, by the last store_exec() of the job */
    GPtrArray *announced;   /* struct store_change *, owned; writer only */
    gint64 epoch, seq;      /* last change that was committed; writer only */
    gint64 failed_us; /* PostgreSQL: when it could not be reached last, monotonic; 0: it was */
    GError *failed;   /* why; engine is NULL then */
};

/* As engine_open(), ready for statements. Returned: owned by the caller; NULL + error. */
struct store_tx *tx_open(const char *where, bool read_only, GError **error);
/* Begins a transaction; on a connection that was lost, on a new one. `again` (may be NULL) is
 * called on the new one first and may refuse it. false + error: none has begun. */
bool tx_begin(struct store_tx *tx, bool write,
              bool (*again)(struct store_tx *tx, gpointer user, GError **error), gpointer user,
              GError **error);
/* Finalizes its statements, closes its connection. NULL is fine. */
void tx_close(struct store_tx *tx);
