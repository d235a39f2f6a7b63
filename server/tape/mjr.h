/* A recording of Janus (.mjr, format MJR00002) of one stream: pure, over its bytes. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mjr {
    bool video;
    char codec[16]; /* "opus", "vp8" … */
    char kind[16];  /* as the sender named it: "mic", "camera", "screen"; "" not named */
    gint64 from_us; /* wall clock of the first packet */
    gint64 to_us;   /* of the last whole one */
    guint packets;
};

/* false: no recording, or nothing is in it. One that was cut off is read as far as it goes. */
bool mjr_read(const uint8_t *data, size_t size, struct mjr *mjr);
