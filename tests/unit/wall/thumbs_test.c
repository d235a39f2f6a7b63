/* Thumbnails: what a seat still has to be sent, and that nothing starves or is sent twice. */
#include "wall/thumbs.h"
#include <glib.h>

static GBytes *batch(const guint32 *handles, guint count)
{
    GByteArray *bytes = g_byte_array_new();
    uint8_t head[WIRE_THUMBS_LINK_HEAD];
    wire_thumbs_link_head(head, (uint16_t)count);
    g_byte_array_append(bytes, head, sizeof head);
    for (guint i = 0; i < count; i++) {
        const struct wire_thumb thumb = {
            .n = handles[i], .size_bytes = 3, .wall_us = 1000 + i, .width = 160, .height = 90};
        uint8_t entry[WIRE_THUMB_BYTES];
        wire_thumb_write(entry, &thumb);
        g_byte_array_append(bytes, entry, sizeof entry);
        g_byte_array_append(bytes, (const guint8 *)"jpg", 3);
    }
    return g_byte_array_free_to_bytes(bytes);
}

static void arrived(guint32 n, gpointer user)
{
    thumb_view_arrived(user, n);
}

static GArray *handles(guint32 from, guint32 to)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint32 n = from; n <= to; n++)
        g_array_append_val(list, n);
    return list;
}

static void take(struct thumbs *thumbs, struct thumb_view *view, guint32 from, guint32 to)
{
    g_autoptr(GArray) list = handles(from, to);
    g_autoptr(GBytes) bytes = batch((guint32 *)list->data, list->len);
    g_assert_true(thumbs_take(thumbs, bytes, arrived, view));
}

static guint drain(struct thumb_view *view, struct thumbs *thumbs, gint64 now_us)
{
    guint count = 0;
    while (thumb_view_next(view, thumbs, now_us))
        count++;
    return count;
}

