/* What is going on, for the correlator's own files: alerts, the clusters they form, the cases and
 * devices that are known, and the clockwork. One thread at a time. Nothing here fails: what cannot
 * be is a decision of its own (DECISION_NOTHING) or an assertion. Unless it says otherwise,
 * arguments are borrowed, what is returned is borrowed from the model until the next call of the
 * correlator, times
 * (`_us`) are microseconds since 1970, and `c` is changed only as described. */
#pragma once
#include "correlate/correlate.h"
#include "correlate/rules_private.h"
#include "correlate/space.h"

enum {
    IDS_KEPT = 16,         /* ids of the source that are remembered per alert */
    TRANSITIONS_KEPT = 16, /* at least chatter.transitions' bound */
    UNDO_KEPT = 8,
};

enum timer_kind {
    TIMER_UNSHELVE,
    TIMER_EXPIRE,
    TIMER_QUIET,  /* a chattering device */
    TIMER_WINDOW, /* of deduplication is over: out of its index */
    TIMER_FORGET,
    TIMER_CLOSE, /* of a cluster: nothing joins it any more */
    TIMER_KINDS,
};

/* What an act changed, as it was before. */
struct past {
    enum alert_act act;
    enum alert_state state;
    char *end, *case_id, *situation, *acknowledged_by;
    int64_t acknowledged_us, shelved_until_us, ended_us;
};

struct cluster;

/* An alert in the model. Owned by the model until nothing and no decision of the running call names
 * it. */
struct live {
    struct alert a; /* first: an alert of ours is a live one */
    /* --- remembered in the memo */
    int64_t transitions[TRANSITIONS_KEPT]; /* newest last */
    unsigned transition_count;
    const char *gone;      /* static: why the cause is gone, "cleared", "expired"; NULL */
    GPtrArray *ids;        /* of the source, oldest first */
    guint64 cancelled;     /* events of it that were taken back */
    GPtrArray *taken_back; /* their ids, the newest; NULL: none */
    GHashTable *updates;   /* id of an update → id of what it replaced first; NULL: none */
    GPtrArray *lost; /* devices without a picture that this fault stands for; NULL: it is none */
    double joined;   /* score with which it came into its situation; 0: it began it; NAN: by hand */
    GArray *undo;    /* of struct past, oldest first */
    bool gathers;    /* the background of a cell */
    bool history;    /* over from the start: nothing is compared with it */
    bool lifted;     /* a fault that mutes no more: undone by a person */
    bool steady;     /* not treated as chattering, nor as part of a greater fault: undone */
    char *village;   /* or community; NULL */
    char *street;    /* address without its house number; NULL */
    char *house;     /* address with it, without the town; NULL: it has none */
    char *part_of;   /* fault of the machine that it was made a part of; NULL */
    GPtrArray *muted; /* of mute.c: conditions that it mutes and that are still there; NULL */
    /* --- indexes */
    guint64 number; /* in the order in which alerts were made */
    struct cluster *cluster;
    GPtrArray *keys;          /* of the index of deduplication, own strings */
    struct space_item placed; /* in `places`, while it can be counted on */
    bool in_device, in_faults, in_parent_faults, in_losses; /* listed there */
    unsigned timers;                                        /* how many the clockwork has */
    int64_t timer_due_us[TIMER_CLOSE]; /* the earliest of each kind; G_MAXINT64: none */
    bool dead;                         /* forgotten; freed when no timer knows it */
};

/* Alerts that are compared as one; becomes a situation with its second alert. */
struct cluster {
    struct situation *situation; /* NULL: one alert alone */
    GPtrArray *members;          /* struct live, in the order of joining */
    unsigned marks;
    /* --- its core: those that joined with at least group.core */
    guint core;
    double lon, lat;  /* mean of those with a point, but strays; NAN: none has one */
    char *area;       /* grid cell of the first that has one; NULL */
    char *village;    /* the same of the village around it; NULL */
    GPtrArray *kinds; /* struct live, one a type */
    int64_t first_us, last_us;
    int64_t begin_first_us, begin_last_us; /* when its members began, for the cap */
    GPtrArray *streets;                    /* and houses of its core, own strings */
    struct space_item item;        /* in `clusters`, while it can be joined and has a point */
    char *listed, *listed_village; /* under which it stands in `area_clusters`; NULL */
    GPtrArray *listed_streets;     /* under which it stands in `street_clusters` */
    int64_t closes_us;
    bool closed; /* for good */
};

