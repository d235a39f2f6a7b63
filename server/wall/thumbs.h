/* The newest thumbnail of every camera, and what each seat still has to be sent of them. Loop
 * thread only. */
#pragma once
#include "common/wire.h"
#include <glib.h>
#include <stdbool.h>

struct thumb {
    GBytes *payload; /* link payload that holds it; NULL: none yet */
    const uint8_t *jpeg;
    struct wire_thumb head;
    guint64 stamp; /* rises with every arrival of any camera; 0: none */
    guint64 batch; /* number of the batch it is in */
};

struct thumbs;
struct thumbs *thumbs_create(void);
void thumbs_destroy(struct thumbs *thumbs);

/* Takes a link payload apart (a reference is kept while one of its pictures is the newest).
 * `arrived` is called for each. false: malformed, what came before the fault was taken. */
bool thumbs_take(struct thumbs *thumbs, GBytes *payload, void (*arrived)(guint32 n, gpointer user),
                 gpointer user);
/* NULL: none of that camera. */
const struct thumb *thumbs_at(const struct thumbs *thumbs, guint32 n);
void thumbs_forget(struct thumbs *thumbs, guint32 n);
guint64 thumbs_taken(const struct thumbs *thumbs);

/* The pictures of the last seconds as browsers get them (docs/websocket.md kind 1), numbered from
 * 1: what came until thumbs_seal(), or until the bounds of a batch, is one message, written once
 * however many are sent it. */
void thumbs_seal(struct thumbs *thumbs);
/* NULL: none of that number (any more, or not sealed yet). Borrowed until the next thumbs_take() or
 * thumbs_seal(). `wall_us` goes into its head when this is the first to ask; `wrap` makes of a
 * borrowed batch what is kept and handed out, a new reference. */
GBytes *thumbs_batch(struct thumbs *thumbs, guint64 number, gint64 wall_us,
                     GBytes *(*wrap)(GBytes *batch));

/* What one seat shows. */
struct thumb_view;
struct thumb_view *thumb_view_create(void);
void thumb_view_destroy(struct thumb_view *view);
/* Replaces the set; `all`: whatever comes later belongs to it too. Newly shown cameras become due
 * at once. */
void thumb_view_show(struct thumb_view *view, const struct thumbs *thumbs, bool all,
                     const GArray *handles, gint64 interval_us);
/* A camera that came later belongs to a view of all. */
void thumb_view_arrived(struct thumb_view *view, guint32 n);
bool thumb_view_due(const struct thumb_view *view, const struct thumbs *thumbs);
bool thumb_view_shows(const struct thumb_view *view, guint32 n);
bool thumb_view_all(const struct thumb_view *view);
guint thumb_view_count(const struct thumb_view *view);

/* Next due picture, or NULL; goes round so that no camera starves. The picture counts as sent. */
const struct thumb *thumb_view_next(struct thumb_view *view, const struct thumbs *thumbs,
                                    gint64 now_us);

/* A view of all whose interval is a second at most and that was sent everything follows the batches
 * as they are sealed. true: it does, now or already. One that falls behind goes on by itself: the
 * newest of each camera that it was not sent. */
bool thumb_view_follow(struct thumb_view *view, struct thumbs *thumbs);
void thumb_view_leave(struct thumb_view *view, const struct thumbs *thumbs);
/* The next batch of one that follows, or NULL; see thumbs_batch(). */
GBytes *thumb_view_batch(struct thumb_view *view, struct thumbs *thumbs, gint64 wall_us,
                         GBytes *(*wrap)(GBytes *batch));
