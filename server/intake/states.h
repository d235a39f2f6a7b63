/* In which state each device of a feed was last told to be, in memory and in the store, so that a
 * restart neither forgets what was raised nor tells it twice. Loop thread only. */
#pragma once
#include "store/store.h"

struct states;

struct state {
    char *device, *type;
    bool raised;
    bool told;        /* its event is on the stream; false after a start: that is not known */
    int64_t seq;      /* of its last change: part of the event's id */
    int64_t since_us; /* 0: no longer known whether it is raised, its feed was removed */
};

/* Loads those of `feed` (blocking: start-up, or a feed that was just made). NULL + error. */
struct states *states_create(struct store *store, const char *feed, GError **error);
/* Writes under way go on and call their `done` later. NULL is fine. */
void states_destroy(struct states *states);

/* Borrowed; NULL: nothing was ever told of it. */
const struct state *states_find(const struct states *states, const char *device, const char *type);

/* The next state in memory: its number is one more than before. Returned: borrowed until the next
 * states_set() of the same device and type. */
const struct state *states_set(struct states *states, const char *device, const char *type,
                               bool raised, int64_t since_us);

/* A message of a broker that need not be looked at again; `digest` names its content. */
struct taken {
    uint16_t packet;
    char digest[33];
};
bool states_is_taken(const struct states *states, const struct taken *taken);
/* Forgets all of them, those of saves under way too: the broker counts anew. */
void states_forget_taken(struct states *states);

/* `list`: copies by state_copy(); `taken` may be NULL, an array of struct taken. In one transaction
 * on disk when `done` is called (later); `error` borrowed, NULL: written. */
typedef void (*states_saved_fn)(const GError *error, gpointer user);
void states_save(struct states *states, const GPtrArray *list, const GArray *taken,
                 states_saved_fn done, gpointer user);

/* Returned: owned by the caller. */
struct state *state_copy(const struct state *state);
void state_free(gpointer state);
