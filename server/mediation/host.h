/* Shared by the files that serve people with an account. Loop thread only. */
#pragma once
#include "mediation/mediation_private.h"

/* One request on its way. */
struct ask {
    struct mediation *mediation;
    struct net_request *request;
    struct identity_actor *actor;
    char *user;
    json_t *body;
    gpointer who;
    struct meeting *meeting;
    GPtrArray *phones; /* char ** of each seat */
    gint64 now_us;
    const struct problem *problem;
    struct problem own; /* one with words of the case; `problem` may be it */
    json_t *busy, *result;
};

void ask_free(struct ask *ask);
/* Takes `body`. Owned by the caller. */
struct ask *ask_new(struct mediation *mediation, struct net_request *request, json_t *body);
/* false, with an error for the store. */
bool ask_refuse(struct ask *ask, const struct problem *problem, GError **error);
/* "" when it is none. */
const char *ask_text(const json_t *body, const char *key);

/* store_done_fn's work for a list: answers {key: result}, or the problem or error; frees `ask`. */
void ask_listed(struct ask *ask, const char *key, const GError *error);

/* host_make.c: POST /api/v1/meetings */
void host_make(struct net_request *request, gpointer mediation);
