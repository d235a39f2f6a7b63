/* Inside of the PostgreSQL engine: postgres.c connects and keeps transactions, postgres_stmt.c runs
 * statements. Nobody else includes this. */
#pragma once
#include "store/engine_ops.h"
#include <libpq-fe.h>

struct postgres {
    struct engine engine;
    PGconn *db;
    char *url;
    gint64 changed;
    unsigned prepared; /* names of statements are numbers */
};

extern const struct engine_ops postgres_ops;

/* Sets `error` from a failed answer (NULL: from the connection): its kind from SQLSTATE, its words
 * from the server. Never holds the URL or a password. */
void postgres_fail(PGconn *db, const PGresult *result, GError **error);

/* postgres_stmt.c, for postgres_ops; on the thread of the connection. Parameters count from 1,
 * columns from 0; what is bound is copied.
 * `types`: a letter for each parameter, as store_query() has them. Returned: owned by the caller,
 * postgres_finalize(); NULL + error. */
struct engine_stmt *postgres_prepare(struct engine *engine, const char *sql, const char *types,
                                     GError **error);
/* Frees it, its answer and what was bound. Not NULL. */
void postgres_finalize(struct engine_stmt *stmt);
/* How many parameters it takes. */
int postgres_parameters(struct engine_stmt *stmt);
/* Parameter `index` from 1. Returned: false when there is no such parameter, which is a mistake of
 * the caller; whether the value fits its column is told by postgres_step(). `text` UTF-8, NULL: SQL
 * NULL. `data` of `size` bytes, NULL: SQL NULL. */
bool postgres_bind_text(struct engine_stmt *stmt, int index, const char *text);
bool postgres_bind_int(struct engine_stmt *stmt, int index, gint64 value);
bool postgres_bind_double(struct engine_stmt *stmt, int index, double value);
bool postgres_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size);
bool postgres_bind_null(struct engine_stmt *stmt, int index);
/* A row, the end, or a fault with `error`: the transaction is to be rolled back then. */
enum engine_step postgres_step(struct engine *engine, struct engine_stmt *stmt, GError **error);
/* Forgets its answer and what was bound: ready to be bound and stepped again. */
void postgres_reset(struct engine_stmt *stmt);
/* Of the row at hand, column from 0; texts and blobs are borrowed until the next step. SQL NULL
 * is a NULL pointer (postgres_null() tells for numbers); `size` in bytes. */
const char *postgres_text(struct engine_stmt *stmt, int column);
gint64 postgres_int(struct engine_stmt *stmt, int column);
double postgres_double(struct engine_stmt *stmt, int column);
const void *postgres_blob(struct engine_stmt *stmt, int column, size_t *size);
bool postgres_null(struct engine_stmt *stmt, int column);
/* How many columns a row has; the name of one, borrowed as long as the statement; the letter of
 * its type as store_query() has them. */
int postgres_columns(struct engine_stmt *stmt);
const char *postgres_name(struct engine_stmt *stmt, int column);
char postgres_letter(struct engine_stmt *stmt, int column);