static void shows_and_replaces(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    take(thumbs, view, 1, 50);
    g_assert_false(thumb_view_due(view, thumbs));
    g_autoptr(GArray) fifty = handles(1, 50);
    thumb_view_show(view, thumbs, true, fifty, 1000);
    g_assert_cmpuint(drain(view, thumbs, 10000), ==, 50);
    g_assert_cmpuint(drain(view, thumbs, 10000), ==, 0);
    /* a newer picture of some; two arrivals of one camera are one due picture */
    take(thumbs, view, 10, 12);
    take(thumbs, view, 10, 12);
    g_assert_cmpuint(drain(view, thumbs, 20000), ==, 3);
    /* a smaller set: what was already sent does not come again, others do not come at all */
    g_autoptr(GArray) few = handles(5, 6);
    thumb_view_show(view, thumbs, false, few, 1000);
    g_assert_cmpuint(thumb_view_count(view), ==, 2);
    g_assert_cmpuint(drain(view, thumbs, 30000), ==, 0);
    take(thumbs, view, 1, 50);
    g_assert_cmpuint(drain(view, thumbs, 40000), ==, 2);
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

static void interval_holds_back(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    g_autoptr(GArray) three = handles(1, 3);
    thumb_view_show(view, thumbs, false, three, 1000000);
    take(thumbs, view, 1, 3);
    g_assert_cmpuint(drain(view, thumbs, 5000000), ==, 3);
    take(thumbs, view, 1, 3);
    g_assert_cmpuint(drain(view, thumbs, 5500000), ==, 0);
    g_assert_true(thumb_view_due(view, thumbs));
    g_assert_cmpuint(drain(view, thumbs, 6000000), ==, 3);
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

/* Pictures that come exactly as often as the interval allows, some a little late on their way: none
 * is held back. */
static void interval_lets_jitter_through(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    g_autoptr(GArray) one = handles(1, 1);
    thumb_view_show(view, thumbs, false, one, 1000000);
    for (gint64 i = 0; i < 20; i++) {
        take(thumbs, view, 1, 1);
        gint64 late_us = i % 3 * 100000;
        g_assert_cmpuint(drain(view, thumbs, 10000000 + i * 1000000 + late_us), ==, 1);
    }
    /* twice as often: half of them, over time */
    guint sent = 0;
    for (gint64 i = 0; i < 20; i++) {
        take(thumbs, view, 1, 1);
        sent += drain(view, thumbs, 40000000 + i * 500000);
    }
    g_assert_cmpuint(sent, ==, 10);
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

static GBytes *wrap(GBytes *batch)
{
    return g_bytes_ref(batch);
}

static guint count_of(GBytes *message)
{
    return wire_get_u16((const uint8_t *)g_bytes_get_data(message, NULL) + 2);
}

/* Views of all that were sent everything follow: the same bytes for each, none twice, none left
 * out. */
static void followers_share(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *early = thumb_view_create(), *late = thumb_view_create();
    g_autoptr(GArray) many = handles(1, 100);
    take(thumbs, early, 1, 100);
    thumb_view_show(early, thumbs, true, many, 1000);
    thumb_view_show(late, thumbs, true, many, 1000);
    g_assert_false(thumb_view_follow(early, thumbs));
    g_assert_cmpuint(drain(early, thumbs, 10000), ==, 100);
    g_assert_true(thumb_view_follow(early, thumbs));
    g_assert_false(thumb_view_due(early, thumbs));
    take(thumbs, early, 1, 2);
    take(thumbs, early, 3, 3);
    g_assert_false(thumb_view_due(early, thumbs)); /* they are gathered */
    g_assert_null(thumb_view_batch(early, thumbs, 76, wrap));
    thumb_view_arrived(late, 1);
    g_assert_cmpuint(drain(late, thumbs, 10001), ==, 100);
    g_assert_true(thumb_view_follow(late, thumbs)); /* it has those three already */
    g_assert_false(thumb_view_due(late, thumbs));
    g_assert_cmpuint(count_of(thumb_view_batch(early, thumbs, 77, wrap)), ==, 3);
    g_assert_null(thumb_view_batch(early, thumbs, 78, wrap));
    take(thumbs, early, 7, 8);
    take(thumbs, early, 9, 9);
    thumbs_seal(thumbs);
    thumbs_seal(thumbs); /* nothing came */
    g_assert_true(thumb_view_due(early, thumbs));
    GBytes *first = g_bytes_ref(thumb_view_batch(early, thumbs, 79, wrap));
    g_assert_true(thumb_view_batch(late, thumbs, 80, wrap) == first);
    const uint8_t *data = g_bytes_get_data(first, NULL);
    g_assert_cmpint(wire_get_i64(data + 8), ==, 79);
    g_assert_cmpuint(wire_get_u32(data + WIRE_THUMBS_WS_HEAD), ==, 7);
    g_assert_cmpuint(g_bytes_get_size(first), ==, WIRE_THUMBS_WS_HEAD + 3 * (WIRE_THUMB_BYTES + 3));
    g_bytes_unref(first);
    thumb_view_destroy(early);
    thumb_view_destroy(late);
    thumbs_destroy(thumbs);
}

/* A batch keeps its bounds however much comes between two seals. */
static void batch_bounds(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    g_autoptr(GArray) many = handles(1, 64);
    take(thumbs, view, 1, 64);
    thumb_view_show(view, thumbs, true, many, 1000);
    g_assert_cmpuint(drain(view, thumbs, 10000), ==, 64);
    g_assert_true(thumb_view_follow(view, thumbs));
    for (guint i = 0; i < 10; i++)
        take(thumbs, view, 1, 64);
    thumbs_seal(thumbs);
    guint sum = 0;
    for (GBytes *message; (message = thumb_view_batch(view, thumbs, 1, wrap));) {
        g_assert_cmpuint(count_of(message), <=, 256);
        sum += count_of(message);
    }
    g_assert_cmpuint(sum, ==, 640);
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

/* One that falls too far behind gets the newest of each camera that it was not sent, once. */
static void follower_falls_behind(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    g_autoptr(GArray) many = handles(1, 100), few = handles(1, 60);
    take(thumbs, view, 1, 100);
    thumb_view_show(view, thumbs, true, many, 1000000);
    g_assert_cmpuint(drain(view, thumbs, 5000000), ==, 100);
    g_assert_true(thumb_view_follow(view, thumbs));
    take(thumbs, view, 90, 90);
    thumbs_seal(thumbs);
    g_assert_cmpuint(count_of(thumb_view_batch(view, thumbs, 1, wrap)), ==, 1);
    for (guint i = 0; i < 50; i++) {
        take(thumbs, view, 1 + i, 2 + i);
        thumbs_seal(thumbs);
    }
    g_assert_null(thumb_view_batch(view, thumbs, 2, wrap));
    g_assert_cmpuint(drain(view, thumbs, 5100000), ==, 51);
    g_assert_true(thumb_view_follow(view, thumbs));
    take(thumbs, view, 55, 56);
    thumb_view_show(view, thumbs, false, few, 1000000); /* leaves */
    g_assert_cmpuint(drain(view, thumbs, 9000000), ==, 2);
    g_assert_false(thumb_view_follow(view, thumbs));
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

static void malformed(void)
{
    struct thumbs *thumbs = thumbs_create();
    struct thumb_view *view = thumb_view_create();
    g_autoptr(GBytes) good = batch((const guint32[]){1, 2}, 2);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(good, 0, g_bytes_get_size(good) - 1);
    g_assert_false(thumbs_take(thumbs, cut, arrived, view));
    g_assert_nonnull(thumbs_at(thumbs, 1));
    g_assert_null(thumbs_at(thumbs, 2));
    g_autoptr(GBytes) huge = batch((const guint32[]){4000000000u}, 1);
    g_assert_false(thumbs_take(thumbs, huge, arrived, view));
    /* a picture that would not fit into a message to a browser */
    g_autofree uint8_t *large = g_malloc0(WIRE_THUMBS_LINK_HEAD + WIRE_THUMB_BYTES + (17 << 20));
    wire_thumbs_link_head(large, 1);
    wire_thumb_write(large + WIRE_THUMBS_LINK_HEAD,
                     &(struct wire_thumb){.n = 1, .size_bytes = 17 << 20});
    g_autoptr(GBytes) too_large =
        g_bytes_new_static(large, WIRE_THUMBS_LINK_HEAD + WIRE_THUMB_BYTES + (17 << 20));
    g_assert_false(thumbs_take(thumbs, too_large, arrived, view));
    thumb_view_destroy(view);
    thumbs_destroy(thumbs);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thumbs/shows-and-replaces", shows_and_replaces);
    g_test_add_func("/thumbs/interval", interval_holds_back);
    g_test_add_func("/thumbs/jitter", interval_lets_jitter_through);
    g_test_add_func("/thumbs/followers-share", followers_share);
    g_test_add_func("/thumbs/batch-bounds", batch_bounds);
    g_test_add_func("/thumbs/follower-behind", follower_falls_behind);
    g_test_add_func("/thumbs/malformed", malformed);
    return g_test_run();
}
