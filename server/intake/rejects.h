/* What feeds brought that could not be made into events, with the reason, in the store: a person
 * corrects the mapping and has it tried again. Sealed, since an item may name people. Loop thread
 * only. */
#pragma once
#include "intake/feeds.h"
#include "intake/form.h"

struct rejects;

enum {
    REJECTS_KEPT = 1000,            /* newest ones of a feed */
    REJECTS_DAYS = 30,              /* then they go */
    REJECTS_ITEM_BYTES = 64 * 1024, /* of a longer one only the reason is kept */
};

struct reject {
    json_t *item;    /* as it came; NULL: it cannot be tried again */
    int64_t time_us; /* when */
    char *field;     /* of ours; NULL: the whole */
    char *zh, *en;   /* why */
};
/* Copies the texts, takes a reference of `item`. `field` may be NULL. Returned: owned by the
 * caller. */
struct reject *reject_new(json_t *item, int64_t time_us, const char *field, const char *zh,
                          const char *en);
void reject_free(gpointer reject); /* NULL is fine */

/* Counts what there is (blocking: start-up) into the numbers of `feeds`. Both are borrowed. NULL +
 * error. */
struct rejects *rejects_create(struct store *store, struct feeds *feeds, GError **error);
/* Waits for writes under way. Before the feeds; NULL is fine. */
void rejects_destroy(struct rejects *rejects);

/* `saved`: on disk. */
typedef void (*rejects_done_fn)(bool saved, gpointer user);
/* Keeps `list` (struct reject, borrowed for the call) of `feed`. The same item again renews its
 * reason. `done` is called once, later. */
void rejects_keep(struct rejects *rejects, const char *feed, const GPtrArray *list,
                  rejects_done_fn done, gpointer user);
/* Forgets those older than REJECTS_DAYS. */
void rejects_expire(struct rejects *rejects);

/* --- for the face of this list */
/* Inside a store_fn: how many of `feed` there are; the `done` of that job hands it to
 * rejects_note(). */
bool rejects_count(struct store_tx *tx, const char *feed, gint64 *count, GError **error);
void rejects_note(struct rejects *rejects, const char *feed, gint64 count);
/* Returned: the item, owned by the caller; NULL: not kept, or sealed with another key. */
json_t *rejects_open(const struct rejects *rejects, const void *sealed, size_t size);
