#include "viewer_frames.h"
#include "client.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEEN_KEPT = 4, /* pictures of one camera that may be on their way at once */
    BATCH_HEAD = 16,
    ENTRY_HEAD = 24,
    IDS_MOST = 100000,
};

void figures_begin(struct figures *figures)
{
    figures->received_bytes = figures->batches = figures->pictures = figures->texts = 0;
    memset(&figures->delivery, 0, sizeof figures->delivery);
    memset(&figures->topics, 0, sizeof figures->topics);
}

static void spread_add(struct spread *spread, gint64 us)
{
    spread->slots[CLAMP(us / 100, 0, FIGURES_SLOTS - 1)]++;
    spread->count++;
}

double figures_percentile(const struct spread *spread, double percent)
{
    guint64 want = (guint64)((double)spread->count * percent / 100), sum = 0;
    for (guint i = 0; spread->count && i < FIGURES_SLOTS; i++) {
        sum += spread->slots[i];
        if (sum > want || sum == spread->count)
            return (i + 1) / 10.0;
    }
    return 0;
}

/* When the first viewer was sent this picture. */
static gint64 first_sent_us(struct figures *figures, guint32 n, gint64 wall_us, gint64 server_us)
{
    if (!figures->seen)
        figures->seen = g_array_new(FALSE, TRUE, sizeof(struct seen));
    if ((n + 1) * SEEN_KEPT > figures->seen->len)
        g_array_set_size(figures->seen, (n + 1) * SEEN_KEPT);
    struct seen *kept = &g_array_index(figures->seen, struct seen, n * SEEN_KEPT);
    struct seen *oldest = kept;
    for (int i = 0; i < SEEN_KEPT; i++) {
        if (kept[i].wall_us == wall_us)
            return kept[i].first_us;
        if (kept[i].wall_us < oldest->wall_us)
            oldest = &kept[i];
    }
    *oldest = (struct seen){wall_us, server_us};
    return server_us;
}

static gint64 read_i64(const guint8 *at)
{
    guint64 value;
    memcpy(&value, at, sizeof value);
    return (gint64)GUINT64_FROM_LE(value);
}

static guint32 read_u32(const guint8 *at)
{
    guint32 value;
    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_LE(value);
}

static void take_batch(struct figures *figures, const guint8 *data, size_t size)
{
    if (size < BATCH_HEAD || data[0] != 1)
        return;
    gint64 now_us = g_get_real_time(), server_us = read_i64(data + 8);
    figures->batches++;
    for (size_t at = BATCH_HEAD; at + ENTRY_HEAD <= size;) {
        gint64 first_us =
            first_sent_us(figures, read_u32(data + at), read_i64(data + at + 8), server_us);
        spread_add(&figures->delivery, now_us - first_us);
        figures->pictures++;
        at += ENTRY_HEAD + read_u32(data + at + 4);
    }
}

/* {"t":"delta","topic":T,"id":I,… : T and I together name it. */
static void take_text(struct figures *figures, const guint8 *data, size_t size)
{
    static const char head[] = "{\"t\":\"delta\",\"topic\":\"";
    figures->texts++;
    if (size < sizeof head || memcmp(data, head, sizeof head - 1) != 0)
        return;
    g_autofree char *name =
        g_strndup((const char *)data + sizeof head - 1, MIN(size - sizeof head, 60));
    char *end = strstr(name, "\",\"data\"");
    if (!end)
        return;
    *end = '\0';
    if (!figures->ids)
        figures->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (g_hash_table_size(figures->ids) > IDS_MOST)
        g_hash_table_remove_all(figures->ids);
    gint64 now_us = g_get_monotonic_time();
    gint64 *first_us = g_hash_table_lookup(figures->ids, name);
    if (!first_us) {
        first_us = g_memdup2(&now_us, sizeof now_us);
        g_hash_table_insert(figures->ids, g_strdup(name), first_us);
    }
    spread_add(&figures->topics, now_us - *first_us);
}

void viewer_take(struct viewer *viewer, struct figures *figures)
{
    const guint8 *data = viewer->bytes->data, *payload;
    size_t size = viewer->bytes->len, at = 0, frame, length;
    while ((frame = websocket_frame(data + at, size - at, &payload, &length))) {
        switch (data[at]) {
        case WEBSOCKET_TEXT:
            take_text(figures, payload, length);
            break;
        case WEBSOCKET_BINARY:
            take_batch(figures, payload, length);
            break;
        case WEBSOCKET_PING:
            websocket_pong(viewer->fd, payload, length);
            break;
        default:
            fprintf(stderr, "viewers: frame of kind 0x%02x: %.*s\n", data[at], (int)length,
                    (const char *)payload);
            exit(1);
        }
        at += frame;
    }
    g_byte_array_remove_range(viewer->bytes, 0, (guint)at);
}
