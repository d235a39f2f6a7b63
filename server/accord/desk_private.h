/* Shared by the files of this folder that answer requests. Loop thread. */
#pragma once
#include "accord/accord_store.h"
#include "accord/desk.h"
#include "identity/limiter.h"
#include "identity/problem.h"
#include "paper/paper.h"

struct accord_desk {
    struct accord_desk_options options;
    struct paper_press *press;
    struct limiter *tries; /* of who verifies */
    guint timer;           /* reminders */
    bool reminding, filing, closing;
};

/* One request on its way. */
struct desk_ask {
    struct accord_desk *desk;
    struct net_request *request;
    struct identity_actor *actor;
    char *meeting, *who; /* meeting NULL: who is a seat */
    json_t *body, *result;
    struct paper *paper;
    gint64 now_us;
    const struct problem *problem;
};
/* Takes `body`. */
struct desk_ask *desk_ask_new(struct accord_desk *desk, struct net_request *request, json_t *body);
void desk_ask_free(gpointer ask);
bool desk_refuse(struct desk_ask *ask, const struct problem *problem, GError **error);
void desk_reply_error(const struct desk_ask *ask, const GError *error);
/* store_done_fn: answers `result`. */
void desk_answered(gpointer ask, const GError *error);
extern const struct problem DESK_NOT_FOUND, DESK_BAD, DESK_NOT_NOW;

/* desk_paper.c: the PDF of a draft; desk_follow.c: list, acts, reminders */
void desk_paper_routes(struct accord_desk *desk);
void desk_follow_routes(struct accord_desk *desk);
gboolean desk_remind(gpointer desk);
/* desk_file.c: agreements in force that are no file yet become one, one after the other */
void desk_file(struct accord_desk *desk);
/* desk_paper.c: the newest draft with its signatures; owned by the caller */
struct paper *desk_paper_of(const struct accord_desk *desk, const struct accord_texts *texts,
                            const struct accord_meeting *meeting);
