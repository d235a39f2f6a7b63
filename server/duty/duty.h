/* Who is on duty, the book in which one shift hands over to the next, and the telephone hook that
 * pops a caller up (docs/duty.md). Loop thread only, except where a comment says otherwise. */
#pragma once
#include "common/loop.h"
#include "identity/identity.h"
#include "net/net.h"
#include "net/topic.h"

struct duty;

struct duty_options { /* borrowed; they outlive the duty */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    /* What is open now, to be handed over: appends {"kind","id","text":{"zh","en"},"priority"|null,
     * "since_us","due_us"|null,"area"|null,"link"} each. `matters` from the loop; `more`, inside a
     * store_fn, what only the store knows. Both may be NULL. */
    void (*matters)(json_t *list, gpointer user);
    bool (*more)(struct store_tx *tx, gint64 now_us, json_t *list, GError **error);
    gpointer user;
};

/* Loads the plan (blocking: start-up), registers the routes, starts the clock. NULL + error. */
struct duty *duty_create(const struct duty_options *options, GError **error);
/* Waits for writes under way. NULL is fine. Before store, identity and net. */
void duty_destroy(struct duty *duty);

/* Who is on the roster of the shift that runs: [{"role","name","user"|null,…}]; borrowed until the
 * next turn of the loop; NULL: no shift runs. */
const json_t *duty_people_now(const struct duty *duty);

/* Topics `duty` (right duty.see) and `calls` (right case.register); borrowed. */
struct topic *duty_topic(struct duty *duty);
struct topic *duty_calls_topic(struct duty *duty);
