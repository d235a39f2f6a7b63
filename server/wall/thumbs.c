#include "wall/thumbs.h"
#include <string.h>

#define MAX_HANDLE 65535        /* far above any town; bounds what a faulty node can make us keep */
#define MAX_BYTES  (256 * 1024) /* of one JPEG of 160×90: of any size that is asked for */

#define BATCH_ENTRIES   64
#define BATCH_BYTES     (256 * 1024)
#define BATCHES_KEPT    8
#define BATCH_REUSED_US (50 * 1000) /* the clock in its head may be so old */

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
    gint64 sent_us; /* when, or when it ought to have been */
    bool wanted;
};

struct thumb_view {
    GArray *shown;    /* struct shown, index n */
    GArray *due_bits; /* guint64: a bit for each n, so that few lines of memory are looked at */
    bool all;
    gint64 interval_us;
    guint wanted, due;
    guint32 cursor; /* where the next round begins */
};

struct thumb_view *thumb_view_create(void)
{
    struct thumb_view *view = g_new0(struct thumb_view, 1);
    view->shown = g_array_new(FALSE, TRUE, sizeof(struct shown));
    view->due_bits = g_array_new(FALSE, TRUE, sizeof(guint64));
    return view;
}

void thumb_view_destroy(struct thumb_view *view)
{
    if (!view)
        return;
    g_array_unref(view->shown);
    g_array_unref(view->due_bits);
    g_free(view);
}

static struct shown *shown_at(struct thumb_view *view, guint32 n)
{
    if (n >= view->shown->len) {
        g_array_set_size(view->shown, n + 1);
        g_array_set_size(view->due_bits, n / 64 + 1);
    }
    return &g_array_index(view->shown, struct shown, n);
}

static void set_due(struct thumb_view *view, guint32 n, bool due)
{
    guint64 *bits = &g_array_index(view->due_bits, guint64, n / 64), bit = (guint64)1 << (n % 64);
    if (!(*bits & bit) == !due)
        return;
    *bits ^= bit;
    view->due += due ? 1u : -1u;
}

