/* Events in, decisions out: the rules of docs/alerts.md over a model of what is going on. Pure: no
 * clock, no store, no network; the same events with the same times give the same decisions, byte by
 * byte, so that a recording can be replayed. One thread at a time; what it hands out is borrowed
 * until the next call. */
#pragma once
#include "correlate/rules.h"
#include "event/event.h"
#include "place/ground.h"

struct correlator;

#define CORRELATOR_ERROR (g_quark_from_static_string("townwall-correlator"))

enum alert_state { /* ISA-18.2 */
                   ALERT_UNACKNOWLEDGED,
                   ALERT_ACKNOWLEDGED,
                   ALERT_RETURNED, /* the cause is gone, nobody has acknowledged */
                   ALERT_NORMAL,   /* over */
                   ALERT_SHELVED,
                   ALERT_OUT_OF_SERVICE,
                   ALERT_STATES,
};
/* "unacknowledged" …; NULL for a number that is none. */
const char *alert_state_name(enum alert_state state);
bool alert_state_find(const char *name, enum alert_state *state);

enum place_how { PLACE_UNKNOWN, PLACE_POINT, PLACE_DEVICE, PLACE_AREA, PLACE_ADDRESS };
const char *
place_how_name(enum place_how how); /* "unknown", "point", "device", "area", "address" */

struct alert {
    char *id; /* given by the correlator's `next_id` */
    enum alert_state state;
    unsigned priority; /* 1–4 */
    bool signal;       /* of a device: ends when the device says so */
    bool active;       /* the cause is there, as far as it is known */
    bool chatter;      /* stands for many transitions */
    unsigned marks;    /* EVENT_EXERCISE, EVENT_TEST */
    char *source, *device, *parent, *dimension, *type, *title, *text, *address, *reporter;
    double lon, lat;
    double azimuth_deg, fov_deg;
    char *area; /* code of the cell, or of what is known; NULL: unknown place */
    enum place_how place;
    int64_t first_us, last_us; /* of what happened */
    int64_t created_us;        /* by the correlator's clock */
    int64_t shelved_until_us, expires_us, ended_us;
    char *end; /* why it is over: "cleared", "case", "merged", "ignored", "false_alarm", "expired",
                  "cancelled"; NULL: it is not */
    char *situation; /* id, NULL: none */
    char *case_id;   /* NULL: none */
    guint64 count;   /* events in it */
    char *acknowledged_by;
    int64_t acknowledged_us;
    char *memo; /* for correlator_load_alert(): what correlator_memo() gave; NULL elsewhere */
};

struct situation {
    char *id;
    unsigned priority; /* the most urgent of its alerts that are not over */
    double lon, lat;   /* of its middle */
    char *area;
    int64_t first_us, last_us, ended_us;
    GPtrArray *alerts; /* ids */
};

struct open_case { /* borrowed texts; copied */
    const char *id, *code, *dimension, *type, *area;
    double lon, lat;
    int64_t opened_us, closed_us; /* 0: open */
};

enum decision_kind {
    DECISION_ALERT,     /* a new alert */
    DECISION_COUNT,     /* one more event of an alert: the same again */
    DECISION_CLEARED,   /* the device says it is over */
    DECISION_INHIBITED, /* muted by another alert, `other` */
    DECISION_CHATTER,   /* the alert stands for a chattering device from now on */
    DECISION_FAULT,     /* many devices behind one thing: one fault instead, `other` = that alert */
    DECISION_JOIN,      /* alert → situation */
    DECISION_LEAVE,     /* … and out of it again (undone, or ended) */
    DECISION_SUGGEST, /* an open case it seems to belong to: `case_id`, `score` ≥ rules->suggest */
    DECISION_NEARBY,  /* … less sure */
    DECISION_RECENT,  /* a case closed lately */
    DECISION_END,     /* over, with alert->end */
    DECISION_CHANGED, /* state or fields changed by an operator's act or by time (unshelved …) */
    DECISION_NOTHING, /* the event changes nothing: cancelled or cleared what is not there */
    DECISION_KINDS,
};
const char *decision_kind_name(enum decision_kind kind);

struct decision {
    enum decision_kind kind;
    const struct event *event;         /* that caused it; NULL: time, or a person */
    const struct alert *alert;         /* as it is after the decision; NULL: none */
    const struct situation *situation; /* as it is after the decision; NULL: none is touched */
    const char *other;                 /* id of another alert; NULL */
    const char *case_id;
    double score;
    const char *rule; /* "dedup", "chatter", "inhibit", "group", "link", "place", "end" … */
    json_t *inputs;   /* every number that went in, an object; owned by the decision */
    char *zh, *en;    /* one sentence each; owned by the decision */
};

