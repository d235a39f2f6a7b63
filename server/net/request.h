/* HTTP requests: routes, the request that a route's function gets, and its answer. Loop thread
 * only. A request is answered exactly once, now or later; the first answer wins. */
#pragma once
#include "net/session.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct net_request;

/* --- routes */

/* As `right`: anybody, also without a session. */
#define NET_PUBLIC "-"
/* As `right`: a guest, known by the cookie of net_set_guests() and by nothing else. */
#define NET_GUEST "+"
/* Body bound of a route that names none. */
#define NET_BODY_BYTES 65536

struct net_route {
    const char *method;  /* "GET" (answers HEAD too), "POST", "PUT", "PATCH", "DELETE" */
    const char *pattern; /* "/api/v1/cameras/:id"; ":name" is one whole segment; literals win */
    const char *right;   /* "camera.live"; NULL: any session; NET_PUBLIC */
    /* `request` is borrowed: whoever answers after `fn` returned takes a reference. Dropping the
     * last one unanswered answers 500. */
    void (*fn)(struct net_request *request, gpointer user);
    size_t body_limit_bytes; /* 0: NET_BODY_BYTES; more is answered 413 before `fn` runs */
};

/* --- asking. Strings are borrowed from the request. */

struct net_request *net_request_ref(struct net_request *request);
/* NULL is fine. */
void net_request_unref(struct net_request *request);

/* A number for logs, rising by one for each request of this server. */
guint64 net_request_id(const struct net_request *request);
const char *net_request_method(const struct net_request *request);
const char *net_request_path(const struct net_request *request); /* decoded, valid UTF-8 */
/* Value of ":name" in the route's pattern, decoded; asserts that the pattern has it. */
const char *net_request_param(const struct net_request *request, const char *name);
/* First value of a query parameter, decoded; NULL when absent. */
const char *net_request_query(const struct net_request *request, const char *name);
/* Reads a query parameter as a whole number. Absent: `fallback`. Not a number, or outside
 * [min, max]: answers 400 `bad_query` and returns false. */
bool net_request_query_int(struct net_request *request, const char *name, gint64 min, gint64 max,
                           gint64 fallback, gint64 *value);
/* A header by lower-case name, NULL when absent. Kept: accept, accept-encoding, accept-language,
 * authorization, content-type, host, if-none-match, origin, range, referer, user-agent,
 * x-csrf-token, x-townwall-feed, x-townwall-key, x-townwall-name, x-townwall-text, x-townwall-time,
 * x-townwall-signature. */
const char *net_request_header(const struct net_request *request, const char *name);
/* The whole body; never NULL, borrowed. */
GBytes *net_request_body(const struct net_request *request);
/* Returned: the body as a JSON object, owned by the caller. When it is none, answers 400 `bad_json`
 * (with the line) and returns NULL. */
json_t *net_request_json(struct net_request *request);
const char *net_request_address(const struct net_request *request); /* the client's, no port */
bool net_request_secure(const struct net_request *request);         /* came over TLS */
/* Borrowed; NULL on public routes without a session. */
struct net_session *net_request_session(const struct net_request *request);

/* The client left before the answer: `fn` is called once (never after an answer), so that work can
 * be given up. Answering afterwards is allowed and does nothing. One function a request. */
void net_request_on_cancel(struct net_request *request, void (*fn)(gpointer user), gpointer user);
bool net_request_cancelled(const struct net_request *request);

/* --- answering */

/* Adds a header to the coming answer ("Retry-After"). Names and values must be ASCII without line
 * ends (asserted). Content-Type, Content-Length and the safety headers are net's. */
void net_request_set_header(struct net_request *request, const char *name, const char *value);
/* Sets cookie tw_session (HttpOnly, SameSite=Strict, Secure on TLS) in the coming answer; `token`
 * NULL deletes it. */
void net_request_set_cookie(struct net_request *request, const char *token, guint max_age_s);

/* Takes `body`. Cache-Control is no-store. A NULL body answers without one (204). */
void net_reply_json(struct net_request *request, guint status, json_t *body);
/* {"error":{"code","message":{"zh","en"}}} */
void net_reply_error(struct net_request *request, guint status, const char *code, const char *zh,
                     const char *en);
/* The same with "fields": takes `fields`, an array of {"path","message":{"zh","en"}}. */
void net_reply_invalid(struct net_request *request, guint status, const char *code, const char *zh,
                       const char *en, json_t *fields);
/* Takes a reference of `body`. A GET answered 200 honours a single byte Range (206, 416).
 * Cache-Control is no-store unless net_request_set_header() gave one. */
void net_reply_bytes(struct net_request *request, guint status, const char *content_type,
                     GBytes *body);

/* --- an answer without end (live.mp4) */

struct net_stream;
/* More than this waiting refuses further writes. */
#define NET_STREAM_BYTES ((size_t)8 * 1024 * 1024)

/* Answers 200 and leaves the body open; the end of the body is the end of the connection. Returned:
 * a stream, owned by the caller until net_stream_end(); NULL when the client already left, or the
 * request is thereby answered: HEAD, or its session ended meanwhile. `closed` is called once when
 * the client leaves (or reads nothing for 30 s), not by net_stream_end(); the stream is still to be
 * ended then. `drained` (may be NULL) is called when nothing waits any more. */
struct net_stream *net_stream_begin(struct net_request *request, const char *content_type,
                                    void (*drained)(gpointer user), void (*closed)(gpointer user),
                                    gpointer user);
/* Takes a reference of `piece`. false: refused, because NET_STREAM_BYTES wait or the client left;
 * the caller skips to its next keyframe. */
bool net_stream_write(struct net_stream *stream, GBytes *piece);
size_t net_stream_pending_bytes(const struct net_stream *stream);
/* What waits is still written, then the connection is closed. NULL is fine. */
void net_stream_end(struct net_stream *stream);
