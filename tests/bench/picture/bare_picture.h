/* The least that a small picture costs: decode a keyframe, scale it, compress it. One thread. */
#pragma once
#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <turbojpeg.h>

enum { BARE_WIDTH = 160, BARE_HEIGHT = 90, BARE_QUALITY = 70 };

struct bare_picture {
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    struct SwsContext *scaler; /* for the size that came first */
    tjhandle jpeg;
    unsigned char *out;
    uint8_t planes[BARE_WIDTH * BARE_HEIGHT * 3 / 2];
    size_t jpeg_bytes; /* of all */
};

void bare_picture_open(struct bare_picture *bare, bool h265);
void bare_picture_close(struct bare_picture *bare);
/* `data`: one keyframe as Annex B with its parameter sets. false: it cannot be decoded. */
bool bare_picture_make(struct bare_picture *bare, const uint8_t *data, size_t size);
