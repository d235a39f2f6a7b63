/* Rooms, seats and their stays in rooms, for the files of this folder alone.
 *
 * A stay is a seat's time in one room: a handle that sends, one that receives. Moving ends the
 * stay; the next begins when Janus has confirmed that both handles are gone. */
#pragma once
#include "rtc/janus.h"
#include "rtc/level.h"
#include "rtc/rtc.h"
#include "rtc/signal.h"

struct rtc {
    struct loop *loop;
    const struct rtc_ops *ops;
    gpointer user;
    const json_t *ice;   /* borrowed of the configuration */
    struct janus *janus; /* NULL: not configured */
    char *why;           /* not ready */
    char *recordings, *program;
    guint64 most_bytes;
    gint64 bitrate; /* bit/s of one picture */
    guint64 stay_number;
    guint tick_source;
    struct janus_handle *control; /* asks for what is nobody's: rooms */
    GHashTable *rooms;            /* "MEETING ROOM" → struct room */
    GHashTable *seats;            /* id → struct seat */
    GHashTable *stays;            /* all, also those that end */
    GHashTable *feeds;            /* guint64 → struct stay */
    GSList *tapes;                /* of rtc_tape.c: files that are being made */
    GHashTable *records;          /* "MEETING ROOM" → struct record; of rtc_record.c */
};

enum room_phase { ROOM_MAKING, ROOM_READY, ROOM_FAILED };

/* A room of Janus for one room of a meeting; there as long as a stay is in it. */
struct room {
    struct rtc *rtc;
    char *key, *meeting, *name;
    guint64 id;
    char *secret, *pin, *folder; /* folder: where Janus records it */
    enum room_phase phase;
    guint stays;
};

/* Somebody's browser, as long as its connection is there. */
struct seat {
    struct rtc *rtc;
    char *id, *meeting;
    char *room; /* where it should be */
    struct rtc_may may;
    struct stay *stay;  /* NULL: none, or the one before it ends still */
    struct level level; /* of its line when the last stay ended: the next begins with it */
    guint ending;       /* stays of it that Janus has not confirmed to be gone */
};

/* A stream that a stay sends. */
struct own {
    struct signal_line line;
    bool muted; /* by us, as Janus knows */
};

/* What a browser said of somebody's picture. */
struct wish {
    char *seat;
    enum rtc_kind kind;
    int substream; /* -1: none */
};

struct stay {
    struct rtc *rtc;
    struct seat *seat;     /* NULL: it ends */
    struct seat *ends_for; /* then: whose it was, kept until it has ended */
    struct room *room;
    guint64 gen, feed;
    char *token;
    /* --- sending */
    struct janus_handle *send;
    guint64 private_id;
    bool entered, published, media;
    bool send_used;        /* the browser has offered something */
    bool publishing;       /* an offer is with Janus */
    json_t *next_offer;    /* of the browser, while one is; NULL: none */
    char *answer;          /* of Janus, held back until everything is muted that has to be */
    guint muting;          /* answers that are waited for */
    GArray *own, *offered; /* struct own; those of the offer that is with Janus */
    /* --- receiving */
    struct janus_handle *recv;
    GArray *there;    /* struct janus_stream: what others send */
    GArray *taken;    /* the same: what was asked for */
    GArray *left;     /* the same: no more there, Janus is to be told */
    GArray *lines;    /* the same: as offered last */
    bool recv_asked;  /* Janus was asked and has not answered */
    bool recv_failed; /* to be asked again */
    bool recv_open;   /* `recv` has joined */
    bool offer_open;  /* the browser has not answered */
    gint64 told_us;   /* when the offer was told last */
    gint64 link;      /* number of the peer connection: each `recv` is one */
    gint64 offer_n;
    char *offer;
    GArray *wishes;     /* struct wish */
    struct level level; /* of pictures that its line carries */
    guint closing;      /* handles that Janus has not confirmed to be gone */
};

/* --- rtc.c */
/* Takes `message` without "t". */
void rtc_tell(struct stay *stay, const char *op, json_t *message);
/* Odd, below 2^52: exact in a double too. */
guint64 rtc_random_id(void);
/* 128 random bits as base64, for secrets and tokens; g_free() */
char *rtc_random_text(void);

