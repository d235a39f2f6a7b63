/* A request that is answered later, with what its answer needs. Loop thread only. */
#pragma once
#include "identity/internal.h"
#include "net/net.h"

struct answer {
    struct net_request *request;
    struct identity *identity;
};

/* Keeps a reference to `request`; `identity` is borrowed and outlives it. Returned: owned by the
 * caller, answer_free(). */
struct answer *answer_new(struct net_request *request, struct identity *identity);
void answer_free(struct answer *answer);

/* Answers with the problem's status, code, field and words in both languages. */
void reply_problem(struct net_request *request, const struct problem *problem);
/* Microseconds since 1970 as JSON text, as every time in answers is; owned by the caller. */
json_t *text_us(gint64 time_us);
