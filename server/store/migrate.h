/* The database's shape: numbered SQL files, each applied once, in order, with its checksum kept. */
#pragma once
#include "store/engine.h"

struct migration {
    int number;
    const char *name; /* NULL ends the table */
    const char *sql;
    const char *postgresql; /* the same for PostgreSQL; NULL: as dialect.h makes it of `sql` */
};

/* Generated from migrations/sqlite/NNNN_name.sql, and from migrations/postgresql/ where a file of
 * the same name is there. */
extern const struct migration migrations[];

/* Brings the database to the last of `table`. Fails with STORE_ERROR_NEWER when a newer program
 * made it or when an applied file was edited since. */
bool migrate(struct store_tx *tx, const struct migration *table, int64_t now_us, GError **error);