/* A case that alerts are held against; copied from struct open_case. */
struct known_case {
    char *id, *code, *dimension, *type, *area;
    double lon, lat;
    int64_t opened_us, closed_us;
    struct space_item item; /* in `case_places`, when it has a point */
    char *listed;           /* under which it stands in `area_cases`; NULL */
};

/* Copied from struct known_device. */
struct device {
    char *id, *parent, *area;
    double lon, lat, azimuth_deg, fov_deg;
};

/* One entry of the clockwork. */
struct timer {
    int64_t due_us;
    enum timer_kind kind;
    void *of; /* struct live; of TIMER_CLOSE struct cluster */
};

struct correlator {
    struct rules *rules;                               /* a reference */
    struct ground *ground;                             /* a reference; NULL: no areas */
    char *(*next_id)(const char *what, gpointer user); /* of struct correlator_options */
    gpointer user;
    int64_t now_us;         /* the greatest that a call had */
    GArray *decisions;      /* of struct decision */
    GHashTable *alerts;     /* id → struct live, owned */
    GHashTable *situations; /* id → struct cluster */
    GHashTable *dedup;      /* key → struct live, newest */
    GHashTable *by_ref;     /* "source\x1fid" → struct live */
    GHashTable *by_device;  /* device → GPtrArray of struct live that are not over */
    GHashTable *faults;     /* device or parent → GPtrArray of struct live that mute it, or stand
                               for some that are still dark */
    GHashTable *losses;     /* parent → GPtrArray of struct live: its cameras without picture */
    GHashTable *devices;    /* id → struct device */
    GHashTable *cases;      /* id → struct known_case */
    GHashTable *area_clusters;   /* cell → GPtrArray of struct cluster */
    GHashTable *street_clusters; /* street or house → GPtrArray of struct cluster */
    GHashTable *area_cases;      /* cell → GPtrArray of struct known_case */
    struct space *clusters, *places, *case_places;
    GArray *timers;     /* heap of struct timer, the next one first */
    GPtrArray *ended;   /* struct live that were forgotten; freed with the next call */
    GPtrArray *gone;    /* struct cluster, the same */
    guint64 made;       /* alerts, by this model */
    GPtrArray *found;   /* scratch of searches */
    GHashTable *muted;  /* condition → struct muted, see mute.c */
    GPtrArray *lifting; /* struct live that may mute no more: looked at when the call ends */
    GPtrArray *risen;   /* struct event that decisions of this call point at */
    bool undelivered;   /* an act was refused: the next call hands out what time brought before */
};

/* --- correlator.c */
/* An event that tells of something there, in the order in which rules are asked. */
void correlator_arrive(struct correlator *c, const struct event *event);
/* How long what is over is remembered, unless something can be counted on it for longer. */
int64_t correlator_rests_us(const struct correlator *c);
/* Empty ones, as large as the rules look; nothing lies in the old ones. */
void correlator_make_spaces(struct correlator *c);

/* --- model.c: what there is */

static inline bool is_over(const struct live *live)
{
    return live->a.state == ALERT_NORMAL;
}
/* Is where it happened known as a point? */
static inline bool has_point(const struct live *live)
{
    return live->a.place == PLACE_POINT || live->a.place == PLACE_DEVICE;
}
/* Exercise and test are apart from what is real, and from each other; what comes in a day late is
 * apart from what goes on now. */
static inline unsigned apart_marks(unsigned marks)
{
    return marks & (EVENT_EXERCISE | EVENT_TEST | EVENT_LATE);
}
/* When it happened; what came late is placed where it belongs. */
static inline int64_t time_of(const struct event *event)
{
    bool late = event->occurred_us && (event->marks & EVENT_LATE) && !(event->marks & EVENT_FUTURE);
    return late ? event->occurred_us : event_time_us(event);
}
/* Is a report of before the newest sighting? One of the time to come tells nothing: the clock was
 * set back since. */
static inline bool is_older(const struct correlator *c, const struct event *event, int64_t last_us)
{
    return time_of(event) < last_us && last_us <= c->now_us;
}
static inline double seconds_of(int64_t us)
{
    return (double)us / G_USEC_PER_SEC;
}

