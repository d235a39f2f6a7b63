/* Meetings in the browser: mediation and 会商 (docs/mediation.md). Loop thread only. */
#pragma once
#include "common/loop.h"
#include "identity/identity.h"
#include "mediation/media_ops.h"
#include "mediation/meeting.h"
#include "net/net.h"
#include "store/store.h"

struct attachments;
struct mediation;
struct notify;

/* Somebody pressed the danger button and did not undo it. Texts borrowed; numbers NAN unknown. */
struct mediation_danger {
    const char *id, *meeting, *title, *place, *area, *who, *room;
    double lon, lat;
    gint64 time_us;
};
/* A case as far as a meeting of it needs; texts borrowed during the call. */
struct mediation_case {
    const char *id, *code, *title, *area;
    double lon, lat;
};
/* An act that rooms do not know, for another module; everything given is borrowed. */
struct mediation_act {
    const struct vault *vault;
    const struct meeting *meeting;
    const struct seat *seat; /* of who acts; not removed */
    const struct identity_actor *actor;
    const char *name, *device;
    const json_t *body;
    json_t *details; /* for the record, added to */
    gint64 seq, now_us;
    /* --- set when it is refused (STORE_ERROR_REFUSED); texts static, `more` taken, NULL none */
    guint status;
    const char *code, *zh, *en;
    json_t *more;
};

/* What others know; every function may be NULL. */
struct mediation_hooks {
    /* Who asks, for `case_look`: owned by the caller, freed by who_free(). */
    gpointer (*who)(const struct net_session *session, gpointer user);
    void (*who_free)(gpointer who, gpointer user);
    /* Inside a store_fn: calls `fn` when there is such a case and this person sees it. */
    bool (*case_look)(struct store_tx *tx, gpointer who, const char *id,
                      void (*fn)(const struct mediation_case *about, gpointer data), gpointer data,
                      GError **error);
    /* Inside a store_fn: may this person see that file of the case? */
    bool (*case_file)(struct store_tx *tx, gpointer who, const char *id, const char *attachment,
                      bool *sees, GError **error);
    /* Inside a write store_fn, of an act that is none of ours: *mine: it was done, and is put on
     * the meeting's record. */
    bool (*act)(struct store_tx *tx, struct mediation_act *act, bool *mine, gpointer user,
                GError **error);
    /* Inside a store_fn, whenever a meeting is read: more keys of V, of those who lead and of
     * others who see joint texts (room_sees_texts()), each owned by the caller; NULL: none. A key
     * stands with null in the views of who does not see them. */
    bool (*views)(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                  json_t **others, gpointer user, GError **error);
    /* Tells of danger. `done` is called once, later: false: try again. */
    void (*danger)(const struct mediation_danger *danger, void (*done)(bool told, gpointer data),
                   gpointer data, gpointer user);
    gpointer user;
};

struct mediation_options { /* borrowed; they outlive the mediation */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct attachments *attachments; /* NULL: no files are taken */
    struct notify *notify;           /* NULL: nobody is written to */
    const char *words_path;          /* the town's own notice, consents …; NULL: those shipped */
    const char *url;                 /* guests' links begin with it */
    guint away_s;                    /* a seat whose browser is gone stays in its room so long */
    struct mediation_hooks hooks;
};
/* Loads the meetings that are not over, registers the routes. NULL + error. */
struct mediation *mediation_create(const struct mediation_options *options, GError **error);
void mediation_destroy(struct mediation *mediation); /* NULL is fine */

/* What hooks.views() answers is another thing now: the meeting is read anew and told, soon. An
 * unknown one is fine. */
void mediation_reload(struct mediation *mediation, const char *meeting);

/* Keeps a paper (PDF) with the case of the meeting, or with the meeting that has none, and puts it
 * on the record as "filed" with `about` and its digest. `also` runs in that transaction; *skip: it
 * is there already. `done` is called once, later or at once: kept, or try again. */
struct mediation_keep {
    bool (*also)(struct store_tx *tx, const char *meeting, const json_t *about, bool *skip,
                 GError **error);
    void (*done)(bool kept, gpointer data);
    gpointer data;
};
void mediation_keep_paper(struct mediation *mediation, const char *meeting, const char *name,
                          GBytes *pdf, const json_t *about, const struct mediation_keep *keep);
/* Blocks until all papers that were given are kept or not, and told. */
void mediation_settle(struct mediation *mediation);
/* Inside a write store_fn: a message of that kind (notify/letter.h) to the telephones of everybody
 * of the sides, once for each `once`. */
bool mediation_write_to_sides(struct store_tx *tx, const struct mediation *mediation,
                              const char *meeting, const char *kind, const char *once,
                              gint64 due_us, gint64 now_us, GError **error);

/* Who carries sound and pictures; `ops` is borrowed, NULL: nobody (any more). All who are in rooms
 * are told to it. */
void mediation_set_media(struct mediation *mediation, const struct mediation_media_ops *ops,
                         gpointer media);

/* A message of somebody with an account whose WebSocket the wall holds; true: it was for here, and
 * is answered. `message` is borrowed. */
bool mediation_take(struct mediation *mediation, struct net_client *client, json_t *message);
void mediation_client_closed(struct mediation *mediation, struct net_client *client);

/* --- told back by the media. Unknown seats and meetings are fine. */
/* To the browser of a seat: takes `message`, {"t":"rtc",…}. */
void mediation_media_send(struct mediation *mediation, const char *seat, json_t *message);
/* Its sound or picture comes, or no more. */
void mediation_media_up(struct mediation *mediation, const char *seat, bool up);
/* How the recording of the joint room is; `why`: of FAILED, shown to people, borrowed. */
void mediation_media_recording(struct mediation *mediation, const char *meeting,
                               enum mediation_recording recording, const char *why);
/* The media are there (again): each seat in a room is told anew by join(). */
void mediation_media_ready(struct mediation *mediation, bool ready);
/* What was recorded of a meeting has become the file at `path`: it is kept with the case of the
 * meeting, or with the meeting that has none, and on its record. `about`, borrowed, as
 * rtc_ops.recorded() has it. `done` is called once: kept, the file may go; not, tell it again. */
void mediation_media_recorded(struct mediation *mediation, const char *path, const json_t *about,
                              void (*done)(const char *path, bool kept));
