/* The record of truth: one database (SQLite or PostgreSQL), one writer thread that commits in
 * groups, some reading threads. SQL is what SQLite and PostgreSQL both run (docs/decisions/store.md
 * "Dialect"): `?` placeholders, BIGINT microseconds, TEXT ids, booleans as 0/1 in SMALLINT. No type
 * of the engine leaves this folder.
 *
 * Everything runs on the loop's thread, except what takes a `struct store_tx *`: that is valid only
 * inside a store_fn, on the thread that called it. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct store;
struct store_tx;
struct store_rows;

#define STORE_ERROR (g_quark_from_static_string("townwall-store"))
enum store_error {
    STORE_ERROR_FAILED,     /* the engine said no: damaged file, bad SQL, no memory */
    STORE_ERROR_FULL,       /* no room on the disk, or over a quota */
    STORE_ERROR_CONSTRAINT, /* unique, foreign key, check or not-null rule; a value that no column
                               takes. The same write is refused again */
    STORE_ERROR_CONFLICT,   /* the caller's own: based on an old version */
    STORE_ERROR_NOT_FOUND,  /* the caller's own */
    STORE_ERROR_REFUSED,    /* the caller's own: a rule says no */
    STORE_ERROR_NEWER,      /* database made by a newer program, or a migration was edited */
    STORE_ERROR_BUSY,       /* over max_jobs wait, somebody else has locked the database, or its
                               server cannot be reached: later it may be taken */
    STORE_ERROR_CLOSED,     /* the store closes */
    STORE_ERROR_LOST,       /* the database may hold other things than this program believes: it
                               ends, and reads everything anew when it is started again */
};

struct store_options {
    const char *path; /* of the database file (also "sqlite:PATH"); its folder exists; made with
                         mode 0600; or postgresql://… of a database that exists */
    GMainContext *context; /* of the loop (NULL: default) */
    unsigned readers;      /* reading threads, 0: 2 */
    unsigned max_jobs;     /* waiting jobs of each kind, 0: 10,000 */
    int64_t keep_changes;  /* change-log rows kept after publishing, 0: 100,000 */
};

/* Opens or makes the database and brings it to this program's version. NULL: `error` is one line
 * for a person (STORE_ERROR_NEWER: made by a newer program). */
struct store *store_open(const struct store_options *options, GError **error);

/* Commits every queued write, calls every outstanding `done`, then closes. NULL is fine. */
void store_close(struct store *store);

/* Blocks until every job queued so far has run and its `done` was called (from here). A module
 * whose jobs point at it calls this before it frees itself. */
void store_drain(struct store *store);

/* --- jobs */

/* The work of one transaction, on the writer's or a reader's thread. `job` belongs to it meanwhile:
 * the loop does not touch it until `done`. false + error: everything it wrote is undone, alone. */
typedef bool (*store_fn)(struct store_tx *tx, gpointer job, GError **error);

/* Called once on the loop; `job` is the callee's again (free it here). `error` (borrowed) NULL: a
 * write is committed and on disk. */
typedef void (*store_done_fn)(gpointer job, const GError *error);

/* Writes run one after another in the order given; several share one commit. `done` NULL: the job
 * is g_free()d and a failure is logged. Never blocks; refusal comes through `done`, later. */
void store_write(struct store *store, store_fn fn, gpointer job, store_done_fn done);

/* Reads see everything whose `done` was called before. Writing in one fails. */
void store_read(struct store *store, store_fn fn, gpointer job, store_done_fn done);

/* The same, blocking, for start-up and command-line programs; `job` stays the caller's. */
bool store_write_now(struct store *store, store_fn fn, gpointer job, GError **error);
bool store_read_now(struct store *store, store_fn fn, gpointer job, GError **error);

/* --- statements. `types` has one letter a `?`:
 *   s  const char *, NULL is SQL NULL       i  gint64 (cast smaller values!)
 *   d  double, NAN is SQL NULL              b  const void *, size_t
 *   n  nothing: SQL NULL
 * Statements are prepared once a connection and kept. */

/* Runs a statement that answers no rows. */
bool store_exec(struct store_tx *tx, GError **error, const char *sql, const char *types, ...);

/* Rows that the last store_exec() of this job changed. */
gint64 store_changed(struct store_tx *tx);

/* Starts a query. Returned: rows before the first one, to be ended with store_rows_end(), or NULL.
 */