/* A new alert without fields. Takes `id`. Returned: owned by the model, in `alerts`. */
struct live *live_new(struct correlator *c, char *id);
/* Only when no index, cluster, timer or decision names it. */
void live_free(struct live *live);
/* Nothing refers to it from here on but decisions of this call. */
void live_forget(struct correlator *c, struct live *live);
/* Puts it where devices, faults and losses are looked up, or out of there, as it is now. */
void live_index(struct correlator *c, struct live *live);
/* The source calls it so too; of many ids the first and the newest stay. Copied. */
void live_remember_id(struct correlator *c, struct live *live, const char *id);
/* An update by this id stands for what `of` did: it counts as the same report. */
void live_replaces(struct live *live, const char *id, const char *of);
/* Takes back what an id stands for. false: it was before. */
bool live_take_back(struct live *live, const char *id);
/* NULL: none, or its id is forgotten. */
struct live *live_by_ref(struct correlator *c, const char *source, const char *id);
/* The list of a key, in the order of adding; NULL: none. `key` NULL: NULL. */
GPtrArray *index_list(GHashTable *index, const char *key);
/* `key` is copied, `item` borrowed by the index. */
void index_add(GHashTable *index, const char *key, gpointer item);
/* What is not there is fine. */
void index_remove(GHashTable *index, const char *key, gpointer item);
/* Type in words, for sentences: of the rules, else as it is. */
const char *type_zh(const struct correlator *c, const char *type);
const char *type_en(const struct correlator *c, const char *type);

/* --- clockwork.c */
/* `of` (struct live, of TIMER_CLOSE struct cluster) is looked at again at due_us, or earlier: one
 * that is there and comes earlier is enough. */
void timer_set(struct correlator *c, enum timer_kind kind, void *of, int64_t due_us);
/* Those that an alert as it is now has to have. */
void timers_for(struct correlator *c, struct live *live);
/* Does all that is due until then. */
void timers_run(struct correlator *c, int64_t now_us);
/* When something that is over is forgotten. */
int64_t timers_forget_us(const struct correlator *c, const struct live *live);
/* G_MAXINT64: nothing waits. */
int64_t timers_next_us(const struct correlator *c);

/* --- decide.c */
/* Hands a decision out. Takes `inputs` (NULL: none), `zh` and `en`; `rule` is static; `event`
 * (NULL: time or a person) and `live` (NULL: none) are named by it until the next call. Returned:
 * to set `other`, `case_id`, `score`; valid until the next decide(). */
struct decision *decide(struct correlator *c, enum decision_kind kind, const struct event *event,
                        struct live *live, const char *rule, json_t *inputs, char *zh, char *en);
/* A call begins: what the last one handed out goes, what time brought comes first. */
void decisions_begin(struct correlator *c, int64_t now_us);
/* The alert that the event opened or was counted on, by the decisions from number `from` on; NULL:
 * none. */
struct live *decided_alert(const struct correlator *c, const struct event *event, guint from);
/* For correlator_destroy(). */
void decisions_free(struct correlator *c);

/* --- dedup.c */
/* The alert that an event is one more sighting of; NULL: none. `*why` is static. */
struct live *dedup_find(struct correlator *c, const struct event *event, const char **why);
/* Until when an alert can be counted on; G_MAXINT64: it stands in no index. */
int64_t dedup_until_us(const struct correlator *c, const struct live *live);
/* It can be counted on from here on. */
void dedup_index(struct correlator *c, struct live *live);
/* … and cannot any more. What stands in no index is fine. */
void dedup_drop(struct correlator *c, struct live *live);
/* Is the event more urgent than what people have dealt with? Then it is not one more of it. */
bool dedup_is_worse(const struct correlator *c, const struct live *live, const struct event *event);
/* Counts it and decides so; `why` as dedup_find() gave it. May bring back what was over. */
void dedup_count(struct correlator *c, struct live *live, const struct event *event,
                 const char *why);

/* --- gather.c */
/* true: the event is background, and was counted or begins a new gathering. */
bool gather_take(struct correlator *c, const struct event *event);
/* Is the type background? */
bool gather_is(const struct correlator *c, const char *type);
/* Its key in the index of deduplication. Returned: g_free(). */
char *gather_key(unsigned marks, const char *source, const char *cell);
/* When it has been quiet for long enough, or has lasted for long enough. */
int64_t gather_until_us(const struct correlator *c, const struct live *live);

/* --- place.c */
/* NAN: no point is known. */
struct position {
    double lon, lat;
    enum place_how how;
    const char *area; /* borrowed; NULL */
};
/* By the order of docs/alerts.md, "place". */
struct position place_of_event(struct correlator *c, const struct event *event);
/* "清溪镇石桥村巷内35号" → "清溪镇石桥村巷内". Returned: g_free(); NULL: no address. */
char *place_street(const char *address);
/* One house, however it is told: "石桥村巷内35号" in the village that the address names, else in
 * that of `area`. Returned: a key, g_free(); NULL: no address, one without a number, or nobody
 * knows which village. */
