/* Decoded picture → small or full-size JPEG (swscale, libjpeg-turbo). Runs in
 * townwall-picture. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct AVFrame;
struct picture_encoder;

struct picture_encoder *picture_encoder_create(void);
void picture_encoder_destroy(struct picture_encoder *encoder); /* NULL is fine */

/* Scales `frame` into exactly width × height, aspect kept, black around it, full-range 4:2:0.
 * Returned: its luma, width × height samples without padding, borrowed until the next call; NULL:
 * the frame cannot be scaled. */
const uint8_t *picture_encoder_fit(struct picture_encoder *encoder, const struct AVFrame *frame,
                                   int width_px, int height_px);

/* Scales `frame` to a width (0 or larger than the frame: its own size), height by aspect; sets
 * *width_px and *height_px to what it became (even numbers). false: cannot be scaled. */
bool picture_encoder_resize(struct picture_encoder *encoder, const struct AVFrame *frame,
                            int wanted_width_px, int *width_px, int *height_px);

/* The last scaled picture as JPEG 4:2:0. Returned: its bytes, 0: failed or none; *jpeg is borrowed
 * until the next call. */
size_t picture_encoder_jpeg(struct picture_encoder *encoder, int quality, const uint8_t **jpeg);
