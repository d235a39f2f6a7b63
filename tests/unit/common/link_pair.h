/* Shared by the link's tests: two links over one socket pair, and what each got, in words. */
#pragma once
#include "common/link.h"

struct side {
    struct link *link;
    GString *seen; /* "{…};" for control, "KIND/CHANNEL:SIZE:FIRST_BYTE;" for data */
    size_t data_bytes;
    guint messages;
    bool destroy_on_message;
    guint writable;
    char *closed;
};

struct pair {
    struct side a, b;
};

#define SPIN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        gint64 deadline_us = g_get_monotonic_time() + G_GINT64_CONSTANT(20000000);                 \
        while (!(condition)) {                                                                     \
            g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);                               \
            g_main_context_iteration(NULL, TRUE);                                                  \
        }                                                                                          \
    } while (0)

void pair_open(struct pair *pair);
void pair_close(struct pair *pair);
/* `stream`: reference taken. */
void side_open(struct side *side, GIOStream *stream);
void side_close(struct side *side);
/* A connected socket pair. */
void stream_pair(GIOStream *streams[2]);
GBytes *filled(size_t size, guint8 byte);
