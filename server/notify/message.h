/* One message as a gateway wants it, and what its answer means. Pure; any thread. */
#pragma once
#include "notify/plan.h"

struct message { /* owned */
    char *url, *body;
    char **headers; /* lines */
};

struct message_facts { /* borrowed */
    const char *id;    /* the idempotency key */
    const char *of;    /* department or role it is for; NULL: none */
    const json_t *facts;
    const char *token; /* wecom_app; NULL: none yet */
    const char *to;    /* number of a person; NULL: none, `of` has an address */
    bool test;
};
struct message *message_make(const struct channel *channel, const struct message_facts *facts);
void message_free(struct message *message); /* NULL is fine */

/* Where a wecom_app's token is asked for: g_free(). It holds the secret. */
char *message_token_url(const struct channel *channel);
/* Of its answer: g_free(); NULL: none. `body` of size 0 may be NULL, here and below. */
char *message_token(const char *body, gsize size);

/* Was it taken? `reason`: what to put on record, at most 200 bytes of one line without the
 * channel's secrets; g_free(). *stale: the token is no longer good. */
bool message_taken(const struct channel *channel, long status, const char *body, gsize size,
                   bool *stale, char **reason);
/* The same cut and cleaning of another text; g_free(). */
char *message_clip(const struct channel *channel, const char *text, gsize size);
