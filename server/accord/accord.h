/* Joint texts of a meeting: minutes, undisputed facts, agreement with its signatures, and what
 * follows (docs/mediation.md "Minutes, facts, agreement"). Stands beside server/mediation; both
 * meet in server/app/meet_accord.c. */
#pragma once
#include "identity/identity.h"
#include "identity/vault.h"
#include "store/store.h"
#include <jansson.h>

/* --- a meeting as far as its texts need; everything borrowed */
struct accord_person {
    gint64 n;
    const char *name, *masked;
};
struct accord_seat {
    const char *id, *role, *side, *name, *unit, *user; /* user NULL: a guest */
    bool leads, chairs, sides; /* of mediators; the first of them; of a side */
    bool apart;                /* in a private room while the sides meet */
    bool gone;                 /* removed */
    bool sees;                 /* the texts */
    const struct accord_person *people;
    guint people_count;
};
struct accord_meeting {
    const char *id, *case_id, *title, *area, *place; /* case_id NULL: none */
    bool planned, open, rests, ended;                /* not begun; in session; adjourned; over */
    bool mediation;                                  /* else a talk: no agreement */
    gint64 sittings;
    const struct accord_seat *seats;
    guint seat_count;
};

struct accord_refusal {
    guint status; /* 0: none */
    const char *code, *zh, *en;
};

/* What came of a mediation, for its case; borrowed. */
struct accord_outcome {
    const char *case_id, *area, *key, *user, *name;
    const char *result, *text;         /* agreed, failed, refused */
    const char *perform_key, *perform; /* a check of performance; NULL: none */
    gint64 perform_due_us;
    gint64 now_us;
};
struct accord_hooks {
    /* Inside a write store_fn: puts it into the case. *why NULL: it is there (again); else a static
     * code why the case does not take it now, and nothing was changed. */
    bool (*outcome)(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                    gpointer user, GError **error);
    /* Inside a write store_fn: the check of performance that outcome() put into the case is done;
     * `text`: how. *why as above. NULL: nobody is told. */
    bool (*performed)(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                      gpointer user, GError **error);
    /* Inside a write store_fn: the parties applied for judicial confirmation, or waived it
     * (`result`, `text`): its term in the case ends. *why as above. NULL: nobody is told. */
    bool (*court)(struct store_tx *tx, const struct accord_outcome *outcome, const char **why,
                  gpointer user, GError **error);
    /* Inside a store_fn: is that a file of the joint room, and of a kind that a scan may be? */
    bool (*scan)(struct store_tx *tx, const char *meeting, const char *file, bool *fits,
                 gpointer user, GError **error);
    gpointer user;
};

struct templates;
struct accord_act {
    /* --- given; borrowed */
    const struct vault *vault;
    const struct templates *templates;
    const struct accord_hooks *hooks;
    const struct accord_meeting *meeting;
    const struct accord_seat *seat; /* of who acts */
    const char *name, *device;
    const json_t *body;
    gint64 seq, now_us; /* of its record */
    /* --- answered */
    json_t *details; /* for the record, added to; borrowed */
    struct accord_refusal refusal;
    bool effective; /* an agreement took effect, or a case was told */
};

/* Inside a write store_fn. *mine false: no act of here. false + STORE_ERROR_REFUSED: `refusal`. */
bool accord_perform(struct store_tx *tx, struct accord_act *act, bool *mine, GError **error);

/* Inside a write store_fn: what the parties did about judicial confirmation. store_changed() 0: it
 * is on record already, or there is no agreement. */
bool accord_court(struct store_tx *tx, const char *meeting, const char *result, const char *text,
                  gint64 now_us, GError **error);

/* Inside a store_fn: the keys of V for mediators and for others, each owned by the caller. */
bool accord_views(struct store_tx *tx, const struct vault *vault,
                  const struct accord_meeting *meeting, json_t **leaders, json_t **others,
                  GError **error);
