/* Alerts, situations and decisions as the store has them and people see them: the correlator's
 * fields and what is told beside them. A row is made on the loop, read by the store's threads while
 * a job has it, and not changed after it was committed. */
#pragma once
#include "correlate/correlate.h"
#include "store/store.h"
#include <jansson.h>

struct alert_row {
    gatomicrefcount refs;
    struct alert alert; /* strings owned */
    gint64 version;     /* rises with each act of a person and each change of state */
    char *case_code, *assigned, *assigned_name;
    json_t *suggestion;              /* {"case","code","score","zh","en"}; NULL: none */
    char *near_cases, *recent_cases; /* ids, separated by spaces; never NULL */
    char *by_name, *by_act;          /* newest act of a person; NULL: none */
    gint64 by_us;
    char *reason_zh, *reason_en; /* newest decision that says something */
    bool is_new;                 /* not in the store yet */
    bool retold;                 /* it is found by other words than those in the store */
    bool counted;                /* nothing but count, times and memo is another one */
};

/* Returned: one reference; a copy of the fields beside the correlator's, `before` NULL: none. */
struct alert_row *alert_row_new(const struct alert_row *before);
struct alert_row *alert_row_ref(struct alert_row *row);
void alert_row_unref(struct alert_row *row); /* NULL is fine */
/* Fills row->alert with copies; takes `memo`. */
void alert_row_fill(struct alert_row *row, const struct alert *alert, char *memo);
/* A of docs/alerts.md. */
json_t *alert_row_json(const struct alert_row *row);
/* What is told of it when it was only counted: [id, count, last_us]. */
json_t *alert_row_count_json(const struct alert_row *row);
/* How many ids a list separated by spaces has. */
guint alert_row_ids(const char *list);

struct situation_row {
    gatomicrefcount refs;
    struct situation situation; /* strings and array owned */
    gint64 version;             /* rises with each change but being seen again */
    char *title;
    bool seen; /* nothing but last_us is another one */
};
/* Copies. */
struct situation_row *situation_row_new(const struct situation *situation, gint64 version,
                                        const char *title);
/* The same with copies of a later state. */
void situation_row_fill(struct situation_row *row, const struct situation *situation);
struct situation_row *situation_row_ref(struct situation_row *row);
void situation_row_unref(struct situation_row *row); /* NULL is fine */
/* Information of a machine (priority 4 of a device) asks nobody for anything: the queue folds it.
 */
bool alert_row_informs(const struct alert *alert);
/* Does a new alert count in the load of those who are on duty? Exercises, tests and what is history
 * do not, nor information of a machine, nor what was over in the moment in which it came, nor what
 * joined a situation (NULL: none) that is in the queue already; but danger to life does, unless the
 * situation has danger to life of that type in the queue.
 * `find`: an alert of the situation by its id, NULL when it is not known any more. */
bool alert_row_alarms(const struct alert *alert, const struct situation_row *situation,
                      const struct alert *(*find)(const char *id, gpointer user), gpointer user);
/* S of docs/alerts.md. */
json_t *situation_row_json(const struct situation_row *row);
/* What is told of it when it was only seen again: [id, last_us]. */
json_t *situation_row_count_json(const struct situation_row *row);

struct decision_row {
    char *id;
    gint64 time_us;
    enum decision_kind kind;
    char *rule, *alert, *other, *situation, *case_id;
    double score;
    json_t *inputs;
    char *zh, *en;
    gint64 events; /* that it stands for */
};
/* Takes inputs and sentences out of `decision`. */
struct decision_row *decision_row_take(struct decision *decision, gint64 time_us);
/* The same again: newer inputs and sentences, one event more. */
void decision_row_fold(struct decision_row *row, struct decision *decision);
void decision_row_free(struct decision_row *row);

/* --- in a store_fn */
bool alert_row_write(struct store_tx *tx, const struct alert_row *row, GError **error);
/* Counts a new one for early warning, on the local day on which it happened. */
bool alert_row_count(struct store_tx *tx, const struct alert_row *row, GError **error);
bool situation_row_write(struct store_tx *tx, const struct situation_row *row, GError **error);
bool decision_row_write(struct store_tx *tx, const struct decision_row *row, const char *rules,
                        GError **error);

/* The columns that alert_row_read() reads, in its order: "SELECT " ALERT_COLUMNS " FROM alert …".
 */
#define ALERT_COLUMNS                                                                              \
    "id, version, state, priority, signal, active, chatter, marks, source, device, parent,"        \
    " dimension, type, title, body, address, reporter, lon, lat, azimuth, fov, area, place,"       \
    " first_us, last_us, created_us, shelved_until_us, expires_us, ended_us, end_reason,"          \
    " situation, case_id, case_code, count, acknowledged_by, acknowledged_us, assigned,"           \
    " assigned_name, suggestion, near_cases, recent_cases, by_name, by_act, by_us, reason_zh,"     \
    " reason_en, memo"
/* Returned: one reference. */
struct alert_row *alert_row_read(struct store_rows *rows);
#define SITUATION_COLUMNS                                                                          \
    "id, version, priority, lon, lat, area, first_us, last_us, ended_us, title, alerts"
struct situation_row *situation_row_read(struct store_rows *rows);
#define DECISION_COLUMNS                                                                           \
    "id, time_us, kind, rule, rules, alert, other, situation, case_id, score, inputs, events, zh," \
    " en"
/* D of docs/alerts.md. */
json_t *decision_json_read(struct store_rows *rows);

/* --- small JSON. Never NULL. */
json_t *json_of_time(gint64 time_us); /* 0: null */
json_t *json_of_text(const char *text);
json_t *json_of_number(double number); /* NAN: null */
