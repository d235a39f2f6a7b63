/* One connection to the database: what the rest of this folder needs of an engine. sqlite.c is the
 * only file that knows SQLite. A connection is used by one thread at a time. */
#pragma once
#include "store/store.h"
#include <stdarg.h>

struct engine;
struct engine_stmt;

/* Opens (and makes, mode 0600) the database. `read_only` connections refuse to write. */
struct engine *engine_open(const char *path, bool read_only, GError **error);
void engine_close(struct engine *engine);

/* Runs several statements without parameters or answers. */
bool engine_script(struct engine *engine, const char *sql, GError **error);

/* Begins a transaction: of a writer at once with its lock, of a reader as a view of one instant. */
bool engine_begin(struct engine *engine, bool write, GError **error);
bool engine_commit(struct engine *engine, GError **error);
/* Does nothing when the engine has ended the transaction already. */
void engine_rollback(struct engine *engine);

/* True between BEGIN and the end of the transaction, whoever ended it: a full disk ends one too. */
bool engine_in_transaction(struct engine *engine);

struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, GError **error);
void engine_finalize(struct engine_stmt *stmt);
int engine_parameters(struct engine_stmt *stmt);

/* Binds parameter `index` (from 1). Bytes are copied. */
bool engine_bind_text(struct engine_stmt *stmt, int index, const char *text);
bool engine_bind_int(struct engine_stmt *stmt, int index, gint64 value);
bool engine_bind_double(struct engine_stmt *stmt, int index, double value);
bool engine_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size);
bool engine_bind_null(struct engine_stmt *stmt, int index);

enum engine_step { ENGINE_ROW, ENGINE_DONE, ENGINE_FAIL };
enum engine_step engine_step(struct engine *engine, struct engine_stmt *stmt, GError **error);
void engine_reset(struct engine_stmt *stmt);
gint64 engine_changes(struct engine *engine);

const char *engine_text(struct engine_stmt *stmt, int column);
gint64 engine_int(struct engine_stmt *stmt, int column);
double engine_double(struct engine_stmt *stmt, int column);
const void *engine_blob(struct engine_stmt *stmt, int column, size_t *size);
bool engine_null(struct engine_stmt *stmt, int column);

/* One thread's view of the database: its connection, its prepared statements, and what the jobs of
 * the current group announced. */
struct store_tx {
    struct engine *engine;
    GHashTable *statements; /* SQL text → struct store_rows */
    gint64 changed;
    GPtrArray *announced; /* struct store_change *, writer only */
};

struct store_tx *tx_open(const char *path, bool read_only, GError **error);
void tx_close(struct store_tx *tx);
