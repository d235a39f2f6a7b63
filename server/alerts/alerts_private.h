/* Shared by the files of this folder. Loop thread only. */
#pragma once
#include "alerts/alerts.h"
#include "alerts/consumer.h"
#include "alerts/row.h"
#include "alerts/turn.h"

struct ingest;
struct rulebook;
struct load;
struct load_record;
struct counts;
struct alerts_metrics;
struct housekeeping;

struct alerts {
    struct alerts_options options;
    struct correlator *correlator;
    struct rulebook *rulebook; /* which rules are in force */
    struct consumer *consumer;
    struct ingest *ingest;
    struct load *load;
    struct load_record *load_record; /* of load */
    struct alerts_metrics *metrics;
    struct housekeeping *housekeeping;
    json_t *checklists; /* in force */
    json_t *sources;    /* of sources.c, as they were told */
    char *boot;
    bool closing;

    /* --- as committed */
    GHashTable *rows;       /* id → struct alert_row: what the model knows */
    GHashTable *situations; /* id → struct situation_row: not over */
    GHashTable *case_codes; /* id → code, of every case that was told */
    GHashTable *drills;     /* ids of cases of exercises that were are open */
    GHashTable *devices;    /* id → struct known_device, owned: told again to a new model */
    GHashTable *cases;      /* id → struct open_case, owned: the same */

    /* --- what is under way */
    GQueue turns; /* of struct turn: the running one is the head */
    gint64 fence;
    GPtrArray *offers; /* of offers.c: to be tried again; NULL: none */
    gpointer reload;   /* of model.c: waits for another try */
    guint reload_source;
    gint64 last_now_us; /* the model's clock never runs backwards */
    guint tick_source;
    gint64 ahead_us; /* the wall clock's number above the monotonic one's, as it was seen last */
    gint64 tick_after_us; /* not before: the last one could not be written */

    /* --- to browsers */
    struct topic *topic;
    struct counts *counts; /* that rose and are not told yet */
    json_t *flood;         /* {"seats":{user:{…}}}, as it was told */
};

/* The wall clock, never running backwards. */
gint64 alerts_now(struct alerts *alerts);
/* Was it set back by more than a correction? Then alerts_now() goes on from there. */
bool alerts_clock_fell(struct alerts *alerts);

/* Every few seconds: the clock may have been set. */
void alerts_look_clock(struct alerts *alerts);
/* The correlator is to be asked again when time brings something. */
void alerts_plan_tick(struct alerts *alerts);
/* Days since 1970 by local time. Any thread. */
gint64 alerts_day(gint64 time_us);
/* Setting of the store: the greatest fence that wrote. */
#define ALERTS_SETTING_FENCE "alerts_fence"

/* --- rulebook.c */
/* Borrowed. */
const char *rulebook_digest(const struct rulebook *rulebook);
struct rules *rulebook_rules(const struct rulebook *rulebook);

/* --- model.c */
void model_open(struct alerts *alerts);
void model_close(struct alerts *alerts);
/* Blocking: start-up. */
bool model_load_now(struct alerts *alerts, GError **error);
/* The model is thrown away and made anew from the store; `done` when it is there. */
void model_reload(struct alerts *alerts, void (*done)(struct turn *turn), struct turn *turn);
/* A reload that waits for another try has it now: the program ends. */
void model_hurry(struct alerts *alerts);
/* Copies, remembers, tells the model; one that is open is offered to alerts that are open. */
void model_set_case(struct alerts *alerts, const struct open_case *about);
/* One of an exercise: offered to nobody, only alerts of exercises may be linked to it. */
void model_set_drill(struct alerts *alerts, const char *id);
void model_close_case(struct alerts *alerts, const char *id, gint64 now_us);

/* --- offers.c */
/* The case is to be offered to alerts that are open already, in a turn of its own. */
void offers_add(struct alerts *alerts, const char *case_id);
/* A case was closed: nobody is to be pointed to it any more. */
void offers_withdraw(struct alerts *alerts, const char *case_id);

/* Adds to `ids` (texts, owned by it) those of `cases` (struct open_case) that are open, were opened
 * after `since_us`, and that no open alert was ever told of. */
bool offers_missing(struct store_tx *tx, const GPtrArray *cases, gint64 since_us, GPtrArray *ids,
                    GError **error);
/* At the start, when the model is there: these cases, and suggestions of cases that were closed,
 * wait for offers_again(). */
void offers_start(struct alerts *alerts, const GPtrArray *missing);
/* What could not be saved, or was not yet, is tried again. */
void offers_again(struct alerts *alerts);
void offers_close(struct alerts *alerts);

/* --- sources.c: what sources are called */
void sources_open(struct alerts *alerts);
void sources_close(struct alerts *alerts);
/* Tells subscribers when a name is another one. */
void sources_look(struct alerts *alerts);
/* Of the objects of a list that have a `source`, and of `other` (may be NULL). Returned: {ID:
 * {"zh", "en"}} of those that have a name, owned by the caller. */
json_t *sources_of(const struct alerts *alerts, const json_t *list, const char *other);

/* --- topic.c */
void topic_open(struct alerts *alerts);
void topic_close(struct alerts *alerts);
/* After a commit: tells subscribers what is new in it. Rows and situations are in the tables
 * already. */
void topic_tell(struct alerts *alerts, const struct turn *turn);
/* Tells counters alone: takes `counts`, {"alerts":[[id,count,last_us],…],"situations":[[id,
 * last_us],…]}. */
void topic_tell_counts(struct alerts *alerts, json_t *counts);
/* Tells alerts->sources. */
void topic_tell_sources(struct alerts *alerts);
/* Tells that the flood of seats is another one: takes `flood`. */
void topic_tell_flood(struct alerts *alerts, json_t *flood);
/* May this session see something there? A place without an area is seen by everybody who sees
 * alerts somewhere. */
bool alerts_may_see(const struct net_session *session, const char *area);
bool alerts_may_handle(const struct net_session *session, const char *area);

/* --- housekeeping.c: checklists that change, alerts that the model forgot, events that are too old
 */
void housekeeping_start(struct alerts *alerts);
void housekeeping_stop(struct alerts *alerts);

/* --- metrics.c */
struct alerts_metrics *alerts_metrics_create(struct alerts *alerts);
/* The exposition ends with net, which goes after the alerts: nothing collects in between. */
void alerts_metrics_destroy(struct alerts_metrics *metrics);

/* --- ids.c */
/* As store_id_new(), but rising also within a millisecond, so that ids are an order. */
char *id_next(void);
