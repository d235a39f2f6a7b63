/* Meetings in the tables of migration 0040. Everything takes a `struct store_tx *`: inside a
 * store_fn, on its thread. */
#pragma once
#include "identity/identity.h"
#include "identity/vault.h"
#include "mediation/meeting.h"
#include "store/store.h"

/* How meetings are read; outlives each reading. */
struct meeting_reader {
    const struct vault *vault;
    /* Another module's part of the views (mediation.h); NULL: there is none. */
    bool (*views)(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                  json_t **others, gpointer user, GError **error);
    gpointer user;
};
/* Returned: owned by the caller. NULL: STORE_ERROR_NOT_FOUND, or another error. */
struct meeting *meeting_load(struct store_tx *tx, const struct meeting_reader *reader,
                             const char *id, GError **error);
/* Reads the other module's part anew. */
bool meeting_load_more(struct store_tx *tx, const struct meeting_reader *reader,
                       struct meeting *meeting, GError **error);
/* Reads its files anew: one was added. */
bool meeting_load_papers(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                         GError **error);
/* Writes a new one with its seats (people without an id become persons of its area). */
bool meeting_insert(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                    gint64 now_us, GError **error);
/* Writes one more seat. `phones` (of its people, in order; NULLs; borrowed) may be NULL. */
bool meeting_insert_seat(struct store_tx *tx, const struct vault *vault, struct meeting *meeting,
                         struct seat *seat, const char *const *phones, gint64 now_us,
                         GError **error);
/* Writes what is dirty; the version rises. */
bool meeting_save(struct store_tx *tx, struct meeting *meeting, GError **error);

/* Ids of meetings that are not over, or ended after `since_us`; owned texts. */
GPtrArray *meeting_live_ids(struct store_tx *tx, gint64 since_us, GError **error);

/* The number that the next row of the record has. */
bool meeting_next(struct store_tx *tx, const struct meeting *meeting, gint64 *seq, GError **error);
/* One row of the record, and of the audit log as "meeting.ACTION". `seat`, `actor`: NULL the
 * server. `details` borrowed, NULL none. */
bool meeting_note(struct store_tx *tx, const struct meeting *meeting, const struct seat *seat,
                  const struct identity_actor *actor, gint64 seq, const char *action,
                  const json_t *details, gint64 now_us, GError **error);

/* A live meeting at the same time with the same mediator or room (other than `except`, may be
 * NULL): appends {what,user?,meeting,title,starts_us,ends_us} each to `list`. */
bool meeting_conflicts(struct store_tx *tx, const char *except, const char *asks,
                       const char *const *users, const char *place_id, gint64 starts_us,
                       gint64 ends_us, json_t *list, GError **error);

/* A text of microseconds; null for 0. Owned by the caller. */
json_t *meeting_time(gint64 time_us);
