#include "rtsp/reorder.h"

static GBytes **slot_of(struct reorder *reorder, uint16_t sequence)
{
    return &reorder->slots[sequence % REORDER_SLOTS];
}

static void deliver_run(struct reorder *reorder, reorder_deliver_fn deliver, gpointer user)
{
    while (reorder->waiting) {
        GBytes *packet = g_steal_pointer(slot_of(reorder, reorder->next));
        if (!packet)
            return;
        reorder->waiting--;
        reorder->next++;
        gsize size;
        const uint8_t *data = g_bytes_get_data(packet, &size);
        deliver(data, size, user);
        g_bytes_unref(packet);
    }
}

/* Goes on at the next packet that is here. */
static void give_up(struct reorder *reorder, reorder_deliver_fn deliver, gpointer user)
{
    while (reorder->waiting && !*slot_of(reorder, reorder->next))
        reorder->next++;
    deliver_run(reorder, deliver, user);
}

void reorder_push(struct reorder *reorder, uint16_t sequence, const uint8_t *packet, size_t size,
                  int64_t now_us, reorder_deliver_fn deliver, gpointer user)
{
    int16_t ahead = (int16_t)(sequence - reorder->next);
    if (!reorder->known || ahead < -REORDER_SLOTS || ahead >= 4 * REORDER_SLOTS) {
        reorder_clear(reorder); /* the first one, or a jump that no network makes */
        reorder->known = true;
        reorder->next = sequence;
        ahead = 0;
    }
    if (ahead < 0)
        return; /* came after it was given up, or twice */
    if (ahead == 0) {
        reorder->next++;
        deliver(packet, size, user);
        deliver_run(reorder, deliver, user);
        reorder->oldest_us = now_us;
        return;
    }
    while (ahead >= REORDER_SLOTS) {
        if (!reorder->waiting)
            reorder->next = (uint16_t)(sequence - REORDER_SLOTS + 1);
        else
            give_up(reorder, deliver, user);
        ahead = (int16_t)(sequence - reorder->next);
        if (ahead <= 0) {
            reorder_push(reorder, sequence, packet, size, now_us, deliver, user);
            return;
        }
    }
    GBytes **slot = slot_of(reorder, sequence);
    if (*slot)
        return;
    if (!reorder->waiting++)
        reorder->oldest_us = now_us;
    *slot = g_bytes_new(packet, size);
}

void reorder_expire(struct reorder *reorder, int64_t now_us, reorder_deliver_fn deliver,
                    gpointer user)
{
    if (!reorder->waiting || now_us - reorder->oldest_us < REORDER_WAIT_US)
        return;
    give_up(reorder, deliver, user);
    reorder->oldest_us = now_us;
}

void reorder_clear(struct reorder *reorder)
{
    for (unsigned i = 0; i < REORDER_SLOTS; i++)
        g_clear_pointer(&reorder->slots[i], g_bytes_unref);
    reorder->waiting = 0;
}
