/* Shared by the files of this folder. Loop thread only. */
#pragma once
#include "identity/limiter.h"
#include "identity/problem.h"
#include "mediation/acts.h"
#include "mediation/mediation.h"
#include "mediation/room_view.h"
#include "mediation/words.h"
#include "net/topic.h"

struct live;

/* One seat of a meeting as it is now: its browser, its topic, its media. */
struct place {
    struct live *live;
    char *seat;
    struct topic *topic;
    json_t *view;              /* as told last */
    struct net_client *client; /* NULL: away */
    guint sockets;             /* of a guest, open */
    guint lost_timer;          /* runs while it is LOST */
    enum seat_here here;
    bool media;       /* comes */
    char *media_room; /* as told to the media; NULL: none */
    struct room_may media_may;
};

struct live {
    struct mediation *mediation;
    struct meeting *meeting;
    GHashTable *places; /* seat → struct place */
    struct room_now now;
    char *recording_error;
    bool recording; /* asked for */
};

struct mediation {
    struct mediation_options options;
    struct words *words;
    struct meeting_reader reader; /* immutable */
    GHashTable *lives;            /* meeting → struct live */
    GHashTable *places;           /* seat → struct place of a live, borrowed */
    GHashTable *cookies;          /* digest of a cookie → place, borrowed */
    GHashTable *clients;          /* id of a WebSocket that spoke → struct net_client, borrowed */
    GHashTable *seated;           /* struct net_client → its place, borrowed */
    struct limiter *acts, *entries;
    const struct mediation_media_ops *media; /* NULL: none */
    gpointer media_user;
    bool media_ready;
    char *boot;
    guint danger_timer, sweep_timer, remind_timer;
    GHashTable *reminded; /* "MEETING/START/HOURS" that were told */
    GHashTable *untold; /* danger that could not be told → gint64, monotonic: again from then on */
    bool telling, closing;
};

/* --- live.c */
/* Takes `meeting`, as the store has it now: media and topics follow. */
void lives_take(struct mediation *mediation, struct meeting *meeting);
void lives_free(gpointer live);
/* Works out anew what media and seats are told. */
void lives_refresh(struct live *live);
struct live *lives_find(struct mediation *mediation, const char *meeting);
struct place *place_find(struct mediation *mediation, const char *seat);
/* The seat of a place, in its meeting; borrowed until the next change. */
struct seat *place_seat(const struct place *place);
/* That browser holds the seat now, and follows its topic. */
void place_attach(struct place *place, struct net_client *client, const char *from);
void place_detach(struct mediation *mediation, struct net_client *client);
/* Sends its browser away: link revoked, removed. */
void place_close(struct place *place, const char *removed);
/* How its view is now; owned by the caller. */
json_t *place_view(struct place *place);

/* --- mediation.c */
typedef void (*mediation_woken_fn)(gpointer data, const GError *error);
/* One that is over for long is there again, until nobody looks any more: its topic answers who
 * leads it. `woken` is called once, later. */
void mediation_wake(struct mediation *mediation, const char *meeting, mediation_woken_fn woken,
                    gpointer data);

/* --- act_job.c: an act on its way */
struct act_ask {
    const char *meeting, *seat, *device;
    const struct net_session *session; /* of a person with an account; NULL: a guest */
    const char *address;
    json_t *body;                /* taken */
    struct net_request *request; /* answered; NULL: the client is, or nobody */
    struct net_client *client;
    json_t *re; /* borrowed; NULL: none */
};
void act_ask(struct mediation *mediation, const struct act_ask *call);
void mediation_reply(struct net_request *request, const struct problem *problem);
void mediation_reply_error(struct net_request *request, const GError *error);
/* Seconds that a seat has to wait before its next act; 0: none. */
unsigned mediation_wait_s(struct mediation *mediation, const char *seat);

/* --- each registers its routes */
void mediation_host_routes(struct mediation *mediation);
void mediation_invite_routes(struct mediation *mediation);
void mediation_guest_routes(struct mediation *mediation);
void mediation_file_routes(struct mediation *mediation);
/* retention.c: registers what is destroyed after its time */
void mediation_retention(struct mediation *mediation);
/* A retention_fn (identity/retention.h). */
bool mediation_purge(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                     gint64 *deleted, gint64 *held, gpointer user, GError **error);
/* guests.c: cookie, WebSocket */
extern const struct net_guests mediation_guests;
/* The seat of a guest whose request has come whole: its cookie may have been taken back since it
 * began. NULL: answered 401. */
struct place *mediation_guest_place(struct mediation *mediation, struct net_request *request);
/* Hexadecimal SHA-256; g_free(). */
char *mediation_digest(const char *secret);
/* 128 or more random bits as text; g_free(). */
char *mediation_secret(gsize bytes);
/* What the browser says that it is, at most 200 characters; g_free(). */
char *mediation_device(struct net_request *request);
/* A message of a seat that was found already. true: it was one of ours. */
bool mediation_take_of(struct mediation *mediation, struct place *place, struct net_client *client,
                       json_t *message);

/* --- letters.c: inside a write store_fn, to the numbers of everybody at a seat of the meeting */
struct letter_about { /* borrowed */
    const char *kind, *once, *link;
    gint64 due_us, now_us;
};
/* *phones: how many there are, *queued: messages; both added to. `seat` with the `person` of its
 * account, NULL: of the people at it. */
bool letters_write(struct store_tx *tx, const struct mediation *mediation,
                   const struct meeting *meeting, const struct seat *seat, const char *person,
                   const struct letter_about *about, guint *phones, guint *queued, GError **error);
/* GET /api/v1/meetings/:id/letters */
void mediation_letter_routes(struct mediation *mediation);
/* case_api.c: GET /api/v1/cases/:id/meetings */
void mediation_case_routes(struct mediation *mediation);
/* recordings_api.c */
void mediation_recording_routes(struct mediation *mediation);
/* remind.c: tells everybody of meetings that begin soon; a timer of the loop */
gboolean mediation_remind(gpointer mediation);

/* --- danger.c: tells of what was not undone in time */
void mediation_danger_look(struct mediation *mediation);
