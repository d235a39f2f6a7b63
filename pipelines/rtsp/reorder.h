/* Puts UDP packets in order, within bounds: at most REORDER_SLOTS packets wait, none longer than
 * `wait_us`. Pure but for its memory. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    REORDER_SLOTS = 64,
    REORDER_NEAR =
        3000, /* further off than this, a number belongs to another count (RFC 3550 A.1) */
    REORDER_RESTARTS = 8, /* packets in a row that count on from elsewhere: the sender began anew */
    REORDER_STRANGERS = 64,
};

/* Begin with {.wait_us = N}. */
struct reorder {
    int64_t wait_us; /* so long a missing packet is waited for */
    bool known;
    uint32_t ssrc;
    uint16_t next; /* sequence number that is awaited */
    unsigned waiting;
    int64_t oldest_us; /* since when the awaited one is missing */
    /* packets outside the count, and of another source */
    unsigned elsewhere, strangers;
    uint16_t elsewhere_next;
    guint64 late; /* came twice, or after they were given up */
    GBytes *slots[REORDER_SLOTS];
};

typedef void (*reorder_deliver_fn)(const uint8_t *packet, size_t size, gpointer user);

struct reorder_packet {
    uint32_t ssrc;
    uint16_t sequence;
    const uint8_t *data;
    size_t size;
};

/* One RTP packet. What is in order is delivered at once. Packets of another source are no part of
 * the order: they are delivered as they come, until nothing but them comes. */
void reorder_push(struct reorder *reorder, const struct reorder_packet *packet, int64_t now_us,
                  reorder_deliver_fn deliver, gpointer user);
/* Gives up what is missing for too long. */
void reorder_expire(struct reorder *reorder, int64_t now_us, reorder_deliver_fn deliver,
                    gpointer user);
void reorder_clear(struct reorder *reorder);
