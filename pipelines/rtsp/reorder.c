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

static void begin_at(struct reorder *reorder, const struct reorder_packet *packet)
{
    reorder_clear(reorder);
    reorder->known = true;
    reorder->ssrc = packet->ssrc;
    reorder->next = packet->sequence;
    reorder->elsewhere = reorder->strangers = 0;
}

/* One number that is far off is a stray, or the network's; some in a row are a sender that began to
 * count anew. */
static bool counts_anew(struct reorder *reorder, uint16_t sequence)
{
    bool on = reorder->elsewhere && sequence == reorder->elsewhere_next;
    reorder->elsewhere = on ? reorder->elsewhere + 1 : 1;
    reorder->elsewhere_next = (uint16_t)(sequence + 1);
    return reorder->elsewhere >= REORDER_RESTARTS;
}

/* Makes `packet` one of the REORDER_SLOTS that are awaited next. Returned: how far ahead it is. */
static int make_near(struct reorder *reorder, uint16_t sequence, reorder_deliver_fn deliver,
                     gpointer user)
{
    int16_t ahead = (int16_t)(sequence - reorder->next);
    while (ahead >= REORDER_SLOTS) {
        if (reorder->waiting)
            give_up(reorder, deliver, user);
        else
            reorder->next = (uint16_t)(sequence - REORDER_SLOTS + 1);
        ahead = (int16_t)(sequence - reorder->next);
    }
    return ahead;
}

static void keep(struct reorder *reorder, const struct reorder_packet *packet, int64_t now_us)
{
    GBytes **slot = slot_of(reorder, packet->sequence);
    if (*slot) {
        reorder->late++;
        return;
    }
    if (!reorder->waiting++)
        reorder->oldest_us = now_us;
    *slot = g_bytes_new(packet->data, packet->size);
}

/* false: the packet is no part of the order. */
static bool belongs(struct reorder *reorder, const struct reorder_packet *packet)
{
    if (!reorder->known)
        begin_at(reorder, packet);
    if (packet->ssrc != reorder->ssrc) {
        if (++reorder->strangers < REORDER_STRANGERS)
            return false;
        begin_at(reorder, packet);
    }
    int16_t ahead = (int16_t)(packet->sequence - reorder->next);
    if (ahead < 0 || ahead >= REORDER_NEAR) {
        if (!counts_anew(reorder, packet->sequence)) {
            reorder->late++;
            return false;
        }
        begin_at(reorder, packet);
    }
    reorder->strangers = reorder->elsewhere = 0;
    return true;
}

void reorder_push(struct reorder *reorder, const struct reorder_packet *packet, int64_t now_us,
                  reorder_deliver_fn deliver, gpointer user)
{
    if (!belongs(reorder, packet)) {
        /* some servers go on sending a stale session into the next one's port: not ours to judge */
        if (packet->ssrc != reorder->ssrc)
            deliver(packet->data, packet->size, user);
        return;
    }
    if (make_near(reorder, packet->sequence, deliver, user) > 0) {
        keep(reorder, packet, now_us);
        return;
    }
    reorder->next++;
    deliver(packet->data, packet->size, user);
    deliver_run(reorder, deliver, user);
    reorder->oldest_us = now_us;
}

void reorder_expire(struct reorder *reorder, int64_t now_us, reorder_deliver_fn deliver,
                    gpointer user)
{
    if (!reorder->waiting || now_us - reorder->oldest_us < reorder->wait_us)
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
