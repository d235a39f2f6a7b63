/* Shared by the face of what was rejected and its retry. Loop thread only. */
#pragma once
#include "intake/intake_private.h"

/* One request about the list of a feed, from wherever it comes. */
struct reject_ask {
    struct intake *intake;
    struct net_request *request; /* one of both */
    struct control_call *call;
    struct identity_actor *who;
    char *feed;
    char *only;    /* id of one item; NULL: all */
    bool may_read; /* the items themselves */
    json_t *answer;
    gint64 left; /* of the feed, afterwards */
    int64_t now_us;
    /* --- of a retry */
    GPtrArray *rows; /* struct reject_row */
    guint waiting;   /* messages under way, and one until all were begun */
    const char *why; /* the bus takes nothing: static; NULL: it does */
};

enum reject_verdict { REJECT_AGAIN, REJECT_UNDER_WAY, REJECT_TAKEN };

struct reject_row {
    struct reject_ask *ask;
    char *id;
    int64_t time_us;
    json_t *item; /* NULL: not kept */
    enum reject_verdict verdict;
    char *field, *zh, *en; /* NULL: as it was */
};

/* Answers and frees. */
void reject_answer(struct reject_ask *ask, const GError *error);
/* Tries again what `ask` names; answers it later. */
void reject_retry(struct reject_ask *ask);
