/* What a decoder is given of a keyframe. Pure, any thread. */
#pragma once
#include "stream/unit.h"

enum {
    PICTURE_MAX_PX = 8192,      /* width and height; larger pictures are refused */
    PICTURE_PACKET_PADDING = 64 /* zero bytes behind a packet: libavcodec reads over its end */
};

/* One keyframe as a decoder takes it: Annex B, followed by PICTURE_PACKET_PADDING zero bytes. */
struct picture_packet {
    enum codec codec;
    int width_px, height_px; /* as announced by the format; 0: unknown */
    const uint8_t *data;     /* borrowed */
    size_t size;
};

/* Writes the keyframe into `out` (`room_bytes` long) with its parameter sets in front; they must be
 * the camera's own, as the decoder still knows those of the camera before. Only parameter sets and
 * slices are taken: the rest (supplemental information, vendors' own NAL units) is often broken in
 * a way that does not matter, but would make a decoder that must refuse damage refuse the picture.
 * Sets `packet`, whose data is `out`. false: no codec, no parameter sets, or too large. */
bool picture_packet_write(struct picture_packet *packet, uint8_t *out, size_t room_bytes,
                          const struct unit *keyframe);