/* --- rtc_room.c */
/* The room; a stay more is in it. Made where it is not there. */
struct room *room_enter(struct rtc *rtc, const char *meeting, const char *name);
/* One less; destroyed after the last. */
void room_exit(struct room *room);
/* GDestroyNotify of rtc->rooms. */
void room_free(gpointer room);
/* {"request","room","secret"} */
json_t *room_request(const struct room *room, const char *request);
char *room_key(const char *meeting, const char *name); /* g_free() */

/* --- rtc_stay.c */
/* Begins a stay where the seat should be, when none is there and none ends. */
void stay_begin(struct seat *seat);
/* Its room is there. */
void stay_enter(struct stay *stay);
/* Tells its browser that it may begin. */
void stay_greet(struct stay *stay);
/* It ends at once; its browser is told `why`. The seat's next one begins after it. */
void stay_end(struct stay *stay, const char *why);
/* GDestroyNotify of rtc->stays. */
void stay_free(gpointer stay);
/* Whose feed that is, when it goes on and is in the same room as `by`; NULL: nobody there. What
 * keeps a side from asking for the other's media. */
struct stay *stay_of_feed(const struct rtc *rtc, const struct stay *by, guint64 feed);

/* --- rtc_send.c */
extern const struct janus_handle_ops send_ops;
/* An offer of the browser goes to Janus, or waits behind the one that is there (`message` is
 * copied). Returned: NULL, or why it is refused ("no_right"); static. */
const char *send_publish(struct stay *stay, const struct signal *signal, const json_t *message);
/* What the seat may do has changed: streams are muted or freed at Janus, its browser is told. */
void send_allow(struct stay *stay);
/* Is that one of its streams, or to be one of them? */
bool send_has(const struct stay *stay, const char *mid);

/* --- rtc_recv.c */
/* Asks Janus for what is there and not taken. */
void recv_update(struct stay *stay);
/* Events of the VideoRoom of others, told to the sending handle. */
void recv_news(struct stay *stay, const struct janus_message *event);
/* `from` sends other streams than before: the others of its room follow, whatever Janus tells them.
 * Before its media are up nothing happens: Janus passes over what is asked of such a sender. */
void recv_follow(const struct stay *from);
/* Asks again for what failed, gives up what its browser never answers. `now_us` monotonic. */
void recv_tick(struct stay *stay, gint64 now_us);
/* The browser's answer to the newest offer; to an older one it is passed over. */
void recv_answer(struct stay *stay, const struct signal *signal);
/* The browser lost its way: another offer with new candidates (ICE restart). */
void recv_restart(struct stay *stay);
void recv_again(struct stay *stay); /* tells the last offer once more, if it is open */
/* --- rtc_layers.c */
/* A browser said how large it shows somebody: kept, and asked of Janus. */
void layers_wish(struct stay *stay, const struct signal *signal);
/* Asks Janus for the smaller of what is wished and what the line carries, of each picture. */
void layers_apply(struct stay *stay);
/* Janus tells of loss on the way to it. */
void layers_slow(struct stay *stay);
/* Its browser tells how long packets wait on the way to it. */
void layers_delay(struct stay *stay, gint64 delay_ms);
/* Its line was gone and comes back. */
void layers_resumed(struct stay *stay);
/* Tells its browser which size its line carries, unless that is the best. */
void layers_tell(struct stay *stay);
/* Tries more when it was quiet for long enough. `now_us` monotonic. */
void layers_tick(struct stay *stay, gint64 now_us);
/* GDestroyNotify of struct wish in an array. */
void layers_clear(gpointer wish);

/* --- rtc_record.c */
/* Where Janus writes what is recorded of a room, should it be; g_free(). */
char *record_folder(struct rtc *rtc, const char *meeting, const char *room);
void record_seat(struct rtc *rtc, const struct stay *stay); /* somebody more is in its room */
/* Its room is there: what is wanted of it begins. */
void record_room_ready(struct room *room);
/* Janus has closed the room, and with it what it recorded there. */
void record_room_gone(struct room *room);
/* Janus is gone: everybody is told, and nothing begins again by itself. */
void record_lost(struct rtc *rtc);
/* The meeting is over: recordings end, each take becomes a file when its room is gone. */
void record_close(struct rtc *rtc, const char *meeting);
/* Once a second: do the folders grow, is there room on the disk, is something to be asked again? */
void record_tick(struct rtc *rtc);
guint record_count(const struct rtc *rtc); /* that are on */
/* GDestroyNotify of rtc->records. */
void record_free(gpointer record);
