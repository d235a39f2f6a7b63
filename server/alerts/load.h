/* The alarm load: how many alerts a seat got in 10 minutes, how many reports they were made of.
 * Exercises and tests are left out. Loop thread only. */
#pragma once
#include "alerts/alerts_private.h"

/* From the rows of the model. Tells subscribers whenever a seat's load is another one. */
struct load *load_create(struct alerts *alerts);
void load_destroy(struct load *load); /* NULL is fine */

void load_note_events(struct load *load, guint count, gint64 now_us);
/* The new alerts of a turn. */
void load_note_alerts(struct load *load, const struct turn *turn);
/* GET /api/v1/alert-load for this session; owned by the caller. */
json_t *load_json(struct load *load, const struct net_session *session);
void load_totals(struct load *load, guint *reports, guint *alerts, guint *seats_in_flood);
