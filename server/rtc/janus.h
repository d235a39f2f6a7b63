/* One session with a Janus: connected and connected again, kept alive, its handles and what they
 * are asked. Loop thread only.
 *
 * A handle belongs to one session. When that is gone (Janus ended, the connection broke, an answer
 * did not come) every handle is told so once and is dead; nothing is carried into the next one. */
#pragma once
#include "common/loop.h"
#include "rtc/janus_message.h"

struct janus;
struct janus_handle;

struct janus_options {
    struct loop *loop;
    const char *url;    /* of janus_pipe.h */
    const char *secret; /* of its API; NULL: none */
    guint retry_max_ms; /* 0: 5,000 */
    /* Ready for handles, or not (`why`, also after each attempt that failed for another reason). */
    void (*state)(bool ready, const char *why, gpointer user);
    gpointer user;
};

/* Begins to connect. NULL: the URL is wrong. */
struct janus *janus_create(const struct janus_options *options, GError **error);
/* Handles must be closed before. NULL is fine. */
void janus_destroy(struct janus *janus);
bool janus_ready(const struct janus *janus);

/* The answer to one request, borrowed. NULL: there is none and will be none, the session ended. */
typedef void (*janus_answer_fn)(const struct janus_message *answer, gpointer user);

struct janus_handle_ops {
    /* Something that was not asked for. */
    void (*event)(const struct janus_message *event, gpointer user);
    /* The session is gone, or this handle alone; it must still be closed by its owner. */
    void (*lost)(const char *why, gpointer user);
};

/* A handle of the VideoRoom; requests wait until it is attached. Janus must be ready. */
struct janus_handle *janus_attach(struct janus *janus, const struct janus_handle_ops *ops,
                                  gpointer user);
/* Takes `body`; `type` and `sdp` NULL: none. `answer` NULL: of no matter; it is not called after
 * janus_close(), nor for a handle that is lost. */
void janus_ask(struct janus_handle *handle, json_t *body, const char *type, const char *sdp,
               janus_answer_fn answer, gpointer user);
/* Takes `candidate`, as a browser makes it; NULL: there are no more. */
void janus_trickle(struct janus_handle *handle, json_t *candidate);
/* Ends its peer connection and everything of it; the handle is dead at once. NULL is fine. true:
 * `done` is called when Janus has confirmed, or its session is gone, never inside this call; false:
 * it was gone already, or `done` is NULL. */
bool janus_close(struct janus_handle *handle, GSourceFunc done, gpointer user);
