/* One change after the other: a batch of events, an act of a person, what time brings. A turn asks
 * the correlator, writes everything that follows in one transaction, and only then the next one
 * begins, so that the model and the store never disagree for longer than a write takes: when a
 * write fails, the model is made anew from the store. Loop thread only. */
#pragma once
#include "alerts/row.h"

struct alerts;

/* One event of a batch. */
struct taken_event {
    struct event *event; /* a reference */
    const char *text;    /* as it came, borrowed from the batch */
    gsize size;
    enum decision_kind outcome;
    bool decided; /* outcome is known */
    char *alert;  /* NULL: none */
};

/* An event that is in the store. */
struct risen_event {
    char *source, *id, *alert;
    enum decision_kind outcome;
};

struct turn {
    struct alerts *alerts;
    /* Asks the model; ends with turn_write() or, without a change, turn_end(). May do so later. */
    void (*begin)(struct turn *turn);
    /* Inside the transaction, before the rows are written: may change them. NULL: nothing. */
    bool (*write)(struct store_tx *tx, struct turn *turn, GError **error);
    /* After it was committed and told, or failed (`error`): frees `user`. */
    void (*end)(struct turn *turn, const GError *error);
    gpointer user;

    /* --- filled by turn_take() */
    gint64 now_us;
    GHashTable *rows;       /* id → struct alert_row */
    GHashTable *situations; /* id → struct situation_row */
    GPtrArray *decisions;   /* of struct decision_row */
    GHashTable *folded;     /* text → struct decision_row, borrowed */
    GArray *events;         /* of struct taken_event; NULL: none */
    GPtrArray *risen;       /* of struct risen_event: muted before, counted by an alert now */
    /* --- of the write */
    gint64 fence;
    char *rules;            /* digest */
    GHashTable *new_alerts; /* ids */
    json_t *moved;          /* id → area before, of alerts that are in another one now */
    GError *error;          /* while the model is made anew */
};

/* Puts a turn at the end of the line. */
void turn_add(struct alerts *alerts, void (*begin)(struct turn *turn),
              void (*end)(struct turn *turn, const GError *error), gpointer user);

/* Notes decisions of the correlator, before it is asked again. `event` (NULL: none) gets its
 * outcome. `person`: an act, which raises versions. */
void turn_take(struct turn *turn, const GArray *decisions, struct taken_event *event, bool person);
/* The row of an alert for fields beside the correlator's; NULL: unknown here. */
struct alert_row *turn_row(struct turn *turn, const char *alert);

/* Writes; then the end, then the next turn. */
void turn_write(struct turn *turn);
/* Nothing was changed. `error` (borrowed, may be NULL) goes to the end. */
void turn_end(struct turn *turn, const GError *error);
/* The same, but the model may have been changed: it is made anew first. */
void turn_fail(struct turn *turn, const GError *error);

/* Throws away what was taken, for another try. */
void turn_clear(struct turn *turn);
