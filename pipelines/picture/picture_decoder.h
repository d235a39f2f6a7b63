/* Decodes single keyframes of many cameras (libavcodec). Runs in townwall-picture; keeps a few
 * decoders open by codec and size, because opening one costs 1.2–6 ms and feeding one decoder with
 * pictures of changing sizes makes it rebuild its tables. Flushed between cameras. */
#pragma once
#include "picture/picture_packet.h"

struct AVFrame;
struct picture_decoder;

struct picture_decoder *picture_decoder_create(void);
void picture_decoder_destroy(struct picture_decoder *decoder); /* NULL is fine */

/* Decodes one keyframe. Returned: the picture, borrowed until the next call, or NULL when the
 * decoder refuses it: too large, damaged. */
const struct AVFrame *picture_decoder_decode(struct picture_decoder *decoder,
                                             const struct picture_packet *packet);
