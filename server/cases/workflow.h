/* A workflow as data (docs/cases.md): states, moves, timers; read, checked, asked. Pure; any
 * thread: nothing changes after workflow_read(). */
#pragma once
#include "cases/due.h"
#include "identity/rights.h"

#define WORKFLOW_ERROR (g_quark_from_static_string("townwall-workflow"))
enum workflow_error { WORKFLOW_ERROR_BAD };

/* What can be done with a case. */
enum case_act {
    CASE_TRIAGE,
    CASE_DISPATCH,
    CASE_TAKE,
    CASE_RETURN,
    CASE_FEEDBACK,
    CASE_REVIEW,
    CASE_JOINT,
    CASE_PLAN,
    CASE_MEDIATE,
    CASE_ATTEMPT,
    CASE_ESCALATE,
    CASE_ASK_PAUSE,
    CASE_ASK_EXTENSION,
    CASE_GRANT,
    CASE_DENY,
    CASE_RESUME,
    CASE_SPOT,
    CASE_VERIFY,
    CASE_SCORE,
    CASE_ARCHIVE,
    CASE_REFUSE,
    CASE_TRANSFER,
    CASE_TERMINATE,
    CASE_REOPEN,
    CASE_MERGE,
    CASE_UNMERGE,
    CASE_URGE,
    CASE_CARD,
    CASE_EDIT,
    CASE_COMMENT,
    CASE_CALL,
    CASE_INSTRUCT,
    CASE_INSTRUCT_DONE,
    CASE_LINK,
    CASE_UNLINK,
    CASE_MEET,
    CASE_RESOLVE,
    CASE_RESOLVE_DONE,
    CASE_COURT,
    CASE_ATTACH,
    CASE_DETACH,
    CASE_ACT_COUNT,
};
struct case_act_info {
    const char *name, *zh, *en;
    const char *const *outcomes; /* NULL: one only; ended by NULL */
    bool handles;                /* whoever does it handles the case and does not verify it */
    bool free;                   /* needs no version */
};
const struct case_act_info *case_act_info(enum case_act act);
/* −1: no such act. */
int case_act_find(const char *name);

enum workflow_end { END_NONE, END_DONE, END_REFUSED, END_ENDED, END_MERGED };
#define WORKFLOW_STATES 32 /* at most */
#define WORKFLOW_BEFORE (-2)
#define WORKFLOW_STAY   (-1)

struct workflow_state {
    char *id, *zh, *en;
    bool start, verify, pause;
    enum workflow_end end;
};
struct workflow_move {
    enum case_act act;
    guint32 from;     /* bit of each state */
    int to;           /* state, WORKFLOW_STAY or WORKFLOW_BEFORE */
    const char *when; /* outcome; NULL: each */
    guint32 roles;    /* bit of each place in roles() */
};

/* What an order can be in. */
enum order_state { ORDER_SENT, ORDER_TAKEN, ORDER_DONE, ORDER_RETURNED, ORDER_WITHDRAWN };
const char *order_state_name(enum order_state state);
/* −1: no such state. */
int order_state_find(const char *name);

struct workflow_timer {
    char *id, *zh, *en;
    bool order; /* of each order, else of the case */
    guint32 in; /* states of the case, or of the order */
    enum { BY_NOTHING, BY_GRADE, BY_LEVEL } by;
    GArray *limits;  /* struct workflow_limit */
    bool levels;     /* when over: to the next level of mediation */
    bool quiet;      /* when over: nothing; else the supervisor is told */
    char **channels; /* only of these; NULL: all */
    bool until_seen; /* only until a department has seen an order */
    bool agreed; /* only with an agreement, until what became of its confirmation is on record */
    guint extend_days;  /* more days at most, once, granted; 0: only work is extended */
    guint reminders[4]; /* days before */
    guint reminder_count;
};
struct workflow_limit {
    char key[24]; /* "*": all others */
    struct due_limit limit;
};

struct workflow {
    char *id, *zh, *en;
    GArray *states; /* struct workflow_state */
    GArray *moves;  /* struct workflow_move */
    GArray *timers; /* struct workflow_timer */
    int start;
    bool full_orders; /* an order says item, standard and time: nothing is filled in by itself */
    json_t *file;
};

/* Reads and checks. `name` stands for the file in messages. Returned: owned by the caller; NULL +
 * error with the place. */
struct workflow *workflow_read(const char *text, gsize size, const char *name, GError **error);
void workflow_destroy(struct workflow *workflow); /* NULL is fine */

/* For workflow_read(): may nobody get stuck, skip verification, or verify what they handled? */
bool workflow_check(const struct workflow *workflow, const char *name, GError **error);

/* −1: no such state. */
int workflow_state_find(const struct workflow *workflow, const char *id);
const struct workflow_state *workflow_state(const struct workflow *workflow, int state);

/* The move of an act in a state for somebody with these roles. NULL: *known tells whether somebody
 * else may. `outcome` may be NULL: any. */
const struct workflow_move *workflow_move(const struct workflow *workflow, enum case_act act,
                                          int state, const char *outcome, guint32 roles,
                                          bool *known);
/* NULL: there is none for it. */
const struct due_limit *workflow_limit(const struct workflow_timer *timer, const char *grade,
                                       int level);
/* Bit of a role; 0: no such role. */
guint32 workflow_role_bit(const char *code);
/* The file with its table: [{"state","act","when","to","roles"}], owned by the caller. */
json_t *workflow_json(const struct workflow *workflow);
