/* Who sends a request, and may it send now? Loop thread only. */
#pragma once
#include "intake/intake_private.h"
#include "intake/signature.h"

struct sender {
    int64_t now_us, time_us; /* ours; the request's own */
    unsigned char signature[SIGNATURE_BYTES];
};
/* Before the body is read: is there a signature at all, of a feed of that kind, and of now? Answers
 * otherwise (401), so that nobody else's bodies are kept. */
void sender_look(struct intake *intake, struct net_request *request, enum feed_kind kind);
/* `path` is what was signed. Returned: the feed of that kind whose key signed the request,
 * borrowed; NULL: answered (401, 403, 429). */
struct feed *sender_check(struct intake *intake, struct net_request *request, const char *path,
                          enum feed_kind kind, struct sender *sender);
