/* Messages to persons' own telephones: links, reminders (docs/notifications.md "To persons"). What
 * takes a struct store_tx runs inside a write store_fn, the rest on the loop. */
#pragma once
#include "notify/notify.h"

struct notify_letter {     /* borrowed */
    const char *kind;      /* "invite", "meeting_soon", "court_soon", "perform_soon" */
    const char *once;      /* the same thing is told once */
    const char *case_id;   /* NULL: none */
    const char *object;    /* whose: of a seat */
    const char *code;      /* of the case; "" none */
    const char *link;      /* may hold a secret: kept sealed; "" none */
    const char *to;        /* number: kept sealed */
    gint64 due_us, now_us; /* due 0: none */
};
/* Queues it for every channel that goes to persons. *queued: how many, added to. */
bool notify_letter_write(struct store_tx *tx, const struct notify *notify,
                         const struct notify_letter *letter, guint *queued, GError **error);
/* Those of that kind that were not taken yet are never sent, and forgotten. */
bool notify_letters_void(struct store_tx *tx, const char *object, const char *kind, gint64 now_us,
                         GError **error);
/* [{"kind","channel","state","tries","status","time_us","ended_us"}], newest first, without number
 * and link; owned by the caller; NULL + error. Inside any store_fn. */
json_t *notify_letters_json(struct store_tx *tx, const char *object, GError **error);
/* Something was queued and is committed: it is tried at once. */
void notify_letters_look(struct notify *notify);
