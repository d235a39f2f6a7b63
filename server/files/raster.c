#include "files/raster.h"
#include <glib.h>
#include <png.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/decode.h>

enum { MOST_SIDE = 30000, FAST_PIXELS = 4000000 };

void raster_clear(struct raster *raster)
{
    g_free(raster->data);
    *raster = (struct raster){0};
}

/* Room for the pixels, of a size that was looked at. */
static bool make_room(struct raster *raster, uint32_t channels)
{
    raster->channels = channels;
    raster->data = g_try_malloc((gsize)raster->width_px * raster->height_px * channels);
    return raster->data != NULL;
}

static enum file_result check_size(const struct raster *raster, uint64_t most_pixels)
{
    uint64_t width = raster->width_px, height = raster->height_px;
    if (!width || !height)
        return FILE_RESULT_DAMAGED;
    return width > MOST_SIDE || height > MOST_SIDE || width * height > most_pixels
               ? FILE_RESULT_TOO_LARGE
               : FILE_RESULT_DONE;
}

/* --- JPEG */

/* Cameras write what libjpeg warns of; where the data end in mid-picture the rest would be grey. */
static bool is_whole(tjhandle decoder, int result)
{
    return result == 0 || (tjGetErrorCode(decoder) == TJERR_WARNING &&
                           !strstr(tjGetErrorStr2(decoder), "Premature end"));
}

/* CMYK of cameras and scanners is stored inverted (Adobe). */
static bool decode_cmyk(tjhandle decoder, const uint8_t *data, size_t size, struct raster *raster)
{
    struct raster inks = *raster;
    if (!make_room(&inks, 4) || !make_room(raster, 3)) {
        raster_clear(&inks);
        return false;
    }
    bool fine = is_whole(decoder, tjDecompress2(decoder, data, size, inks.data, (int)inks.width_px,
                                                0, (int)inks.height_px, TJPF_CMYK, 0));
    size_t count = (size_t)inks.width_px * inks.height_px;
    for (size_t i = 0; fine && i < count; i++) {
        for (size_t c = 0; c < 3; c++)
            raster->data[i * 3 + c] = (uint8_t)(inks.data[i * 4 + c] * inks.data[i * 4 + 3] / 255);
    }
    raster_clear(&inks);
    return fine;
}

static enum file_result decode_jpeg(const uint8_t *data, size_t size, uint64_t most_pixels,
                                    struct raster *raster)
{
    tjhandle decoder = tjInitDecompress();
    int width = 0, height = 0, sampling = 0, space = 0;
    enum file_result result = FILE_RESULT_DAMAGED;
    if (tjDecompressHeader3(decoder, data, size, &width, &height, &sampling, &space) == 0) {
        raster->width_px = (uint32_t)width;
        raster->height_px = (uint32_t)height;
        result = check_size(raster, most_pixels);
    }
    bool inks = space == TJCS_CMYK || space == TJCS_YCCK;
    if (result == FILE_RESULT_DONE) {
        bool fine = inks ? decode_cmyk(decoder, data, size, raster)
                         : make_room(raster, 3) &&
                               is_whole(decoder, tjDecompress2(decoder, data, size, raster->data,
                                                               width, 0, height, TJPF_RGB, 0));
        result = fine ? FILE_RESULT_DONE : FILE_RESULT_DAMAGED;
    }
    tjDestroy(decoder);
    return result;
}

/* --- PNG */

static enum file_result decode_png(const uint8_t *data, size_t size, uint64_t most_pixels,
                                   struct raster *raster)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, data, size))
        return FILE_RESULT_DAMAGED;
    raster->width_px = image.width;
    raster->height_px = image.height;
    enum file_result result = check_size(raster, most_pixels);
    bool alpha = image.format & PNG_FORMAT_FLAG_ALPHA;
    image.format = alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    if (result == FILE_RESULT_DONE && (!make_room(raster, alpha ? 4 : 3) ||
                                       !png_image_finish_read(&image, NULL, raster->data, 0, NULL)))
        result = FILE_RESULT_DAMAGED;
    png_image_free(&image);
    return result;
}

uint8_t *raster_png(const struct raster *raster, size_t *bytes)
{
    uint64_t pixels = (uint64_t)raster->width_px * raster->height_px;
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = raster->width_px,
                       .height = raster->height_px,
                       .format = raster->channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB,
                       .flags = pixels > FAST_PIXELS ? PNG_IMAGE_FLAG_FAST : 0};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    uint8_t *out = g_try_malloc(room);
    bool fine = out && png_image_write_to_memory(&image, out, &room, 0, raster->data, 0, NULL);
    png_image_free(&image);
    *bytes = room;
    if (fine)
        return out;
    g_free(out);
    return NULL;
}

/* --- WebP */