/* The first due picture from n on, or G_MAXUINT32. */
static guint32 first_due(const struct thumb_view *view, guint32 n)
{
    guint64 mask = ~(guint64)0 << (n % 64);
    for (guint word = n / 64; word < view->due_bits->len; word++, mask = ~(guint64)0) {
        guint64 bits = g_array_index(view->due_bits, guint64, word) & mask;
        if (bits)
            return word * 64 + (guint32)__builtin_ctzll(bits);
    }
    return G_MAXUINT32;
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
        set_due(view, n, true);
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
            set_due(view, n, false);
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
        set_due(view, n, true);
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

/* When it counts as sent. A camera whose pictures come just as often as the interval allows would
 * be held back a little longer each time by what jitters on their way: a quarter is let through. */
static gint64 counts_as_sent_us(const struct thumb_view *view, const struct shown *shown,
                                gint64 now_us)
{
    return MAX(shown->sent_us + view->interval_us, now_us - view->interval_us / 4);
}

/* Takes the first due picture from the cursor to `end` that the interval lets through. */
static const struct thumb *take_due(struct thumb_view *view, const struct thumbs *thumbs,
                                    guint32 end, gint64 now_us)
{
    for (guint32 n; (n = first_due(view, view->cursor)) < end;) {
        view->cursor = n + 1;
        struct shown *shown = &g_array_index(view->shown, struct shown, n);
        if (now_us - shown->sent_us < view->interval_us)
            continue;
        set_due(view, n, false);
        const struct thumb *thumb = thumbs_at(thumbs, n);
        if (!thumb)
            continue;
        shown->stamp = thumb->stamp;
        shown->sent_us = counts_as_sent_us(view, shown, now_us);
        return thumb;
    }
    return NULL;
}

const struct thumb *thumb_view_next(struct thumb_view *view, const struct thumbs *thumbs,
                                    gint64 now_us)
{
    guint32 begun = view->cursor;
    const struct thumb *thumb = take_due(view, thumbs, view->shown->len, now_us);
    if (!thumb) {
        view->cursor = 0;
        thumb = take_due(view, thumbs, MIN(begun, view->shown->len), now_us);
    }
    if (!thumb)
        view->cursor = 0; /* those who wait for the same go on in the same order */
    return thumb;
}

/* --- batches that several seats are sent */

/* A seat that waits for the same pictures as another is sent the same bytes. */
struct cached {
    GArray *stamps; /* guint64, of the pictures in order */
    GBytes *message;
    gint64 made_us;
};

struct thumb_batches {
    struct cached kept[BATCHES_KEPT];
    guint next;
    /* what is being chosen */
    GArray *stamps;
    GPtrArray *chosen; /* struct thumb, borrowed */
};

struct thumb_batches *thumb_batches_create(void)
{
    struct thumb_batches *batches = g_new0(struct thumb_batches, 1);
    for (guint i = 0; i < BATCHES_KEPT; i++)
        batches->kept[i].stamps = g_array_new(FALSE, FALSE, sizeof(guint64));
    batches->stamps = g_array_new(FALSE, FALSE, sizeof(guint64));
    batches->chosen = g_ptr_array_new();
    return batches;
}

void thumb_batches_destroy(struct thumb_batches *batches)
{
    if (!batches)
        return;
    for (guint i = 0; i < BATCHES_KEPT; i++) {
        g_array_unref(batches->kept[i].stamps);
        g_clear_pointer(&batches->kept[i].message, g_bytes_unref);
    }
    g_array_unref(batches->stamps);
    g_ptr_array_unref(batches->chosen);
    g_free(batches);
}

static size_t choose(struct thumb_batches *batches, struct thumb_view *view,
                     const struct thumbs *thumbs, gint64 now_us)
{
    size_t bytes = WIRE_THUMBS_WS_HEAD;
    g_array_set_size(batches->stamps, 0);
    g_ptr_array_set_size(batches->chosen, 0);
    while (batches->chosen->len < BATCH_ENTRIES && bytes < BATCH_BYTES) {
        const struct thumb *thumb = thumb_view_next(view, thumbs, now_us);
        if (!thumb)
            break;
        g_array_append_val(batches->stamps, thumb->stamp);
        g_ptr_array_add(batches->chosen, (gpointer)thumb);
        bytes += WIRE_THUMB_BYTES + thumb->head.size_bytes;
    }
    return bytes;
}

static struct cached *find(struct thumb_batches *batches, gint64 now_us)
{
    const GArray *stamps = batches->stamps;
    for (guint i = 0; i < BATCHES_KEPT; i++) {
        struct cached *cached = &batches->kept[i];
        if (cached->message && cached->stamps->len == stamps->len &&
            now_us - cached->made_us < BATCH_REUSED_US &&
            memcmp(cached->stamps->data, stamps->data, stamps->len * sizeof(guint64)) == 0)
            return cached;
    }
    return NULL;
}

static GBytes *write_batch(const struct thumb_batches *batches, size_t bytes, gint64 wall_us)
{
    uint8_t *data = g_malloc(bytes), *at = data + WIRE_THUMBS_WS_HEAD;
    wire_thumbs_ws_head(data, (uint16_t)batches->chosen->len, wall_us);
    for (guint i = 0; i < batches->chosen->len; i++) {
        const struct thumb *thumb = batches->chosen->pdata[i];
        wire_thumb_write(at, &thumb->head);
        memcpy(at + WIRE_THUMB_BYTES, thumb->jpeg, thumb->head.size_bytes);
        at += WIRE_THUMB_BYTES + thumb->head.size_bytes;
    }
    return g_bytes_new_take(data, bytes);
}

GBytes *thumb_batches_next(struct thumb_batches *batches, struct thumb_view *view,
                           const struct thumbs *thumbs, gint64 now_us, gint64 wall_us,
                           thumb_batch_wrap wrap)
{
    size_t bytes = choose(batches, view, thumbs, now_us);
    if (!batches->chosen->len)
        return NULL;
    struct cached *cached = find(batches, now_us);
    if (cached)
        return cached->message;
    cached = &batches->kept[batches->next++ % BATCHES_KEPT];
    g_clear_pointer(&cached->message, g_bytes_unref);
    g_autoptr(GBytes) batch = write_batch(batches, bytes, wall_us);
    cached->message = wrap(batch);
    cached->made_us = now_us;
    GArray *stamps = cached->stamps;
    cached->stamps = batches->stamps;
    batches->stamps = stamps;
    return cached->message;
}
