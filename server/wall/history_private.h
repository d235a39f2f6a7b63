/* What history.c (what happens) and history_store.c (what is kept) share. */
#pragma once
#include "wall/history.h"
#include "wall/history_rules.h"

/* One camera, by its handle. */
struct track {
    char *state, *reason; /* noted last; NULL: nothing yet */
    enum presence presence;
    gint64 counted_us;        /* monotonic: up to here it is in the sums */
    gint64 online_us, due_us; /* of this hour, not written yet */
    struct history_budget budget;
    gint64 skipped; /* changes since the last one written */
    bool held;      /* the newest change waits for the budget */
};

struct entry {
    char *camera;
    gint64 time_us;
    char *state, *reason, *detail;
    gint64 skipped;
};

struct hour_row {
    char *camera;
    guint32 n;
    gint64 online_us, due_us;
};

struct asking {
    history_shares_fn done;
    gpointer user;
};

struct history {
    struct loop *loop;
    struct store *store;
    struct camera_set *cameras;
    gint64 keep_us;
    gint64 (*now_us)(void);
    gint64 (*mono_us)(void);
    GPtrArray *tracks;                         /* struct track *, index n − 1 */
    GPtrArray *pending;                        /* struct entry * */
    gint64 hour_us;                            /* that the tracks' sums belong to */
    gint64 hours_written_us, alive_written_us; /* monotonic */
    bool alive_known, closing;
    guint tick_source, gather_source;
    /* --- shares */
    GArray *asking; /* struct asking, while they are read */
    GHashTable *shares;
    gint64 shares_at_us; /* monotonic */
};

/* --- history_store.c */

/* Writes what is pending and that we live; `hours`: the sums too. */
void history_write(struct history *history, bool hours);
/* Deletes what is older than keep_us; the newest change of a camera stays. */
void history_prune(struct history *history);
/* The time since the last run was not observed. Blocking. */
bool history_note_gap(struct history *history, GError **error);

/* --- history.c */
GPtrArray *history_entries_new(void);
/* Writes soon. */
void history_gather(struct history *history);
/* Moves what is not written yet to `hours` (struct hour_row). */
void history_collect_hours(struct history *history, GArray *hours);
