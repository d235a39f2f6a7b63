#include "wall/thumbs.h"
#include <string.h>

#define MAX_HANDLE 65535        /* far above any town; bounds what a faulty node can make us keep */
#define MAX_BYTES  (256 * 1024) /* of one JPEG of 160×90: of any size that is asked for */
#define FOLLOW_US  G_USEC_PER_SEC /* a longer interval is kept for each camera by itself */
#define BATCHES    16             /* sealed every tenth of a second: 1.6 s of them */
/* of a batch, as docs/websocket.md promises; a payload of the link holds 64 and 240 KiB at most */
#define BATCH_ENTRIES 256
#define BATCH_BYTES   (512 * 1024)

/* Link payloads as they came, gathered until sealed, and as browsers get them: one message. */
struct batch {
    GPtrArray *payloads; /* GBytes */
    guint count;         /* pictures */
    gsize bytes;         /* of the message */
    GBytes *message;     /* NULL: nobody asked yet */
};

struct thumbs {
    GArray *all; /* struct thumb, index n */
    guint64 stamp;
    struct batch batches[BATCHES];
    guint64 batch; /* number of the newest that is sealed, the one after it is filled; first: 1 */
};

struct thumbs *thumbs_create(void)
{
    struct thumbs *thumbs = g_new0(struct thumbs, 1);
    thumbs->all = g_array_new(FALSE, TRUE, sizeof(struct thumb));
    for (guint i = 0; i < BATCHES; i++)
        thumbs->batches[i] = (struct batch){
            .payloads = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref),
            .bytes = WIRE_THUMBS_WS_HEAD};
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

static struct batch *batch_at(struct thumbs *thumbs, guint64 number)
{
    return &thumbs->batches[number % BATCHES];
}

static void batch_clear(struct batch *batch)
{
    g_ptr_array_set_size(batch->payloads, 0);
    batch->count = 0;
    batch->bytes = WIRE_THUMBS_WS_HEAD;
    g_clear_pointer(&batch->message, g_bytes_unref);
}

void thumbs_destroy(struct thumbs *thumbs)
{
    if (!thumbs)
        return;
    for (guint i = 0; i < BATCHES; i++) {
        batch_clear(&thumbs->batches[i]);
        g_ptr_array_unref(thumbs->batches[i].payloads);
    }
    for (guint n = 0; n < thumbs->all->len; n++)
        thumbs_forget(thumbs, n);
    g_array_unref(thumbs->all);
    g_free(thumbs);
}

void thumbs_seal(struct thumbs *thumbs)
{
    if (batch_at(thumbs, thumbs->batch + 1)->count)
        batch_clear(batch_at(thumbs, ++thumbs->batch + 1));
}

/* The batch that `count` pictures of `size` bytes go into. */
static struct batch *batch_for(struct thumbs *thumbs, guint count, gsize size)
{
    const struct batch *batch = batch_at(thumbs, thumbs->batch + 1);
    if (batch->count + count > BATCH_ENTRIES || batch->bytes + size > BATCH_BYTES)
        thumbs_seal(thumbs);
    return batch_at(thumbs, thumbs->batch + 1);
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
    struct batch *batch = batch_for(thumbs, count, size - offset);
    for (uint16_t i = 0; i < count; i++) {
        struct wire_thumb head;
        const uint8_t *jpeg;
        if (!wire_thumb_read(data, size, &offset, &head, &jpeg) || head.n == 0 ||
            head.n > MAX_HANDLE || head.size_bytes > MAX_BYTES)
            return false;
        if (head.n >= thumbs->all->len)
            g_array_set_size(thumbs->all, head.n + 1);
        thumbs_forget(thumbs, head.n);
        *slot(thumbs, head.n) = (struct thumb){.payload = g_bytes_ref(payload),
                                               .jpeg = jpeg,
                                               .head = head,
                                               .stamp = ++thumbs->stamp,
                                               .batch = thumbs->batch + 1};
        arrived(head.n, user);
    }
    g_ptr_array_add(batch->payloads, g_bytes_ref(payload));
    batch->count += count;
    batch->bytes += size - WIRE_THUMBS_LINK_HEAD;
    return true;
}

GBytes *thumbs_batch(struct thumbs *thumbs, guint64 number, gint64 wall_us,
                     GBytes *(*wrap)(GBytes *batch))
{
    struct batch *batch = batch_at(thumbs, number);
    if (number > thumbs->batch || number + BATCHES <= thumbs->batch + 1 || !batch->count)
        return NULL;
    if (batch->message)
        return batch->message;
    uint8_t *copy = g_malloc(batch->bytes), *end = copy + WIRE_THUMBS_WS_HEAD;
    wire_thumbs_ws_head(copy, (uint16_t)batch->count, wall_us);
    for (guint i = 0; i < batch->payloads->len; i++) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(batch->payloads->pdata[i], &size);
        memcpy(end, data + WIRE_THUMBS_LINK_HEAD, size - WIRE_THUMBS_LINK_HEAD);
        end += size - WIRE_THUMBS_LINK_HEAD;
    }
    g_autoptr(GBytes) plain = g_bytes_new_take(copy, batch->bytes);
    batch->message = wrap(plain);
    g_ptr_array_set_size(batch->payloads, 0);
    return batch->message;
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
    guint32 cursor;   /* where the next round begins */
    guint64 followed; /* the next batch, of one that follows; 0: none */
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
    thumb_view_leave(view, thumbs);
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
    if (!shown || view->followed)
        return;
    if (view->all && !shown->wanted) {
        shown->wanted = true;
        view->wanted++;
    }
    if (shown->wanted)
        set_due(view, n, true);
}

bool thumb_view_due(const struct thumb_view *view, const struct thumbs *thumbs)
{
    return view->followed ? view->followed <= thumbs->batch : view->due > 0;
}

static bool may_follow(const struct thumb_view *view)
{
    return view->all && view->interval_us <= FOLLOW_US;
}

bool thumb_view_follow(struct thumb_view *view, struct thumbs *thumbs)
{
    if (view->followed || view->due || !may_follow(view))
        return view->followed != 0;
    thumbs_seal(thumbs); /* it was sent those already */
    view->followed = thumbs->batch + 1;
    return true;
}

void thumb_view_leave(struct thumb_view *view, const struct thumbs *thumbs)
{
    if (!view->followed)
        return;
    guint64 next = view->followed;
    view->followed = 0;
    for (guint32 n = 0; n < thumbs->all->len; n++) {
        const struct thumb *thumb = thumbs_at(thumbs, n);
        if (!thumb)
            continue;
        if (thumb->batch >= next)
            thumb_view_arrived(view, n);
        else
            shown_at(view, n)->stamp = thumb->stamp;
    }
}

GBytes *thumb_view_batch(struct thumb_view *view, struct thumbs *thumbs, gint64 wall_us,
                         GBytes *(*wrap)(GBytes *batch))
{
    if (!view->followed || view->followed > thumbs->batch)
        return NULL;
    GBytes *message = thumbs_batch(thumbs, view->followed, wall_us, wrap);
    if (message)
        view->followed++;
    else
        thumb_view_leave(view, thumbs);
    return message;
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
        if (now_us - shown->sent_us < view->interval_us && !may_follow(view))
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
