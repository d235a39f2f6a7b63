/* The core of cases (docs/decisions, DESIGN.md decision 9): a case is opened from an alert here;
 * its life in the closed loop builds on this table. Loop thread only, except what takes a store_tx.
 */
#pragma once
#include "common/loop.h"
#include "identity/identity.h"
#include "net/net.h"
#include "net/topic.h"
#include "store/store.h"

struct attachments;
struct case_who;
struct control;
struct cases;

struct indicator;

struct cases_options { /* borrowed; they outlive the cases */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;         /* NULL: no command line */
    struct attachments *attachments; /* NULL: no files are taken */
    const char *export_dir;          /* where tables are made; emptied at start. NULL: none are */
    guint export_rows;               /* most rows of one */
    const char *dir; /* of the town's own rules (docs/cases.md), read at once; NULL: none */
    /* {"cameras":[…]} nearest to a point that this session may list; owned by the caller. NULL:
     * there are no cameras. */
    json_t *(*near)(double lon, double lat, guint count, const struct net_session *session,
                    gpointer user);
    gpointer user;
    /* Inside a store_fn: *person (g_free(); NULL: nobody is known) who reported that alert. NULL:
     * there are no alerts. */
    bool (*reporter_of)(struct store_tx *tx, const char *alert, char **person, GError **error);
    const struct indicator *more; /* over what others keep of cases; ended by id NULL. NULL: none */
};
/* Reads the rules, registers the routes, starts the timers. NULL: `error` names file and place of a
 * rule that is wrong, or the state that open cases are in and their workflow no longer has. */
struct cases *cases_create(const struct cases_options *options, GError **error);
void cases_destroy(struct cases *cases); /* NULL is fine */

/* Topic `cases`; borrowed. */
struct topic *cases_topic(struct cases *cases);

/* What a case was before it was brought in from another ledger. Borrowed; absent texts NULL. */
struct case_past {
    const char *batch; /* of the import */
    guint line;        /* of its file */
    const char *state; /* an open state of the workflow, or "CLOSED": its first one that is done */
    const char *satisfaction, *lead, *note;
    gint64 accepted_us, closed_us; /* closed 0: open */
};
/* What a new case is made of. Borrowed; absent texts NULL, numbers NAN. */
struct case_seed {
    const char *id;    /* of the new case: store_id_new() */
    const char *alert; /* id of the alert; one alert never makes two cases. NULL: none */
    const char *dimension, *type, *title, *text, *address, *area;
    double lon, lat;
    unsigned priority;
    bool exercise;
    const char *channel; /* NULL: "alert" */
    const json_t *form;  /* F of docs/cases.md, checked; goes before the fields above. NULL: none */
    const char *name;    /* of who opens it, for the record; NULL: the login alone */
    const struct case_past *past; /* NULL: it begins now */
};
/* Inside a store_fn: makes the case, its code (年-序号, "2026-0117"), its link to the alert, its
 * record and its announcement. Returned: *code, g_free(). STORE_ERROR_CONFLICT: the alert has a
 * case already. */
bool case_open(struct store_tx *tx, const struct case_seed *seed, const struct identity_actor *who,
               gint64 now_us, char **code, GError **error);
/* Inside a store_fn: links another alert to a case that is open. STORE_ERROR_NOT_FOUND: there is
 * none. */
bool case_link(struct store_tx *tx, const char *case_id, const char *alert,
               const struct identity_actor *who, gint64 now_us, char **code, GError **error);
/* Inside a store_fn: takes back the link; opened from an alert and with none linked any more, the
 * case ends too (state TERMINATED): *closed. */
bool case_undo(struct store_tx *tx, const char *case_id, const char *alert,
               const struct identity_actor *who, gint64 now_us, bool *closed, GError **error);

/* Inside a store_fn: somebody of the department was told of its order, or looked at it: notes it
 * once and lets the timer of delivery end. An order that was seen before, or that is not there, is
 * fine.
 */
bool case_order_seen(struct store_tx *tx, const char *order, gint64 now_us, GError **error);
/* The same, where the order is one for this person, who sees the case; else nothing is noted. */
bool case_order_seen_by(struct store_tx *tx, const struct case_who *who, const char *order,
                        gint64 now_us, GError **error);

/* Inside a write store_fn: puts a record of the machine on the case and announces it; `details`
 * borrowed. STORE_ERROR_NOT_FOUND: there is no such case. */
bool case_note(struct store_tx *tx, const char *case_id, const char *action, const json_t *details,
               gint64 now_us, GError **error);
/* Inside a store_fn: what one shift hands over to the next, no exercises: appends {"kind":"order"
 * (of a department, due soon or overdue) or "ask" (of a supervisor, not ruled on),"id","text":
 * {"zh","en"},"since_us","due_us"|null,"area"|null,"link"} each. */
bool cases_matters(struct store_tx *tx, gint64 now_us, json_t *list, GError **error);

/* One case as others may know it; texts are borrowed during the call. */
struct case_about {
    const char *id, *code, *state, *dimension, *type, *title, *area;
    double lon, lat;
    gint64 opened_us, closed_us; /* 0: open */
    bool exercise;
};
/* A case began, ended, or began again, other than by being made of an alert:
 * told on the loop after the commit. One listener. */
void cases_on_course(struct cases *cases, void (*fn)(const struct case_about *about, gpointer user),
                     gpointer user);
/* Inside a store_fn: every case that is open or was closed after `since_us`, oldest first. */
bool case_each(struct store_tx *tx, gint64 since_us,
               void (*fn)(const struct case_about *about, gpointer user), gpointer user,
               GError **error);
/* Inside a store_fn: one case. *found false: no such case. */
bool case_get(struct store_tx *tx, const char *id,
              void (*fn)(const struct case_about *about, gpointer user), gpointer user, bool *found,
              GError **error);
