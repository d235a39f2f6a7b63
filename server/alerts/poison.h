/* What is set aside (table poison), with its reason: listed, tried again, dropped. */
#pragma once
#include "alerts/alerts_private.h"

/* Inside a store_fn. `entry`: id in the stream; `source`, `event`: NULL when it is no event. */
bool poison_write(struct store_tx *tx, const char *entry, const char *source, const char *event,
                  guint tries, const char *reason, const char *body, gsize size, gint64 now_us,
                  GError **error);

/* Routes and commands. */
void poison_add_face(struct alerts *alerts);
