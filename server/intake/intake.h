/* The ways in: feeds and what they bring. Everything is made into events (docs/events.md), checked,
 * and put on the Redis stream; only then is it accepted. Loop thread only. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "event/event.h"
#include "identity/identity.h"
#include "net/net.h"
#include "store/store.h"

struct intake;

struct intake_options { /* all borrowed; they outlive the intake */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    const json_t *config;  /* the whole checked configuration */
    const char *redis_url; /* of common/redis.h */
};
/* Loads the feeds, registers routes, commands and metrics, begins to connect. NULL + error. */
struct intake *intake_create(const struct intake_options *options, GError **error);
void intake_destroy(struct intake *intake); /* NULL is fine */

enum intake_outcome {
    INTAKE_ACCEPTED, /* on disk in the stream */
    INTAKE_AWAY,     /* Redis does not answer, or the stream is full: try again later */
    INTAKE_REFUSED,  /* an event is wrong; nothing of the batch was put on the stream */
};
/* `why` is in English, borrowed; NULL when accepted. */
typedef void (*intake_done_fn)(enum intake_outcome outcome, const char *why, gpointer user);

/* The door for everything inside this program (MQTT, CAP, camera states, GB/T 28181 alarms): the
 * events (struct event, references are taken) go on the stream together, in order. `received_us` is
 * filled in when 0; marks of time are set. `done` is called exactly once, later, also when intake
 * is destroyed before. A feed of that `source` is made when there is none, of kind "internal". */
void intake_submit(struct intake *intake, struct event *const *events, guint count,
                   intake_done_fn done, gpointer user);
/* What feeds are called: {ID: {"zh","en"}} of all that have a name; one that is named in one
 * language is called so in both. Owned by the caller. */
json_t *intake_names(const struct intake *intake);
/* Feeds that fail now: appends {"kind":"feed","id","text":{"zh","en"},"since_us","link"} each. */
void intake_matters(struct intake *intake, json_t *list);
/* Redis answers and there is room in the stream. */
bool intake_ready(const struct intake *intake);