char *place_house(const struct correlator *c, const char *address, const char *area);
/* The village or community that an area is or lies in. Returned: g_free(); NULL: none. */
char *place_village(const struct correlator *c, const char *code);
/* "石桥村05网格（439907103201005）": for sentences; the code alone where no name is known.
 * Returned: g_free(). */
char *place_named(const struct correlator *c, bool zh, const char *code);
/* The camera or sensor of that name; NULL: unknown. */
const struct device *device_find(const struct correlator *c, const char *id);
void device_free(gpointer device); /* struct device */

/* --- alert.c: an alert's life. `at_us`: when, by the correlator's clock */
/* A new alert of the event: placed, grouped, held against cases, decided. */
void alert_open(struct correlator *c, const struct event *event);
/* Fields that events bring: texts, place, view. */
void alert_fill(struct correlator *c, struct live *live, const struct event *event);
/* An event of kind EVENT_CLEARED: decides at least once. */
void alert_clear(struct correlator *c, const struct event *event);
/* The time is over until which its source said that it holds. */
void alert_expire(struct correlator *c, struct live *live, int64_t at_us);
/* The alert of the same condition: that the device raised and has not cleared; NULL: none. */
struct live *alert_raised(struct correlator *c, const struct event *event);
/* The shelf's time is over. */
void alert_unshelve(struct correlator *c, struct live *live, int64_t at_us);
/* The cause is gone (`why` static: "cleared", "expired"): returned, or over. */
void alert_return(struct correlator *c, struct live *live, const char *why, int64_t at_us);
/* It is over: `why` (copied) as alert->end. */
void alert_end(struct correlator *c, struct live *live, const char *why, int64_t at_us);
/* It is more urgent from here on. true: people are asked again who had acknowledged or shelved it;
 * it has to be settled. */
bool alert_worsen(struct live *live, unsigned priority);
/* Back from over; `state` must not be ALERT_NORMAL. */
void alert_revive(struct correlator *c, struct live *live, enum alert_state state);
/* After state or activity was set: indexes, cluster and timers follow. */
void alert_settle(struct correlator *c, struct live *live);

/* --- replace.c */
/* An event of kind EVENT_CANCELLED, EVENT_UPDATED: decides at least once. Of what is not there, or
 * of another kind (an exercise, a test), an update is taken as a report. */
void alert_cancel(struct correlator *c, const struct event *event);
void alert_update(struct correlator *c, const struct event *event);
/* May the event end what has these marks? An exercise or a test ends only its like. */
bool replace_may_end(const struct event *event, unsigned marks);
/* Decides that it may not; `id` is what it names. */
void replace_refuse(struct correlator *c, const struct event *event, const char *id);

/* --- chatter.c */
/* The device changed its mind. true: that makes it chatter. */
bool chatter_note(struct correlator *c, struct live *live, int64_t at_us);
/* It stands for all changes of its device from here on: decides so. */
void chatter_begin(struct correlator *c, struct live *live, const struct event *event);
/* When a chattering device has been quiet for long enough. */
int64_t chatter_quiet_us(const struct correlator *c, const struct live *live);
/* Its timer, or a person: it is an alert as others again, and over when its device had cleared. */
void chatter_end(struct correlator *c, struct live *live, int64_t at_us);

/* --- inhibit.c */
/* Does it mute others? */
bool inhibit_mutes(const struct correlator *c, const struct live *live);
/* Are there devices that are dark still, of those that it stands for? Until they are back it is
 * not over, although its own device may be. */
bool inhibit_left(const struct live *live);
void inhibit_say_left(struct correlator *c, struct live *live, const struct event *event);
/* true: the event was decided on, a fault mutes it. */
bool inhibit_take(struct correlator *c, const struct event *event);
/* true: the event makes one fault of many. */
bool inhibit_fault(struct correlator *c, const struct event *event);
/* true: the event was a device coming back that a fault stands for. */
bool inhibit_back(struct correlator *c, const struct event *event);
/* A fault that takes others with it explains what went dark shortly before. */
void inhibit_absorb(struct correlator *c, struct live *fault);
/* What the event hangs on, by itself or by what is known of its device; NULL. */
const char *parent_of(const struct correlator *c, const struct event *event);

