/* A feed: one way in, with a name, a key and bounds of its own, and what is known of how it does.
 * Loop thread only. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum feed_kind {
    FEED_HTTP,     /* sends to POST /api/v1/events */
    FEED_MQTT,     /* a broker that we listen to */
    FEED_CAP,      /* warnings, by HTTP and a watched folder */
    FEED_CSV,      /* past events, imported by a person */
    FEED_PULL,     /* asked by us, with a cursor */
    FEED_INTERNAL, /* parts of this program */
    FEED_CAMERAS,  /* states of cameras */
    FEED_KINDS,
};
/* "http"; asserts that it is one. */
const char *feed_kind_name(enum feed_kind kind);
bool feed_kind_find(const char *name, enum feed_kind *kind);

#define FEED_RATE_PER_S  1000 /* of a feed that says nothing else */
#define FEED_BURST_S     10   /* so many seconds' worth may come at once */
#define FEED_LAGS        101
#define FEED_MINUTE      60
#define FEED_ERROR_BYTES 400

/* How it does. Since the start of the server, except last_event_us. */
struct feed_numbers {
    guint64 accepted, refused; /* events */
    guint64 rejected;          /* items that are kept with their reason (rejects.h), now */
    guint64 requests, replayed, limited, away;
    /* --- requests in its name that nobody's key signed: its own health they say nothing of */
    guint64 unsigned_requests;
    int64_t unsigned_us;      /* the newest one, 0: none */
    char unsigned_from[48];   /* its address, the end of it masked */
    const char *unsigned_why; /* "bad_signature", "bad_time" */
    /* --- */
    int64_t last_event_us; /* 0: never */
    int64_t error_us;      /* 0: none */
    char *error_zh, *error_en;
    bool failing; /* the newest thing that it did was an error: broker away, query refused … */
    /* events of each second of the last minute */
    guint seconds[FEED_MINUTE];
    int64_t second; /* the newest one's number */
    /* received − occurred of the newest live events */
    int64_t lags_us[FEED_LAGS];
    guint lag_count, lag_next;
    int64_t lag_us; /* their median */
    bool lag_known;
    int64_t clock_us; /* the sender's clock minus ours, of its newest signed request */
    bool clock_known;
};

struct mapping;

struct feed {
    /* --- as in the store */
    char *id, *name_zh, *name_en;
    enum feed_kind kind;
    char *dimension;    /* "" : each event names its own */
    char *mapping_text; /* "", name of a shipped one, or JSON */
    json_t *settings;   /* object, by kind */
    char *secret;       /* key or password in clear, NULL: none */
    int64_t secret_us, created_us;
    guint rate_per_s;
    bool enabled;
    int64_t version;
    struct mapping *mapping; /* of mapping_text; NULL: our own form */
    /* --- by the server */
    double tokens;          /* of the rate, may be negative: what came over it is paid off first */
    int64_t tokens_us;      /* when they were counted, 0: never */
    int64_t saved_event_us; /* last_event_us in the store */
    struct feed_numbers numbers;
};

/* Returned: a feed without fields but `id` (copied), enabled, with the usual rate. */
struct feed *feed_new(const char *id, enum feed_kind kind);
void feed_free(struct feed *feed); /* NULL is fine */

/* [a-z0-9._-], 1–32. */
bool feed_id_good(const char *id);

/* May `feed` send now? 0: yes; otherwise after how many seconds. */
guint feed_wait_s(struct feed *feed, int64_t mono_us);
/* It sent `count` events. */
void feed_spend(struct feed *feed, guint count);

/* --- what is noted of it */
void feed_note_accepted(struct feed *feed, guint count, int64_t now_us);
/* Texts are copied, cut to FEED_ERROR_BYTES. */
void feed_note_error(struct feed *feed, const char *zh, const char *en, int64_t now_us);
/* Somebody sent in its name from `address` what was not signed with its key. `why`: static text. */
void feed_note_stranger(struct feed *feed, const char *address, const char *why, int64_t now_us);
/* "10.20.*.*" of "10.20.3.4", "2001:db8:*" of "2001:db8::1": whose network, but not which machine.
 * Returned: owned by the caller. Pure. */
char *feed_mask_address(const char *address);
/* It works (again): the error stays readable, but it is not failing. */
void feed_note_good(struct feed *feed);
/* A live event: how long after its own time it came, negative when that lies ahead. */
void feed_note_lag(struct feed *feed, int64_t lag_us);
/* Events a second over the last minute. */
double feed_rate(const struct feed *feed, int64_t now_us);
/* How far its clock is believed to be ahead of ours. Only what cannot be slowness counts: that most
 * of its newest events (of at least 20) come before their own time. Otherwise 0. */
int64_t feed_skew_us(const struct feed *feed);

/* As REST and wallctl tell it, without secrets. Returned: owned by the caller. */
json_t *feed_json(const struct feed *feed, int64_t now_us);
