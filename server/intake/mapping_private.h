/* Private to mapping*.c. */
#pragma once
#include "intake/mapping.h"
#include "intake/path.h"

enum target_kind {
    TARGET_TEXT,
    TARGET_NUMBER,
    TARGET_PRIORITY,
    TARGET_TIME,
    TARGET_LIST,
    TARGET_SHAPE,
    TARGET_EXTRA,
};
struct target {
    const char *name; /* of our field */
    enum target_kind kind;
    long cut; /* letters kept of a longer text, 0: as it is */
};
extern const struct target mapping_targets[]; /* ended by name NULL */

struct word {
    char *text;
    json_t *value;
};

/* How one of our fields is made. */
struct rule {
    const struct target *target;
    struct path *from;
    guint from_count;
    bool join;          /* all of `from`, not the first that is there */
    char *with;         /* between joined ones */
    char **absent;      /* texts that mean nothing; NULL: only "" */
    json_t *table;      /* text → value; "*": any other */
    struct word *words; /* the first that occurs in the text gives the value */
    guint word_count;
    char *time; /* form of intake/time_text.h */
    GTimeZone *zone;
    double scale;      /* numbers times this; 0: as they are */
    json_t *constant;  /* value, whatever they say */
    json_t *fallback;  /* value when nothing is found */
    struct path *pick; /* of `extra` */
    guint pick_count;
};

struct mapping {
    struct path items; /* text NULL: the body */
    struct rule *rules;
    guint rule_count;
};

/* Returned: text of a string, number or boolean, trimmed, owned by the caller; NULL: something
 * else, or empty. */
char *mapping_text(const json_t *value);
