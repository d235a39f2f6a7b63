#include "store/engine_ops.h"
#include <string.h>

#define SQLITE_PREFIX "sqlite:"

enum engine_kind engine_kind_of(const char *where)
{
    bool url = g_str_has_prefix(where, "postgresql://") || g_str_has_prefix(where, "postgres://");
    return url ? ENGINE_POSTGRESQL : ENGINE_SQLITE;
}

const char *engine_path_of(const char *where)
{
    return g_str_has_prefix(where, SQLITE_PREFIX) ? where + strlen(SQLITE_PREFIX) : where;
}

struct engine *engine_open(const char *where, bool read_only, GError **error)
{
    if (engine_kind_of(where) == ENGINE_POSTGRESQL)
        return postgres_open(where, read_only, error);
    return sqlite_open(engine_path_of(where), read_only, error);
}

enum engine_kind engine_kind(const struct engine *engine)
{
    return engine->ops->kind;
}

void engine_close(struct engine *engine)
{
    if (engine)
        engine->ops->close(engine);
}

bool engine_script(struct engine *engine, const char *sql, GError **error)
{
    return engine->ops->script(engine, sql, error);
}

bool engine_lost(struct engine *engine)
{
    return engine->ops->lost(engine);
}

bool engine_begin(struct engine *engine, bool write, GError **error)
{
    return engine->ops->begin(engine, write, error);
}

bool engine_commit(struct engine *engine, GError **error)
{
    return engine->ops->commit(engine, error);
}

void engine_rollback(struct engine *engine)
{
    if (engine && engine_in_transaction(engine))
        engine_script(engine, "ROLLBACK", NULL);
}

bool engine_in_transaction(struct engine *engine)
{
    return engine->ops->in_transaction(engine);
}

struct engine_stmt *engine_prepare(struct engine *engine, const char *sql, const char *types,
                                   GError **error)
{
    return engine->ops->prepare(engine, sql, types, error);
}

void engine_finalize(struct engine_stmt *stmt)
{
    if (stmt)
        stmt->ops->finalize(stmt);
}

int engine_parameters(struct engine_stmt *stmt)
{
    return stmt->ops->parameters(stmt);
}

bool engine_bind_text(struct engine_stmt *stmt, int index, const char *text)
{
    return stmt->ops->bind_text(stmt, index, text);
}

bool engine_bind_int(struct engine_stmt *stmt, int index, gint64 value)
{
    return stmt->ops->bind_int(stmt, index, value);
}

bool engine_bind_double(struct engine_stmt *stmt, int index, double value)
{
    return stmt->ops->bind_double(stmt, index, value);
}

bool engine_bind_blob(struct engine_stmt *stmt, int index, const void *data, size_t size)
{
    return stmt->ops->bind_blob(stmt, index, data, size);
}

bool engine_bind_null(struct engine_stmt *stmt, int index)
{
    return stmt->ops->bind_null(stmt, index);
}

enum engine_step engine_step(struct engine *engine, struct engine_stmt *stmt, GError **error)
{
    return stmt->ops->step(engine, stmt, error);
}

void engine_reset(struct engine_stmt *stmt)
{
    stmt->ops->reset(stmt);
}

gint64 engine_changes(struct engine *engine)
{
    return engine->ops->changes(engine);
}

const char *engine_text(struct engine_stmt *stmt, int column)
{
    return stmt->ops->text(stmt, column);
}

gint64 engine_int(struct engine_stmt *stmt, int column)
{
    return stmt->ops->integer(stmt, column);
}

double engine_double(struct engine_stmt *stmt, int column)
{
    return stmt->ops->real(stmt, column);
}

const void *engine_blob(struct engine_stmt *stmt, int column, size_t *size)
{
    return stmt->ops->blob(stmt, column, size);
}

bool engine_null(struct engine_stmt *stmt, int column)
{
    return stmt->ops->null(stmt, column);
}

int engine_columns(struct engine_stmt *stmt)
{
    return stmt->ops->columns(stmt);
}

const char *engine_name(struct engine_stmt *stmt, int column)
{
    return stmt->ops->name(stmt, column);
}

char engine_letter(struct engine_stmt *stmt, int column)
{
    return stmt->ops->letter(stmt, column);
}
