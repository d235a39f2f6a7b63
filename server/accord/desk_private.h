/* Shared by the files of this folder that answer requests. Loop thread. */
#pragma once
#include "accord/accord_store.h"
#include "accord/desk.h"
#include "identity/limiter.h"
#include "identity/problem.h"
#include "paper/paper.h"

struct accord_desk {
    struct accord_desk_options options;
    struct paper_press *press; /* owned; makes PDFs on a thread of its own */
    struct limiter *tries;     /* of who verifies, by address */
    guint timer;               /* reminders */
    bool reminding, filing;    /* one at a time is under way */
    bool closing;              /* nothing new is begun */
};

/* One request on its way: through the store, perhaps the press, to its answer. Owned by whoever is
 * at work on it; the store's functions have it alone meanwhile. */
struct desk_ask {
    struct accord_desk *desk;
    struct net_request *request;   /* a reference */
    struct identity_actor *actor;  /* NULL: a guest, or nobody */
    char *meeting, *who;           /* meeting NULL: who is a seat; else who is an account */
    json_t *body, *result;         /* of the request (NULL: none); to be answered */
    struct paper *paper;           /* to be printed; NULL: none */
    gint64 now_us;                 /* when it came */
    const struct problem *problem; /* why it was refused; static; NULL: it was not */
};
/* Takes `body` (NULL: none). Owned by the caller. */
struct desk_ask *desk_ask_new(struct accord_desk *desk, struct net_request *request, json_t *body);
void desk_ask_free(gpointer ask); /* NULL is fine */
/* Inside a store_fn: false, with STORE_ERROR_REFUSED; what was written is undone. `problem` is
 * static. */
bool desk_refuse(struct desk_ask *ask, const struct problem *problem, GError **error);
/* Answers the ask's problem, or what `error` means to a person; `ask` stays the caller's. */
void desk_reply_error(const struct desk_ask *ask, const GError *error);
/* store_done_fn: answers `result` with 200, or the error; frees `ask`. */
void desk_answered(gpointer ask, const GError *error);
/* 404, 400, 409 */
extern const struct problem DESK_NOT_FOUND, DESK_BAD, DESK_NOT_NOW;

/* Routes of desk_paper.c: the PDF of a draft. Once, at the start. */
void desk_paper_routes(struct accord_desk *desk);
/* Routes of desk_follow.c: list, judicial confirmation, performance. Once, at the start. */
void desk_follow_routes(struct accord_desk *desk);
/* GSourceFunc: tells what falls due of agreements, each once; G_SOURCE_CONTINUE. */
gboolean desk_remind(gpointer desk);
/* desk_file.c: agreements in force that are no file yet become one, one after the other */
void desk_file(struct accord_desk *desk);
/* desk_paper.c: the newest draft with its signatures; owned by the caller */
struct paper *desk_paper_of(const struct accord_desk *desk, const struct accord_texts *texts,
                            const struct accord_meeting *meeting);
