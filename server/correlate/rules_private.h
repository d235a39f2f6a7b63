/* The rules as numbers, for the correlator's own files. Times are microseconds. */
#pragma once
#include "correlate/rules.h"

enum fault_scope {
    FAULT_NONE,
    FAULT_DEVICE,  /* the device cannot tell what it sees */
    FAULT_NETWORK, /* nor can what hangs on it */
};

struct type_rule {
    const char *zh, *en; /* borrowed from the text's JSON */
    unsigned priority;   /* 1–4 */
    unsigned at_least;   /* never less urgent than this; 0: no such bound */
    char **groups;       /* NULL: none */
    enum fault_scope fault;
    bool background;      /* by itself it tells of nothing that somebody has to act on */
    bool lost;            /* a camera that gives no picture: counted per parent */
    int64_t dedup_us;     /* 0: as everywhere */
    const json_t *source; /* the entry, borrowed */
};

struct source_rule {
    unsigned ordinary; /* 0: not said */
    bool trusted;      /* the priority that its events bring holds */
    GHashTable *types; /* type → GUINT_TO_POINTER(priority) */
};

struct dedup_rules {
    int64_t window_us, longest_us;
    double same_place_m;
};
struct chatter_rules {
    int64_t transitions, window_us, quiet_us, shelve_min;
};
struct inhibit_rules {
    char **mutes; /* dimensions */
    int64_t spare_priority, cameras, window_us;
    char *fault_type;
};
struct background_rules {
    int64_t window_us, longest_us;
};
struct group_rules {
    double affinity_weight, distance_weight, time_weight, reporter_weight, view_weight,
        street_weight;
    double join, core, background_join, full_m, zero_m, cap_m, same_area, same_village, same_street,
        same_address, view_m;
    int64_t time_us, cap_us;
};
struct affinity_rules {
    double same_type, same_group, same_dimension, other;
    GHashTable *pairs; /* "a b", a < b → double * */
};
struct link_rules {
    double affinity_weight, distance_weight, time_weight, area_weight;
    double suggest, nearby, full_m, zero_m, same_area;
    int64_t full_us, zero_us, recent_us, most;
};
struct colour_rule {
    double p;
    char *zh, *en;
};
struct warning_rules {
    double p; /* of green's upper end */
    int64_t least, window_days, past_windows, display_least;
    struct colour_rule colours[3]; /* green, yellow, red */
    char **leave_out, **sum_only, **dimensions;
};

struct rules {
    gatomicrefcount refs;
    char *text, *name;
    char digest[65];
    json_t *json;
    struct dedup_rules dedup;
    struct chatter_rules chatter;
    struct inhibit_rules inhibit;
    struct background_rules background;
    struct group_rules group;
    struct affinity_rules affinity;
    struct link_rules link;
    struct warning_rules warning;
    int64_t unattended_priority; /* returned ones of this or less urgent end unattended; 5: none */
    int64_t history_us;          /* what is older than this when it comes in is only kept */
    int64_t ordinary;
    GHashTable *sources; /* id → struct source_rule */
    GHashTable *types;   /* name → struct type_rule */
};

/* NULL: unknown. */
const struct type_rule *type_rule(const struct rules *rules, const char *type);
/* How alike two kinds of things are, 0–1. `why` gets a static word: "same type", "same group",
 * "pair", "same dimension", "other". */
double rules_affinity(const struct rules *rules, const char *dimension_a, const char *type_a,
                      const char *dimension_b, const char *type_b, const char **why);
/* The priority of an event, and where it came from: "event", "source", "type", "at_least",
 * "ordinary" (static). */
unsigned rules_priority(const struct rules *rules, const char *source, const char *type,
                        unsigned told, const char **from);

/* --- reading (rules_read.c): false + error "PLACE: what is wrong" */
bool rules_read(struct rules *rules, const json_t *json, GError **error);
