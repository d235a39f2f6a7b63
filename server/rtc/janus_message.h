/* What Janus says (its JSON API, version 1.1): pure, over the bytes of one message. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JANUS_MESSAGE_BYTES ((size_t)1024 * 1024) /* longest that is read */

enum janus_kind {
    JANUS_OTHER, /* of no matter to us, or not understood */
    JANUS_ACK,   /* asked; the answer comes as an event with the same transaction */
    JANUS_SUCCESS,
    JANUS_ERROR,
    JANUS_EVENT,    /* of a plugin */
    JANUS_UP,       /* the peer connection of a handle stands */
    JANUS_HANGUP,   /* it does no more */
    JANUS_DETACHED, /* the handle is gone */
    JANUS_SLOW,     /* packets of a handle are lost */
    JANUS_TIMEOUT,  /* the session is gone */
};

struct janus_message {
    enum janus_kind kind;
    json_t *root;            /* owned; the rest is borrowed from it */
    const char *transaction; /* NULL: nobody asked */
    guint64 id;              /* of what was made; 0 none */
    guint64 sender;          /* handle; 0: the session */
    const json_t *data;      /* of the plugin; NULL: none */
    const char *word;        /* what the VideoRoom calls it ("joined", "event" …); NULL: none */
    const char *sdp, *sdp_type;
    int code; /* of an error, Janus's or the plugin's; 0: none */
    const char *why;
    bool uplink; /* of JANUS_SLOW: what the browser sends, not what it receives */
    guint lost;
};

/* false: not a JSON object; `message` is empty then. Any thread. */
bool janus_message_read(const char *text, size_t size, struct janus_message *message);
void janus_message_clear(struct janus_message *message);

/* --- parts of VideoRoom events */

enum rtc_kind { RTC_MIC, RTC_CAMERA, RTC_SCREEN, RTC_KINDS };
/* "mic", "camera", "screen"; -1: none of these (also for NULL). */
int rtc_kind_find(const char *name);
const char *rtc_kind_name(enum rtc_kind kind);

/* One stream that somebody sends, or one line of an offer to a receiver. */
struct janus_stream {
    guint64 feed;
    char mid[16];      /* here */
    char feed_mid[16]; /* an offer's: there */
    enum rtc_kind kind;
    bool active;
};
/* Streams of "publishers" (of events and of "joined"): struct janus_stream; returned, free with
 * g_array_unref(). `feeds`, may be NULL: gets the guint64 of each publisher. Streams of unknown
 * kind or with a name too long are left out. */
GArray *janus_publishers(const json_t *data, GArray *feeds);
/* The lines of an offer to a receiver ("attached", "updated"). */
GArray *janus_lines(const json_t *data);
/* The feed that stopped sending or left; 0: none ("ok" for oneself). */
guint64 janus_gone_feed(const json_t *data);
