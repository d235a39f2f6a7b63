/* Shared by act.c, act_turn.c. */
#pragma once
#include "alerts/act.h"

/* What an act needs and does. */
struct act_kind {
    const char *name;
    int model;      /* enum alert_act; −1: the correlator has no part in it */
    bool versioned; /* based on what the person saw; raises the version */
    bool undoable;
    bool reason, minutes, text, to, step; /* has to be given */
};

struct act {
    struct alerts *alerts;
    struct net_request *request;
    const struct act_kind *kind;
    char *alert, *user_id, *name;
    struct identity_actor *who;
    gint64 version;
    gint64 minutes;
    char *reason, *text, *to, *step;
    json_t *form; /* of a new case; NULL: none */
    bool done;
    bool exact; /* undo of the act that `to` names, which is what it is based on: no version */
    /* --- while it runs */
    char *id; /* of its record */
    struct act_undone {
        char *id; /* of the act; NULL: a decision of the machine, named by `text` */
        char *name, *target;
        json_t *before;
        char *user_id, *by; /* who did it */
        gint64 time_us;
    } undone;
    json_t *first; /* who was first, for the answer; NULL: as the row has it */
    char *case_id, *case_code, *assigned_name;
    struct alerts_case seed; /* texts of the row in the turn */
    bool case_closed;
    json_t *before; /* what undo brings back beside the correlator's; NULL: it cannot be undone */
};

void act_free(struct act *act);
/* Does it in a turn, then answers and frees. Takes `act`. */
void act_run(struct act *act);
/* Has the person the right to do this act to such an alert? false: answered 403. */
bool act_may(struct act *act, const struct alert_row *row);
