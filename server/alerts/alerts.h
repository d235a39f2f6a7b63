/* Alerts: takes events from the stream, lets the correlator decide, keeps every decision, and
 * serves people (docs/alerts.md). Loop thread only, except what takes a store_tx. */
#pragma once
#include "common/loop.h"
#include "common/redis.h"
#include "control/control.h"
#include "correlate/correlate.h"
#include "identity/identity.h"
#include "net/net.h"
#include "net/topic.h"
#include "store/store.h"

struct alerts;

/* What a new case is made of. Borrowed; absent texts NULL, numbers NAN. */
struct alerts_case {
    const char *id; /* of the new case */
    const char *alert, *dimension, *type, *title, *text, *address, *area;
    double lon, lat;
    unsigned priority;
    bool exercise;
    const json_t *form; /* what the person corrected (docs/cases.md); checked; NULL: nothing */
    const char *by;     /* name of the person */
    const struct vault *vault; /* borrowed: seals the reporter whom the form names */
    const char *reporter;      /* person who reported the alert; NULL: nobody is known */
};

/* Cases are another module's: wired together in app. Those with a store_tx run inside a store_fn.
 */
struct alerts_cases {
    /* Returned by *code: its code, g_free(). STORE_ERROR_CONFLICT: the alert has a case already. */
    bool (*open)(struct store_tx *tx, const struct alerts_case *seed,
                 const struct identity_actor *who, gint64 now_us, char **code, GError **error);
    /* *code: of that case. `reporter`: a person, who becomes the case's if it has none; NULL:
     * nobody is known. STORE_ERROR_NOT_FOUND: no such case, or it is closed. */
    bool (*link)(struct store_tx *tx, const char *case_id, const char *alert, const char *reporter,
                 const struct identity_actor *who, gint64 now_us, char **code, GError **error);
    /* Takes back what opening from that alert made, or its link. *closed: the case is over now. */
    bool (*undo)(struct store_tx *tx, const char *case_id, const char *alert, const char *reporter,
                 const struct identity_actor *who, gint64 now_us, bool *closed, GError **error);
    /* Every case that is open or was closed after `since_us`, with those of exercises. */
    bool (*each)(struct store_tx *tx, gint64 since_us,
                 void (*fn)(const struct open_case *about, bool exercise, gpointer user),
                 gpointer user, GError **error);
    /* {"id","code","title","state","opened_us","closed_us","lon","lat","area"}, owned by the
     * caller; NULL: no such case, or error. */
    json_t *(*describe)(struct store_tx *tx, const char *case_id, GError **error);
    /* Is this what a new case may be made of? Otherwise adds what is wrong to `faults`. */
    bool (*check)(const json_t *form, json_t *faults);
};

struct alerts_options { /* all borrowed; they outlive the alerts */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    struct ground *ground;             /* NULL: no areas */
    const char *redis_url;             /* of common/redis.h */
    const char *rules_path;            /* read when it is there, and when it changes */
    const char *checklists_path;       /* the same for checklists */
    guint event_days;                  /* events are kept so long after they came */
    guint lease_ms;                    /* 0: 6,000 */
    const struct redis_timing *timing; /* NULL: the usual */
    const struct alerts_cases *cases;  /* NULL: none */
    /* The working cameras nearest to a point, as this session may know them: {"cameras","skipped"}
     * of docs/alerts.md, owned by the caller. NULL: there are none. */
    json_t *(*near)(double lon, double lat, guint count, const struct net_session *session,
                    gpointer user);
    /* What sources are called: {ID: {"zh","en"}}, owned by the caller. NULL: nobody knows. */
    json_t *(*sources)(gpointer user);
    gpointer user;
};

/* Loads what is going on (blocking: start-up), registers routes, commands and metrics, begins to
 * connect. NULL + error. */
struct alerts *alerts_create(const struct alerts_options *options, GError **error);
/* Waits for the write under way. NULL is fine. Before store, identity and net. */
void alerts_destroy(struct alerts *alerts);

/* Topic `alerts`, for wall_add_topic(); lives as long as the alerts. */
struct topic *alerts_topic(struct alerts *alerts);

/* Inside a store_fn. *person (g_free(); NULL: nobody is known): who reported that alert, else the
 * first who reported something in its situation. */
bool alerts_reporter(struct store_tx *tx, const char *alert, char **person, GError **error);

/* What is open and urgent (priority 1 and 2, no exercises): appends {"kind":"alert","id","text":
 * {"zh","en"},"priority","since_us","area"|null,"link"} each, the more urgent and older first. */
void alerts_matters(struct alerts *alerts, json_t *list);

/* A case was opened, changed or closed by somebody else than an act on an alert. One of an exercise
 * is offered to nobody. */
void alerts_set_case(struct alerts *alerts, const struct open_case *about, bool exercise);
/* A camera or sensor whose place is known: new, changed, gone. */
void alerts_set_device(struct alerts *alerts, const struct known_device *device);
void alerts_forget_device(struct alerts *alerts, const char *id);
