/* What people do in a meeting (docs/mediation.md "Acts"): one table, one function each, run inside
 * a store_fn on a meeting that was just loaded. */
#pragma once
#include "identity/persons.h"
#include "mediation/meeting_store.h"
#include "mediation/words.h"

struct act_refusal {
    guint status;               /* 0: none */
    const char *code, *zh, *en; /* static */
    json_t *more;               /* "why" or "busy", owned; NULL none */
};

/* One act under way; belongs to whoever runs it. */
struct act {
    /* --- given; borrowed */
    const struct vault *vault;
    const struct words *words;
    const struct meeting_reader *reader;
    /* Acts that the table does not know; NULL: there are none. */
    bool (*other)(struct store_tx *tx, struct act *act, bool *mine, gpointer user, GError **error);
    gpointer other_user;
    const struct identity_actor *actor;
    const char *meeting_id, *seat_id, *name, *device;
    const json_t *body;
    gint64 now_us;
    /* --- while it runs */
    struct meeting *meeting; /* as it is then; owned by whoever made the act */
    struct seat *seat;       /* of who acts, in `meeting` */
    json_t *details;         /* for the record, owned */
    gint64 seq;
    struct act_refusal refusal;
    GPtrArray *closed; /* ids of seats whose browsers are to be sent away, owned texts */
    bool danger;       /* one was begun or undone */
    bool untold;       /* nothing was changed */
};
/* Frees what it came to own while it ran (meeting, details, refusal.more, closed). */
void act_clear(struct act *act);

/* Loads the meeting and does it. false + STORE_ERROR_REFUSED: `refusal` says why, nothing was
 * changed; other errors are the store's. Afterwards `meeting` is as the store has it. */
bool act_perform(struct store_tx *tx, struct act *act, GError **error);
/* Always false, with STORE_ERROR_REFUSED. `code` and words are static; takes `more` (NULL: none).
 */
bool act_refuse(struct act *act, guint status, const char *code, const char *zh, const char *en,
                json_t *more, GError **error);

/* --- for the functions of the table */
/* Checks and does one act on act->meeting and act->seat, and marks what changed as dirty; what is
 * not of the meeting's value it writes itself. false + error: refused (act_refuse…) or the store's;
 * then everything is undone. */
typedef bool (*act_fn)(struct store_tx *tx, struct act *act, GError **error);
bool act_refuse_body(struct act *act, GError **error); /* 400 bad_act */
bool act_refuse_now(struct act *act, GError **error);  /* 409 not_now */
/* A text of the act's body, borrowed; NULL: none. */
const char *act_text(const struct act *act, const char *key);
/* Time of a text of microseconds; 0: none. */
gint64 act_time(const struct act *act, const char *key);
/* The other seat that the act names, of act->meeting; NULL: refused (404). */
struct seat *act_seat(struct act *act, GError **error);
/* One more fact for the meeting's record; copies; NULL values are left out. */
void act_detail(struct act *act, const char *key, const char *value);
/* Writes a consent of that person at the acting seat. */
bool act_consent_write(struct store_tx *tx, struct act *act, struct seat_person *person,
                       enum consent_kind kind, enum consent_answer answer, const char *language,
                       GError **error);
/* Takes place, shared room and time of a plan after checking them: 400 bad_act or bad_time, 409
 * closed (the room), 409 busy with "busy" (mediator or room). */
bool act_take_plan(struct store_tx *tx, struct act *act, GError **error);

/* S in, checked and made into a seat of `meeting` (not written): owned by the caller; *phones: of
 * its people, g_strfreev(). NULL: `fault` says what is wrong. `user_name` (NULL: none such) is
 * looked up by the caller beforehand. */
struct seat *act_seat_new(const struct meeting *meeting, const json_t *in, const char *user_name,
                          char ***phones, struct person_fault *fault);

/* acts_life.c: the meeting's course, and who has a seat. Who leads. */
bool act_open(struct store_tx *tx, struct act *act, GError **error);
bool act_adjourn(struct store_tx *tx, struct act *act, GError **error);
bool act_end(struct store_tx *tx, struct act *act, GError **error);
bool act_cancel(struct store_tx *tx, struct act *act, GError **error);
bool act_plan(struct store_tx *tx, struct act *act, GError **error);
bool act_mode(struct store_tx *tx, struct act *act, GError **error);
bool act_seat_add(struct store_tx *tx, struct act *act, GError **error);
bool act_revoke(struct store_tx *tx, struct act *act, GError **error);
/* acts_room.c: who is let in, who is where, who speaks, what is shown. Who leads; act_arrive(): who
 * has an account. */
bool act_arrive(struct store_tx *tx, struct act *act, GError **error);
bool act_identity(struct store_tx *tx, struct act *act, GError **error);
bool act_look(struct store_tx *tx, struct act *act, GError **error);
bool act_admit(struct store_tx *tx, struct act *act, GError **error);
bool act_back(struct store_tx *tx, struct act *act, GError **error);
bool act_remove(struct store_tx *tx, struct act *act, GError **error);
bool act_private(struct store_tx *tx, struct act *act, GError **error);
bool act_joint(struct store_tx *tx, struct act *act, GError **error);
bool act_move(struct store_tx *tx, struct act *act, GError **error);
bool act_mute(struct store_tx *tx, struct act *act, GError **error);
bool act_floor(struct store_tx *tx, struct act *act, GError **error);
bool act_lower(struct store_tx *tx, struct act *act, GError **error);
bool act_record(struct store_tx *tx, struct act *act, GError **error);
bool act_show(struct store_tx *tx, struct act *act, GError **error);
/* acts_own.c: what everybody does at the own seat. */
bool act_read_notice(struct store_tx *tx, struct act *act, GError **error);
bool act_screening(struct store_tx *tx, struct act *act, GError **error);
bool act_consent(struct store_tx *tx, struct act *act, GError **error);
bool act_ready(struct store_tx *tx, struct act *act, GError **error);
bool act_hand(struct store_tx *tx, struct act *act, GError **error);
bool act_call(struct store_tx *tx, struct act *act, GError **error);
bool act_say(struct store_tx *tx, struct act *act, GError **error);
bool act_danger(struct store_tx *tx, struct act *act, GError **error);
bool act_undo_danger(struct store_tx *tx, struct act *act, GError **error);
bool act_leave(struct store_tx *tx, struct act *act, GError **error);
