/* What each engine is to the rest of this folder: one table of functions, documented in engine.h
 * under the same names. sqlite.c and postgres*.c fill one each and are the only files that know
 * their engine. Every connection and statement begins with these structs. */
#pragma once
#include "store/engine.h"

struct engine {
    const struct engine_ops *ops;
};

struct engine_stmt {
    const struct engine_ops *ops;
};

struct engine_ops {
    enum engine_kind kind;
    void (*close)(struct engine *engine);
    bool (*script)(struct engine *engine, const char *sql, GError **error);
    bool (*begin)(struct engine *engine, bool write, GError **error);
    bool (*commit)(struct engine *engine, GError **error);
    bool (*in_transaction)(struct engine *engine);
    bool (*lost)(struct engine *engine);
    struct engine_stmt *(*prepare)(struct engine *engine, const char *sql, const char *types,
                                   GError **error);
    void (*finalize)(struct engine_stmt *stmt);
    int (*parameters)(struct engine_stmt *stmt);
    bool (*bind_text)(struct engine_stmt *stmt, int index, const char *text);
    bool (*bind_int)(struct engine_stmt *stmt, int index, gint64 value);
    bool (*bind_double)(struct engine_stmt *stmt, int index, double value);
    bool (*bind_blob)(struct engine_stmt *stmt, int index, const void *data, size_t size);
    bool (*bind_null)(struct engine_stmt *stmt, int index);
    enum engine_step (*step)(struct engine *engine, struct engine_stmt *stmt, GError **error);
    void (*reset)(struct engine_stmt *stmt);
    gint64 (*changes)(struct engine *engine);
    const char *(*text)(struct engine_stmt *stmt, int column);
    gint64 (*integer)(struct engine_stmt *stmt, int column);
    double (*real)(struct engine_stmt *stmt, int column);
    const void *(*blob)(struct engine_stmt *stmt, int column, size_t *size);
    bool (*null)(struct engine_stmt *stmt, int column);
    int (*columns)(struct engine_stmt *stmt);
    const char *(*name)(struct engine_stmt *stmt, int column);
    char (*letter)(struct engine_stmt *stmt, int column);
};

/* Each opens one connection as engine_open() says; `path` of a file, or a URL. */
struct engine *sqlite_open(const char *path, bool read_only, GError **error);
struct engine *postgres_open(const char *url, bool read_only, GError **error);
