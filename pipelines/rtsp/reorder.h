/* Puts UDP packets in order, within bounds: at most REORDER_SLOTS packets wait, none longer than
 * REORDER_WAIT_US. Pure but for its memory. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { REORDER_SLOTS = 64, REORDER_WAIT_US = 60000 };

struct reorder {
    bool known;
    uint16_t next; /* sequence number that is awaited */
    unsigned waiting;
    int64_t oldest_us; /* since when the awaited one is missing */
    GBytes *slots[REORDER_SLOTS];
};

typedef void (*reorder_deliver_fn)(const uint8_t *packet, size_t size, gpointer user);

/* One RTP packet of sequence number `sequence`. What is in order is delivered at once. */
void reorder_push(struct reorder *reorder, uint16_t sequence, const uint8_t *packet, size_t size,
                  int64_t now_us, reorder_deliver_fn deliver, gpointer user);
/* Gives up what is missing for too long. */
void reorder_expire(struct reorder *reorder, int64_t now_us, reorder_deliver_fn deliver,
                    gpointer user);
void reorder_clear(struct reorder *reorder);