static enum file_result decode_webp(const uint8_t *data, size_t size, uint64_t most_pixels,
                                    struct raster *raster)
{
    WebPBitstreamFeatures about;
    if (WebPGetFeatures(data, size, &about) != VP8_STATUS_OK)
        return FILE_RESULT_DAMAGED;
    raster->width_px = (uint32_t)about.width;
    raster->height_px = (uint32_t)about.height;
    enum file_result result = check_size(raster, most_pixels);
    if (result != FILE_RESULT_DONE)
        return result;
    if (about.has_animation)
        return FILE_RESULT_MOVING;
    uint32_t channels = about.has_alpha ? 4 : 3;
    if (!make_room(raster, channels))
        return FILE_RESULT_DAMAGED;
    size_t room = (size_t)raster->width_px * raster->height_px * channels;
    int stride = (int)(raster->width_px * channels);
    uint8_t *done = channels == 4 ? WebPDecodeRGBAInto(data, size, raster->data, room, stride)
                                  : WebPDecodeRGBInto(data, size, raster->data, room, stride);
    return done ? FILE_RESULT_DONE : FILE_RESULT_DAMAGED;
}

enum file_result raster_decode(const uint8_t *data, size_t size, enum file_kind kind,
                               uint64_t most_pixels, struct raster *raster)
{
    *raster = (struct raster){0};
    enum file_result result = FILE_RESULT_DAMAGED;
    if (kind == FILE_JPEG)
        result = decode_jpeg(data, size, most_pixels, raster);
    else if (kind == FILE_PNG)
        result = decode_png(data, size, most_pixels, raster);
    else if (kind == FILE_WEBP)
        result = decode_webp(data, size, most_pixels, raster);
    if (result != FILE_RESULT_DONE)
        raster_clear(raster);
    return result;
}

/* --- pixels */

void raster_turn(struct raster *raster, unsigned orientation)
{
    if (orientation < 2 || orientation > 8)
        return;
    bool swapped = orientation >= 5;
    /* which way rows and columns of the picture as stored run when it is seen upright */
    bool back_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool back_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    struct raster turned = {.width_px = swapped ? raster->height_px : raster->width_px,
                            .height_px = swapped ? raster->width_px : raster->height_px};
    size_t channels = raster->channels, width = raster->width_px, height = raster->height_px;
    if (!make_room(&turned, raster->channels))
        g_error("no memory to turn a picture"); /* this process ends and is answered for */
    for (size_t y = 0; y < turned.height_px; y++) {
        uint8_t *to = turned.data + y * turned.width_px * channels;
        for (size_t x = 0; x < turned.width_px; x++, to += channels) {
            size_t from_x = swapped ? y : x, from_y = swapped ? x : y;
            if (back_x)
                from_x = width - 1 - from_x;
            if (back_y)
                from_y = height - 1 - from_y;
            memcpy(to, raster->data + (from_y * width + from_x) * channels, channels);
        }
    }
    raster_clear(raster);
    *raster = turned;
}

/* The mean of a box of pixels on white. */
static void mean(const struct raster *raster, size_t x0, size_t x1, size_t y0, size_t y1,
                 uint8_t *out)
{
    uint64_t sum[3] = {0}, count = (uint64_t)(x1 - x0) * (y1 - y0);
    for (size_t y = y0; y < y1; y++) {
        const uint8_t *at = raster->data + (y * raster->width_px + x0) * raster->channels;
        for (size_t x = x0; x < x1; x++, at += raster->channels) {
            unsigned alpha = raster->channels == 4 ? at[3] : 255;
            for (size_t c = 0; c < 3; c++)
                sum[c] += (at[c] * alpha + 255 * (255 - alpha)) / 255;
        }
    }
    for (size_t c = 0; c < 3; c++)
        out[c] = (uint8_t)((sum[c] + count / 2) / count);
}

struct raster raster_shrink(const struct raster *raster, uint32_t side_px)
{
    uint32_t longer = MAX(raster->width_px, raster->height_px);
    uint32_t side = MIN(side_px, longer);
    struct raster small = {
        .width_px = MAX(1, (uint32_t)((uint64_t)raster->width_px * side / longer)),
        .height_px = MAX(1, (uint32_t)((uint64_t)raster->height_px * side / longer))};
    if (!make_room(&small, 3))
        return small;
    for (size_t y = 0; y < small.height_px; y++) {
        size_t y0 = y * raster->height_px / small.height_px;
        size_t y1 = MAX(y0 + 1, (y + 1) * raster->height_px / small.height_px);
        for (size_t x = 0; x < small.width_px; x++) {
            size_t x0 = x * raster->width_px / small.width_px;
            size_t x1 = MAX(x0 + 1, (x + 1) * raster->width_px / small.width_px);
            mean(raster, x0, x1, y0, y1, small.data + (y * small.width_px + x) * 3);
        }
    }
    return small;
}

uint8_t *raster_jpeg(const struct raster *raster, int quality, size_t *bytes)
{
    tjhandle encoder = tjInitCompress();
    unsigned char *out = NULL;
    unsigned long size = 0;
    int sampling = quality > 85 ? TJSAMP_422 : TJSAMP_420;
    int failed = tjCompress2(encoder, raster->data, (int)raster->width_px, 0,
                             (int)raster->height_px, raster->channels == 4 ? TJPF_RGBA : TJPF_RGB,
                             &out, &size, sampling, quality, 0);
    uint8_t *copy = failed ? NULL : g_memdup2(out, size);
    *bytes = size;
    tjFree(out);
    tjDestroy(encoder);
    return copy;
}