/* What is over and still mutes as a fault (it went on as a case, or as a part of a greater one):
 * its device says that it is back. true: the event was decided on. */
bool inhibit_over(struct correlator *c, const struct event *event);

/* --- mute.c */
/* Remembers that `by` mutes a condition: what a device raised and has not cleared. false: it mutes
 * too many already. */
bool mute_keep(struct correlator *c, struct live *by, const struct event *event);
/* true: the event was the end of a condition that is muted. */
bool mute_clear(struct correlator *c, const struct event *event);
/* The same of one that is taken back; decides if it is there. */
void mute_cancel(struct correlator *c, const struct event *event, const char *id);
/* It may mute no more. */
void mute_look(struct correlator *c, struct live *live);
/* A call ends: what nothing mutes any more comes up. */
void mute_release(struct correlator *c);
/* What it mutes came up when it was forgotten. */
void mute_forget(struct correlator *c, struct live *live);
/* For the memo; live->muted is there. */
json_t *mute_json(const struct live *live);
void mute_read(struct correlator *c, struct live *live, const json_t *list);

/* --- cluster.c */
/* An alert by itself, to be joined. Returned: owned by the model. */
struct cluster *cluster_new(struct correlator *c, struct live *founder);
/* The same of a loaded one, which may have joined with a score. */
struct cluster *cluster_load(struct correlator *c, struct live *first);
/* Computes core, situation and indexes anew from its members. */
void cluster_refresh(struct correlator *c, struct cluster *cluster);
/* One more sighting of a member. */
void cluster_seen(struct correlator *c, struct live *live);
/* Does a member with a point lie farther from the others than a situation may reach? It came in by
 * its address, and its point counts nowhere. */
bool cluster_strays(const struct correlator *c, const struct cluster *cluster,
                    const struct live *live);
/* In and out. `joined`: its score, NAN: by hand. */
void cluster_add(struct correlator *c, struct cluster *cluster, struct live *live, double joined);
void cluster_remove(struct correlator *c, struct live *live);
/* Its timer: closes it, or puts that off. */
void cluster_close(struct correlator *c, struct cluster *cluster);
/* Goes when nothing is in it and nothing can join it. */
void cluster_forget(struct correlator *c, struct cluster *cluster);
/* struct cluster; only when nothing names it. */
void cluster_free(gpointer cluster);
/* A situation for it if there is none. */
struct situation *cluster_situation(struct correlator *c, struct cluster *cluster);

/* --- group.c: finds the situation of a new alert and joins it */
/* Is enough known of its place that it can be grouped? */
bool group_can(const struct live *live);
/* Joins the best, or begins a cluster of its own. It is in none. */
void group_join(struct correlator *c, struct live *live, const struct event *event);
/* Makes a situation of an alert that is in none. */
void group_found(struct correlator *c, struct live *first, const struct event *event);
/* Out of where it is, which is told; it is in no cluster then. */
void group_leave(struct correlator *c, struct live *live, const struct event *event);

/* --- link.c: the cases that a new alert may belong to */
/* Decides on each that is like enough, at most rules->link.most. */
void link_cases(struct correlator *c, struct live *live, const struct event *event);
/* A case is new or another one: it is offered to the alerts that are open. */
void link_offer(struct correlator *c, struct known_case *known);
/* Where cases are found; it stands nowhere yet. */
void link_case_put(struct correlator *c, struct known_case *known);
/* Out of there and freed; it is out of `cases`. */
void link_case_free(struct correlator *c, struct known_case *known);
/* "same grid, 38 m, 12 min, same type". `where`: "cell", "village", "street", "address", "device"
 * or NULL;
 * `metres` NAN: not known. */
char *link_words(bool zh, const char *where, double metres, int64_t gap_us, const char *why);
/* 1 up to `full`, falling to 0 at `zero`. */
double link_fall(double value, double full, double zero);
/* A sum of weighted parts as a score: 0–1, without the last digits' noise, so that a bound is met
 * by what meets it on paper. */
double link_sum(double sum);
/* Is it the code of a grid cell? */
bool is_cell(const struct correlator *c, const char *code);

/* --- memo.c */
/* Returned: an object, owned by the caller. */
json_t *memo_write(const struct live *live);
/* Fills a loaded alert; `text` NULL or anything else than a memo: as if there was nothing to know.
 */
void memo_read(struct correlator *c, struct live *live, const char *text);
/* Frees what a struct past owns, not itself. */
void past_clear(gpointer past);
