/* A session and its handles, for janus.c and janus_handle.c alone. */
#pragma once
#include "rtc/janus.h"

struct asked {
    struct janus_handle *handle; /* NULL: of the session, or closed meanwhile */
    janus_answer_fn answer;      /* NULL: nobody waits */
    GSourceFunc done;            /* of janus_close() */
    gpointer user;
    guint64 number; /* of the transaction */
    gint64 time_us;
};

struct janus_handle {
    struct janus *janus;
    const struct janus_handle_ops *ops; /* NULL: closed before it was attached */
    gpointer user;
    GSourceFunc done; /* then */
    gpointer done_user;
    guint64 id; /* 0: not attached yet */
    bool lost;
    GQueue waiting; /* struct held: requests that wait for the id */
};

struct held {
    char *transaction;
    json_t *message;
};

struct janus {
    /* --- immutable */
    struct loop *loop;
    char *url, *secret;
    guint retry_max_ms;
    void (*state)(bool ready, const char *why, gpointer user);
    gpointer user;
    /* --- loop thread only */
    struct janus_pipe *pipe;
    guint64 session; /* 0: none */
    guint retry_ms, retry_source, look_source;
    guint64 number;   /* of transactions */
    guint64 answered; /* the newest one that the plugin has answered */
    gint64 sent_us;
    char *told;          /* why of the last state(false) */
    GHashTable *asked;   /* transaction (owned) → struct asked */
    GHashTable *handles; /* struct janus_handle: all that their owners have not closed */
    GHashTable *by_id;   /* guint64 of the handle → it */
};

/* Returned: the name of a new request, g_free(). */
char *janus_transaction(struct janus *janus);
/* Writes `message`, borrowed, to Janus; `handle` NULL: for the session. */
void janus_put(struct janus *janus, json_t *message, const char *transaction,
               const struct janus_handle *handle);
/* An answer is waited for; borrowed, to be filled in. */
struct asked *janus_remember(struct janus *janus, const char *transaction,
                             struct janus_handle *handle);
/* Takes `message`. */
void janus_ask_session(struct janus *janus, json_t *message, janus_answer_fn answer, gpointer user);
/* The session is over: everybody is told, and it is tried again. */
void janus_end(struct janus *janus, const char *why);
void janus_handle_free(struct janus_handle *handle);
