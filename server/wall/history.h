/* The cameras' states over time, kept in the store: each change with its time, and per hour how
 * long a camera was online. Writes are gathered, so that a thousand flapping cameras cost a commit
 * each few seconds. Loop thread only. */
#pragma once
#include "common/loop.h"
#include "wall/camera_set.h"

struct history;

struct history_options {
    struct loop *loop;
    struct store *store;
    struct camera_set *cameras;
    guint keep_days;
    gint64 (*now_us)(void); /* wall clock; NULL: the real one */
};

/* Notes the time since the last run as not observed. NULL + error. Blocking: start-up. */
struct history *history_create(const struct history_options *options, GError **error);
/* Writes what is pending. NULL is fine. Before the store and the cameras. */
void history_destroy(struct history *history);

/* State or reason of the camera may be another; anything else is passed over. */
void history_note(struct history *history, const struct camera *camera);
/* Nobody observes it any more: it was deleted. */
void history_forget(struct history *history, const struct camera *camera);
/* Writes at once what is gathered; for tests. */
void history_flush(struct history *history);

/* --- reading */

struct history_change {
    gint64 time_us;
    char *state, *reason, *detail; /* "" when none */
    gint64 skipped;                /* changes left out before this one */
};
struct history_gap {
    gint64 from_us, to_us;
};

/* Spans of the online rate; each begins with a whole hour and ends now. */
enum history_span { HISTORY_24H, HISTORY_7D, HISTORY_30D, HISTORY_SPANS };
extern const char *const history_span_names[HISTORY_SPANS]; /* "24h", "7d", "30d" */
gint64 history_span_begin(const struct history *history, enum history_span span);

struct history_share {
    gint64 online_us, due_us;
};

/* `changes` (struct history_change) and `gaps` (struct history_gap) of [from_us, to_us], oldest
 * first, and before them the change that holds at from_us, if it is known; all borrowed. `more`:
 * the oldest were left out. */
typedef void (*history_read_fn)(const GArray *changes, const GArray *gaps, bool more,
                                const GError *error, gpointer user);
void history_read(struct history *history, const char *camera, gint64 from_us, gint64 to_us,
                  guint limit, history_read_fn done, gpointer user);

/* Shares of every camera by id: a table of struct history_share[HISTORY_SPANS], borrowed. What was
 * read less than a minute ago is not read again. */
typedef void (*history_shares_fn)(GHashTable *shares, const GError *error, gpointer user);
void history_shares(struct history *history, history_shares_fn done, gpointer user);
