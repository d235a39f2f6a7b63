/* Packets of [what, a, b]: `what` bit 0 another source, bit 1 time passes, bits 2–7 choose a step;
 * sequence a << 8 | b, or the last one and the step. Out comes at most what went in, waiting is
 * bounded, and of one source numbers rise until it counts anew. */
#include "rtsp/reorder.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    unsigned count;
};

static void take(const uint8_t *packet, size_t size, gpointer user)
{
    struct heard *heard = user;
    uint16_t sequence;
    g_assert_cmpuint(size, ==, sizeof sequence);
    memcpy(&sequence, packet, sizeof sequence); /* whole and readable */
    heard->count++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reorder reorder = {.wait_us = 60000};
    struct heard heard = {0};
    int64_t now_us = 0;
    uint16_t sequence = 0;
    unsigned sent = 0;
    for (size_t at = 0; at + 3 <= size; at += 3) {
        uint8_t what = data[at];
        unsigned step = (unsigned)(what >> 2) - 20,
                 number = (unsigned)data[at + 1] << 8 | data[at + 2];
        sequence = (uint16_t)(what & 0xfc ? sequence + step : number);
        struct reorder_packet packet = {what & 1, sequence, (const uint8_t *)&sequence,
                                        sizeof sequence};
        reorder_push(&reorder, &packet, now_us, take, &heard);
        sent++;
        if (what & 2)
            reorder_expire(&reorder, now_us += 35000, take, &heard);
        unsigned waiting = 0;
        for (unsigned i = 0; i < REORDER_SLOTS; i++)
            waiting += reorder.slots[i] != NULL;
        g_assert_cmpuint(waiting, ==, reorder.waiting);
        g_assert_cmpuint(heard.count + waiting, <=, sent);
    }
    reorder_clear(&reorder);
    return 0;
}
