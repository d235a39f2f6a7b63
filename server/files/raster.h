/* A picture as pixels: decoded, turned, made smaller, encoded anew. Runs in townwall-file: what
 * decodes is given hostile bytes. */
#pragma once
#include "files/file_exchange.h"
#include "files/file_kind.h"

struct raster {
    uint32_t width_px, height_px, channels; /* 3: RGB, 4: RGBA not premultiplied */
    uint8_t *data;                          /* rows without gaps; g_free() */
};

/* FILE_RESULT_DONE: `raster` is to be cleared. The size is looked at before anything is decoded;
 * `most_pixels` and 30,000 a side are the bound. */
enum file_result raster_decode(const uint8_t *data, size_t size, enum file_kind kind,
                               uint64_t most_pixels, struct raster *raster);
void raster_clear(struct raster *raster); /* a cleared one is fine */

/* Turns it as EXIF's orientation 2–8 asks; 1 and what is none does nothing. */
void raster_turn(struct raster *raster, unsigned orientation);
/* A smaller copy whose longer side has `side_px`, on white; to be cleared. One that is small enough
 * keeps its size. */
struct raster raster_shrink(const struct raster *raster, uint32_t side_px);
/* Without any metadata. Returned: *bytes of them, g_free(); NULL: could not be encoded. */
uint8_t *raster_jpeg(const struct raster *raster, int quality, size_t *bytes);
uint8_t *raster_png(const struct raster *raster, size_t *bytes);
