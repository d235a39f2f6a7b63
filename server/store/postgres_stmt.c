#include "store/dialect.h"
#include "store/postgres.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Object ids of built-in types (pg_type.dat); they never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT8 = 701
};

enum { AS_TEXT, AS_BYTES }; /* formats of libpq */

struct postgres_stmt {
    struct engine_stmt stmt;
    struct postgres *postgres;
    char name[16];
    int count; /* of parameters */
    char **values;
    int *lengths, *formats;
    PGresult *result;
    int row;
    GPtrArray *bytes; /* what engine_blob() gave away of the current row */
};

static struct postgres_stmt *stmt_of(struct engine_stmt *stmt)
{
    return (struct postgres_stmt *)stmt;
}

/* NULL is of the type that the letter says: otherwise "? IS NULL" had none. */
static Oid type_of(char letter)
{
    switch (letter) {
    case 's':
        return OID_TEXT;
    case 'i':
        return OID_INT8;
    case 'd':
        return OID_FLOAT8;
    case 'b':
        return OID_BYTEA;
    default:
        return 0; /* the server finds out */
    }
}

struct engine_stmt *postgres_prepare(struct engine *engine, const char *sql, const char *types,
                                     GError **error)
{
    struct postgres *postgres = (struct postgres *)engine;
    g_autofree char *text = dialect_postgresql(sql, error);
    if (!text)
        return NULL;
    int count = (int)strlen(types);
    struct postgres_stmt *stmt = g_new0(struct postgres_stmt, 1);
    stmt->stmt.ops = &postgres_ops;
    stmt->postgres = postgres;
    g_autofree Oid *oids = g_new0(Oid, (gsize)count + 1);
    for (int i = 0; i < count; i++)
        oids[i] = type_of(types[i]);
    g_snprintf(stmt->name, sizeof stmt->name, "s%u", ++postgres->prepared);
    PGresult *result = PQprepare(postgres->db, stmt->name, text, count, oids);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!good) {
        postgres_fail(postgres->db, result, error);
        g_prefix_error(error, "%s: ", sql);
        g_free(stmt);
        stmt = NULL;
    }
    PQclear(result);
    if (!stmt)
        return NULL;
    stmt->count = count;
    stmt->values = g_new0(char *, (gsize)count + 1);
    stmt->lengths = g_new0(int, (gsize)count + 1);
    stmt->formats = g_new0(int, (gsize)count + 1);
    stmt->bytes = g_ptr_array_new_with_free_func(PQfreemem);
    return &stmt->stmt;
}

int postgres_parameters(struct engine_stmt *stmt)
{
    return stmt_of(stmt)->count;
}

static bool bind(struct engine_stmt *any, int index, char *value, int format, size_t size)
{
    struct postgres_stmt *stmt = stmt_of(any);
    if (index < 1 || index > stmt->count || size > G_MAXINT) {
        g_free(value);
        return false;
    }
    g_free(stmt->values[index - 1]);
    stmt->values[index - 1] = value;
    stmt->formats[index - 1] = format;
    stmt->lengths[index - 1] = (int)size;
    return true;
}

bool postgres_bind_text(struct engine_stmt *stmt, int index, const char *text)
{
    return bind(stmt, index, g_strdup(text), AS_TEXT, 0);
}

bool postgres_bind_int(struct engine_stmt *stmt, int index, gint64 value)
{
    return bind(stmt, index, g_strdup_printf("%" G_GINT64_FORMAT, value), AS_TEXT, 0);
}

bool postgres_bind_double(struct engine_stmt *stmt, int index, double value)
{
    if (isnan(value))
        return postgres_bind_null(stmt, index);
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return bind(stmt, index, g_strdup(g_ascii_dtostr(text, sizeof text, value)), AS_TEXT, 0);
}

bool postgres_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size)
{
    char *copy = g_malloc(size + 1); /* an empty one is not NULL */
    if (size)
        memcpy(copy, data, size);
    return bind(stmt, index, copy, AS_BYTES, size);
}

bool postgres_bind_null(struct engine_stmt *stmt, int index)
{
    return bind(stmt, index, NULL, AS_TEXT, 0);
}

