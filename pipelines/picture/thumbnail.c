#include "picture/thumbnail.h"

struct thumbnail *thumbnail_create(uint32_t n, GBytes *jpeg)
{
    struct thumbnail *thumbnail = g_new0(struct thumbnail, 1);
    atomic_init(&thumbnail->refs, 1);
    thumbnail->n = n;
    thumbnail->jpeg = jpeg;
    return thumbnail;
}

struct thumbnail *thumbnail_ref(struct thumbnail *thumbnail)
{
    atomic_fetch_add_explicit(&thumbnail->refs, 1, memory_order_relaxed);
    return thumbnail;
}

void thumbnail_unref(struct thumbnail *thumbnail)
{
    if (!thumbnail || atomic_fetch_sub_explicit(&thumbnail->refs, 1, memory_order_acq_rel) != 1)
        return;
    g_bytes_unref(thumbnail->jpeg);
    g_free(thumbnail);
}