struct correlator_options {
    struct rules *rules;   /* a reference is taken */
    struct ground *ground; /* NULL: no areas; a reference is taken */
    /* Returned: a new id, g_free(). Replays number them, so that runs compare. */
    char *(*next_id)(const char *what, gpointer user); /* "alert", "situation" */
    gpointer user;
};
struct correlator *correlator_create(const struct correlator_options *options);
void correlator_destroy(struct correlator *correlator); /* NULL is fine */

/* Takes one event in. `now_us`: the clock, never running backwards. Returned: decisions in order
 * (of struct decision), borrowed until the next call; at least one. The caller has made sure that
 * the event was not taken before. */
const GArray *correlator_take(struct correlator *correlator, const struct event *event,
                              int64_t now_us);
/* What time brings: shelves and silences that end, expiry, situations that close, windows. */
const GArray *correlator_tick(struct correlator *correlator, int64_t now_us);
/* When it has to be ticked next; G_MAXINT64: never. */
int64_t correlator_next_us(const struct correlator *correlator);

/* --- people. NULL: no such alert (any more), or it makes no sense now: `error` says why. What time
 * brought until then is handed out by the next call (correlator_next_us() is then at once). */
enum alert_act {
    ACT_ACKNOWLEDGE,
    ACT_SHELVE, /* until_us */
    ACT_UNSHELVE,
    ACT_OUT_OF_SERVICE, /* the device's alerts, until taken back */
    ACT_IN_SERVICE,
    ACT_IGNORE,
    ACT_FALSE_ALARM,
    ACT_CASE,     /* text = case id: the alert ends in it */
    ACT_MERGE,    /* text = another alert: ends as a part of it, in its situation */
    ACT_SEPARATE, /* out of its situation, and kept out */
    ACT_UNDO,     /* text = name of the act that is undone: state, end and case as before it; or of
                     a decision of the machine: "chatter", "inhibited" (this fault mutes no more),
                     "fault" (its cameras tell for themselves again), "join" (as ACT_SEPARATE) */
    ALERT_ACTS,
};
const char *alert_act_name(enum alert_act act);
bool alert_act_find(const char *name, enum alert_act *act);
const GArray *correlator_act(struct correlator *correlator, const char *alert, enum alert_act act,
                             const char *text, int64_t until_us, const char *who, int64_t now_us,
                             GError **error);

/* --- the model from the store, at start: alerts that are not over and those of the last hours
 * (correlator_keeps_us()) in the order in which they were made, then situations, then cases and
 * devices. Copied. Ticked before to the time at which it begins, it leaves out what it would have
 * forgotten by then. */
void correlator_load_alert(struct correlator *correlator, const struct alert *alert);
void correlator_load_situation(struct correlator *correlator, const struct situation *situation);
/* What the correlator has to know again of an alert beside its fields, compact JSON of at most a
 * few KiB (transitions, ids of the source, what undo goes back to): stored with it and put into
 * `memo` when it is loaded. Returned: g_free(). */
char *correlator_memo(const struct correlator *correlator, const struct alert *alert);
/* How long alerts that are over are remembered: at most until ended_us + this. */
int64_t correlator_keeps_us(const struct correlator *correlator);

struct known_device { /* borrowed texts; copied */
    const char *id, *parent, *area;
    double lon, lat, azimuth_deg, fov_deg; /* NAN: unknown */
};
/* A camera or sensor whose place is known: new, changed. */
void correlator_set_device(struct correlator *correlator, const struct known_device *device);
void correlator_forget_device(struct correlator *correlator, const char *id);
/* Opened, changed or closed. */
void correlator_set_case(struct correlator *correlator, const struct open_case *about);
/* After correlator_set_case() of a case that is open: offered to the alerts that are open and like
 * it, by the rules that hold for an alert that comes later. Decisions as of correlator_take(). */
const GArray *correlator_offer(struct correlator *correlator, const char *case_id, int64_t now_us);
/* New rules from here on; what is there stays. */
void correlator_set_rules(struct correlator *correlator, struct rules *rules);

const struct alert *correlator_alert(const struct correlator *correlator, const char *id);
const struct situation *correlator_situation(const struct correlator *correlator, const char *id);

struct correlator_stats {
    guint alerts, active, situations, cases, devices;
};
void correlator_stats(const struct correlator *correlator, struct correlator_stats *stats);