static enum engine_step run(struct postgres_stmt *stmt, GError **error)
{
    struct postgres *postgres = stmt->postgres;
    PGresult *result =
        PQexecPrepared(postgres->db, stmt->name, stmt->count, (const char *const *)stmt->values,
                       stmt->lengths, stmt->formats, AS_TEXT);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK) {
        stmt->result = result;
        stmt->row = -1;
        return ENGINE_ROW;
    }
    bool good = status == PGRES_COMMAND_OK;
    if (good)
        postgres->changed = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    else
        postgres_fail(postgres->db, result, error);
    PQclear(result);
    return good ? ENGINE_DONE : ENGINE_FAIL;
}

enum engine_step postgres_step(struct engine *engine, struct engine_stmt *any, GError **error)
{
    struct postgres_stmt *stmt = stmt_of(any);
    (void)engine;
    g_ptr_array_set_size(stmt->bytes, 0);
    if (!stmt->result) {
        enum engine_step step = run(stmt, error);
        if (step != ENGINE_ROW)
            return step;
    }
    return ++stmt->row < PQntuples(stmt->result) ? ENGINE_ROW : ENGINE_DONE;
}

void postgres_reset(struct engine_stmt *any)
{
    struct postgres_stmt *stmt = stmt_of(any);
    g_ptr_array_set_size(stmt->bytes, 0);
    PQclear(stmt->result);
    stmt->result = NULL;
    for (int i = 0; i < stmt->count; i++)
        g_clear_pointer(&stmt->values[i], g_free);
}

/* In a transaction that failed nothing can be said to the server: the name stays there, as long as
 * the connection, which costs memory and no more. */
static void forget(struct postgres_stmt *stmt)
{
    PGconn *db = stmt->postgres->db;
    if (PQstatus(db) != CONNECTION_OK || PQtransactionStatus(db) == PQTRANS_INERROR)
        return;
    char sql[32];
    g_snprintf(sql, sizeof sql, "DEALLOCATE %s", stmt->name);
    PQclear(PQexec(db, sql));
}

void postgres_finalize(struct engine_stmt *any)
{
    struct postgres_stmt *stmt = stmt_of(any);
    postgres_reset(any);
    forget(stmt);
    g_ptr_array_unref(stmt->bytes);
    g_free(stmt->values);
    g_free(stmt->lengths);
    g_free(stmt->formats);
    g_free(stmt);
}

bool postgres_null(struct engine_stmt *any, int column)
{
    struct postgres_stmt *stmt = stmt_of(any);
    return PQgetisnull(stmt->result, stmt->row, column);
}

const char *postgres_text(struct engine_stmt *any, int column)
{
    struct postgres_stmt *stmt = stmt_of(any);
    return postgres_null(any, column) ? NULL : PQgetvalue(stmt->result, stmt->row, column);
}

gint64 postgres_int(struct engine_stmt *any, int column)
{
    struct postgres_stmt *stmt = stmt_of(any);
    const char *text = postgres_text(any, column);
    if (!text)
        return 0;
    if (PQftype(stmt->result, column) == OID_BOOL)
        return text[0] == 't';
    return g_ascii_strtoll(text, NULL, 10);
}

double postgres_double(struct engine_stmt *any, int column)
{
    const char *text = postgres_text(any, column);
    return text ? g_ascii_strtod(text, NULL) : (double)NAN;
}

const void *postgres_blob(struct engine_stmt *any, int column, size_t *size)
{
    struct postgres_stmt *stmt = stmt_of(any);
    const char *text = postgres_text(any, column);
    *size = 0;
    if (!text)
        return NULL;
    if (PQftype(stmt->result, column) != OID_BYTEA) {
        *size = strlen(text);
        return text;
    }
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)text, size);
    g_ptr_array_add(stmt->bytes, bytes);
    return bytes;
}

int postgres_columns(struct engine_stmt *stmt)
{
    return PQnfields(stmt_of(stmt)->result);
}

const char *postgres_name(struct engine_stmt *stmt, int column)
{
    return PQfname(stmt_of(stmt)->result, column);
}

char postgres_letter(struct engine_stmt *stmt, int column)
{
    switch (PQftype(stmt_of(stmt)->result, column)) {
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return 'i';
    case OID_FLOAT8:
        return 'd';
    case OID_BYTEA:
        return 'b';
    default:
        return 's';
    }
}