struct store_rows *store_query(struct store_tx *tx, GError **error, const char *sql,
                               const char *types, ...);

/* Moves to the next row. false: no further one, or an error (then `error` is set). */
bool store_rows_next(struct store_rows *rows, GError **error);

/* Columns of the current row, from 0. Text and blobs are borrowed until the next row. */
const char *store_text(struct store_rows *rows, int column); /* NULL: SQL NULL */
char *store_text_dup(struct store_rows *rows, int column);   /* returned, g_free() */
gint64 store_int(struct store_rows *rows, int column);       /* NULL: 0 */
double store_double(struct store_rows *rows, int column);    /* NULL: NAN */
const void *store_blob(struct store_rows *rows, int column, size_t *size);
bool store_null(struct store_rows *rows, int column);

/* Ends a query; NULL is fine. */
void store_rows_end(struct store_rows *rows);

/* A local that ends its query when it goes out of scope: `store_rows_auto rows = store_query(…)`.
 */
static inline void store_rows_clear(struct store_rows **rows)
{
    store_rows_end(*rows);
}
#define store_rows_auto __attribute__((cleanup(store_rows_clear))) struct store_rows *

/* One value of the first row; *found false when there is no row. */
bool store_query_int(struct store_tx *tx, GError **error, gint64 *value, bool *found,
                     const char *sql, const char *types, ...);

/* Settings: small named texts of the installation. */
bool store_setting_put(struct store_tx *tx, const char *name, const char *value, GError **error);
/* Returned, g_free(); NULL without error: not set. */
char *store_setting_get(struct store_tx *tx, const char *name, GError **error);

/* Any thread. Returned: a new id of 26 letters (time first, so ids sort by age), g_free(). */
char *store_id_new(void);

/* --- changes (outbox, docs/bus.md) */

struct store_change {
    gint64 epoch;      /* rises when a backup was restored; milliseconds since 1970 */
    gint64 seq;        /* rises by one within an epoch, over all topics */
    gint64 time_us;    /* wall clock of the change */
    const char *topic; /* "camera", "user", … */
    const char *id;    /* of the thing that changed */
    const char *json;  /* what a subscriber needs */
};

/* Writes the announcement of this job's change into the same transaction: both happen or neither.
 * Numbered when the group commits, which is the one place that numbers. */
bool store_announce(struct store_tx *tx, const char *topic, const char *id, const char *json,
                    GError **error);

/* Every committed change, in order, once, on the loop, before the `done` of the job that made it.
 * `change` is borrowed. */
typedef void (*store_change_fn)(const struct store_change *change, gpointer user);
guint store_on_change(struct store *store, store_change_fn fn, gpointer user);
void store_off_change(struct store *store, guint subscription);

/* Last change that was delivered to subscribers (seq 0: none in this epoch). */
void store_position(const struct store *store, gint64 *epoch, gint64 *seq);

/* Reads at most `limit` changes after `seq` of `epoch`, oldest first. `changes` holds struct
 * store_change * (borrowed, valid during the call); NULL with `error` NULL: the log does not reach
 * back so far, or the epoch is another one: take a snapshot instead. */
typedef void (*store_changes_fn)(const GPtrArray *changes, const GError *error, gpointer user);
void store_changes_since(struct store *store, gint64 epoch, gint64 seq, unsigned limit,
                         store_changes_fn fn, gpointer user);

/* Nothing after `seq` is trimmed until this is called again with a higher number (G_MAXINT64: holds
 * nothing). For the relay that has not yet passed on what follows. */
void store_hold_changes(struct store *store, gint64 seq);

/* Starts a new epoch, greater than `above` and than the old one: after a backup was restored. The
 * change log begins anew; subscribers get nothing, clients that resume get a snapshot. */
void store_new_epoch(struct store *store, gint64 above, store_done_fn done, gpointer user);

/* --- for /metrics */
struct store_stats {
    guint64 writes, commits, failed; /* jobs, groups, jobs undone */
    guint64 reads;
    unsigned waiting_writes, waiting_reads;
    gint64 last_commit_us; /* duration of the newest group commit */
    bool full;             /* a write found no room, and none has been found since */
    bool away;             /* the database's server could not be reached when it was tried last */
};
void store_stats(const struct store *store, struct store_stats *stats);

/* Tries to write while the store is full or away, so that it is known when that is over although
 * nobody changes anything. Does nothing otherwise. */
void store_probe(struct store *store);
