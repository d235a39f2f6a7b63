/* Shared by the files of this folder. */
#pragma once
#include "duty/duty.h"
#include "duty/plan.h"
#include "identity/problem.h"
#include "store/store.h"

struct telephone;

struct duty {
    struct duty_options options;
    GTimeZone *zone;
    json_t *plan;  /* with "version" */
    json_t *state; /* what topic `duty` told last */
    struct topic *topic;
    struct telephone *telephone;
    guint clock;
    bool looking, again; /* a look is under way; another one is wanted */
    bool closing;
    char *handing; /* id of a shift that is being handed over by the clock */
};

/* One request of somebody that reads or writes the store. */
struct duty_job {
    struct duty *duty;
    struct net_request *request; /* NULL: the clock */
    struct identity_actor *actor;
    char *user, *name, *session;
    json_t *body;    /* NULL: none */
    json_t *matters; /* NULL: none */
    struct duty_shift shift, next;
    gint64 now_us;
    gint64 number; /* a limit, days … */
    bool wrote, dry_run;
    const struct problem *problem;
    guint status;
    json_t *result;
    void (*show)(struct duty_job *job); /* on the loop, before it is answered; NULL: as it is */
};
/* Takes `body`. Returned: owned by the caller, handed to duty_run() or duty_job_free(). */
struct duty_job *duty_job_new(struct duty *duty, struct net_request *request, json_t *body);
void duty_job_free(struct duty_job *job);
/* Runs it and answers: `problem`, an error of the store, else `status` and `result`. */
void duty_run(struct duty_job *job, store_fn fn, bool write);

/* Looks who is on duty and what was handed over, tells the topic when that is another thing, and
 * hands a shift over that is over and was not. Soon, once. */
void duty_look(struct duty *duty);

/* --- inside a store_fn */
/* Returned: owned by the caller, the shipped one when there is none; NULL + error. */
json_t *duty_plan_read(struct store_tx *tx, GError **error);
bool duty_plan_write(struct store_tx *tx, const json_t *plan, GError **error);
/* {"id","day","people","version"}; version 0 and nobody when it was never written. NULL + error. */
json_t *duty_shift_read(struct store_tx *tx, const struct duty_shift *shift, GError **error);
/* As it shall be, when `version` is still the one there; STORE_ERROR_CONFLICT. */
bool duty_shift_write(struct store_tx *tx, const struct duty_shift *shift, const json_t *people,
                      gint64 version, gint64 now_us, GError **error);
/* All of [from, to], days as text. NULL + error. */
json_t *duty_shifts_read(struct store_tx *tx, const char *from, const char *to, GError **error);
/* As docs/duty.md has it, whole; json null when there is none. NULL + error. */
json_t *duty_handover_read(struct store_tx *tx, const char *id, GError **error);
json_t *duty_handovers_read(struct store_tx *tx, gint64 limit, GError **error);
/* A handover as it begins, version 0. Owned by the caller. */
json_t *duty_handover_new(const struct duty_shift *shift);
/* Writes it over version `based_on` (0: there is none yet); STORE_ERROR_CONFLICT. */
bool duty_handover_write(struct store_tx *tx, const json_t *handover, gint64 based_on,
                         GError **error);

/* --- roster_api.c, handover.c, telephone_api.c */
void duty_add_roster_routes(struct duty *duty);
void duty_add_handover_routes(struct duty *duty);
/* The clock hands over what nobody did. Inside a store_fn; the job is a duty_job. */
bool duty_hand_over(struct store_tx *tx, gpointer data, GError **error);
/* What of `matters` this session may see, and how many it may not; owned by the caller. */
json_t *duty_matters_seen(const json_t *matters, const struct net_session *session, gint64 *hidden);

/* "1790…": a time as answers have it; null for 0. Owned by the caller. */
json_t *duty_time_json(gint64 time_us);
gint64 duty_time_of(const json_t *object, const char *key);
