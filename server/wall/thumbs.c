#include "wall/thumbs.h"
#include <string.h>

#define MAX_HANDLE 65535        /* far above any town; bounds what a faulty node can make us keep */
#define MAX_BYTES  (256 * 1024) /* of one JPEG of 160×90: of any size that is asked for */

struct thumbs {
    GArray *all; /* struct thumb, index n */
    guint64 stamp;
};

struct thumbs *thumbs_create(void)
{
    struct thumbs *thumbs = g_new0(struct thumbs, 1);
    thumbs->all = g_array_new(FALSE, TRUE, sizeof(struct thumb));
    return thumbs;
}

static struct thumb *slot(const struct thumbs *thumbs, guint32 n)
{
    return n < thumbs->all->len ? &g_array_index(thumbs->all, struct thumb, n) : NULL;
}

void thumbs_forget(struct thumbs *thumbs, guint32 n)
{
    struct thumb *thumb = slot(thumbs, n);
    if (!thumb || !thumb->payload)
        return;
    g_bytes_unref(thumb->payload);
    *thumb = (struct thumb){0};
}

void thumbs_destroy(struct thumbs *thumbs)
{
    if (!thumbs)
        return;
    for (guint n = 0; n < thumbs->all->len; n++)
        thumbs_forget(thumbs, n);
    g_array_unref(thumbs->all);
    g_free(thumbs);
}

bool thumbs_take(struct thumbs *thumbs, GBytes *payload, void (*arrived)(guint32 n, gpointer user),
                 gpointer user)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(payload, &size);
    uint16_t count;
    if (!wire_thumbs_link_count(data, size, &count))
        return false;
    size_t offset = WIRE_THUMBS_LINK_HEAD;
    for (uint16_t i = 0; i < count; i++) {
        struct wire_thumb head;
        const uint8_t *jpeg;
        if (!wire_thumb_read(data, size, &offset, &head, &jpeg) || head.n == 0 ||
            head.n > MAX_HANDLE || head.size_bytes > MAX_BYTES)
            return false;
        if (head.n >= thumbs->all->len)
            g_array_set_size(thumbs->all, head.n + 1);
        thumbs_forget(thumbs, head.n);
        *slot(thumbs, head.n) = (struct thumb){
            .payload = g_bytes_ref(payload), .jpeg = jpeg, .head = head, .stamp = ++thumbs->stamp};
        arrived(head.n, user);
    }
    return true;
}

const struct thumb *thumbs_at(const struct thumbs *thumbs, guint32 n)
{
    const struct thumb *thumb = slot(thumbs, n);
    return thumb && thumb->payload ? thumb : NULL;
}

guint64 thumbs_taken(const struct thumbs *thumbs)
{
    return thumbs->stamp;
}

/* --- views */

struct shown {
    guint64 stamp;  /* of what was sent last */
    gint64 sent_us; /* when */
    bool wanted, due;
};

struct thumb_view {
    GArray *shown; /* struct shown, index n */
    bool all;
    gint64 interval_us;
    guint wanted, due;
    guint32 cursor;
};

struct thumb_view *thumb_view_create(void)
{
    struct thumb_view *view = g_new0(struct thumb_view, 1);
    view->shown = g_array_new(FALSE, TRUE, sizeof(struct shown));
    return view;
}

void thumb_view_destroy(struct thumb_view *view)
{
    if (!view)
        return;
    g_array_unref(view->shown);
    g_free(view);
}

static struct shown *shown_at(struct thumb_view *view, guint32 n)
{
    if (n >= view->shown->len)
        g_array_set_size(view->shown, n + 1);
    return &g_array_index(view->shown, struct shown, n);
}

static void set_due(struct thumb_view *view, struct shown *shown, bool due)
{
    if (shown->due == due)
        return;
    shown->due = due;
    view->due += due ? 1u : -1u;
}

static void want(struct thumb_view *view, const struct thumbs *thumbs, guint32 n)
{
    if (n == 0 || n > MAX_HANDLE)
        return;
    struct shown *shown = shown_at(view, n);
    if (!shown->wanted)
        view->wanted++;
    shown->wanted = true;
    const struct thumb *thumb = thumbs_at(thumbs, n);
    if (thumb && thumb->stamp != shown->stamp)
        set_due(view, shown, true);
}

void thumb_view_show(struct thumb_view *view, const struct thumbs *thumbs, bool all,
                     const GArray *handles, gint64 interval_us)
{
    g_autofree bool *before = g_new0(bool, view->shown->len + 1);
    for (guint32 n = 0; n < view->shown->len; n++) {
        struct shown *shown = shown_at(view, n);
        before[n] = shown->wanted;
        shown->wanted = false;
    }
    guint32 had = view->shown->len;
    view->wanted = 0;
    view->all = all;
    view->interval_us = interval_us;
    for (guint i = 0; handles && i < handles->len; i++)
        want(view, thumbs, g_array_index(handles, guint32, i));
    for (guint32 n = 0; n < view->shown->len; n++) {
        struct shown *shown = shown_at(view, n);
        if (!shown->wanted)
            set_due(view, shown, false);
        else if (n >= had || !before[n])
            shown->sent_us = 0; /* newly shown: the interval does not hold it back */
    }
}

void thumb_view_arrived(struct thumb_view *view, guint32 n)
{
    struct shown *shown = view->all || n < view->shown->len ? shown_at(view, n) : NULL;
    if (!shown)
        return;
    if (view->all && !shown->wanted) {
        shown->wanted = true;
        view->wanted++;
    }
    if (shown->wanted)
        set_due(view, shown, true);
}

bool thumb_view_due(const struct thumb_view *view)
{
    return view->due > 0;
}

bool thumb_view_shows(const struct thumb_view *view, guint32 n)
{
    return n < view->shown->len && g_array_index(view->shown, struct shown, n).wanted;
}

bool thumb_view_all(const struct thumb_view *view)
{
    return view->all;
}

guint thumb_view_count(const struct thumb_view *view)
{
    return view->wanted;
}

const struct thumb *thumb_view_next(struct thumb_view *view, const struct thumbs *thumbs,
                                    gint64 now_us)
{
    guint32 size = view->shown->len;
    for (guint32 step = 0; step < size && view->due; step++) {
        view->cursor = (view->cursor + 1) % size;
        struct shown *shown = shown_at(view, view->cursor);
        if (!shown->due || now_us - shown->sent_us < view->interval_us)
            continue;
        set_due(view, shown, false);
        const struct thumb *thumb = thumbs_at(thumbs, view->cursor);
        if (!thumb)
            continue;
        shown->stamp = thumb->stamp;
        shown->sent_us = now_us;
        return thumb;
    }
    return NULL;
}
