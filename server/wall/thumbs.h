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
bool thumb_view_due(const struct thumb_view *view);
bool thumb_view_shows(const struct thumb_view *view, guint32 n);
bool thumb_view_all(const struct thumb_view *view);
guint thumb_view_count(const struct thumb_view *view);

/* Next due picture, or NULL; goes round so that no camera starves. The picture counts as sent. */
const struct thumb *thumb_view_next(struct thumb_view *view, const struct thumbs *thumbs,
                                    gint64 now_us);

/* Whole messages of due pictures. Seats that wait for the same pictures within a moment share one:
 * it is written once, whatever their number. */
struct thumb_batches;
struct thumb_batches *thumb_batches_create(void);
void thumb_batches_destroy(struct thumb_batches *batches);

/* Makes of a batch (docs/websocket.md kind 1, borrowed) what is kept and handed out; a new
 * reference is returned. */
typedef GBytes *(*thumb_batch_wrap)(GBytes *batch);

/* What the view is sent next, wrapped, or NULL; the pictures count as sent. Borrowed until the next
 * call. `wall_us` goes into the head of a new one. */
GBytes *thumb_batches_next(struct thumb_batches *batches, struct thumb_view *view,
                           const struct thumbs *thumbs, gint64 now_us, gint64 wall_us,
                           thumb_batch_wrap wrap);
