/* Pixels: turned as EXIF says, made smaller, encoded and decoded. */
#include "files/raster.h"
#include <glib.h>
#include <string.h>

/* 3×2: a b c / d e f, one byte in each channel. */
static struct raster letters(void)
{
    struct raster raster = {3, 2, 3, g_malloc(18)};
    for (size_t i = 0; i < 6; i++)
        memset(raster.data + i * 3, "abcdef"[i], 3);
    return raster;
}

static void test_turn(void)
{
    static const char *const wanted[] = {"",       "abcdef", "cbafed", "fedcba", "defabc",
                                         "adbecf", "daebfc", "fcebda", "cfbead"};
    for (unsigned orientation = 0; orientation <= 9; orientation++) {
        struct raster raster = letters();
        raster_turn(&raster, orientation);
        const char *as = orientation == 0 || orientation == 9 ? wanted[1] : wanted[orientation];
        bool swapped = orientation >= 5 && orientation <= 8;
        g_assert_cmpuint(raster.width_px, ==, swapped ? 2 : 3);
        g_assert_cmpuint(raster.height_px, ==, swapped ? 3 : 2);
        for (size_t i = 0; i < 6; i++)
            g_assert_cmpint(raster.data[i * 3], ==, as[i]);
        raster_clear(&raster);
    }
}

static struct raster plain(uint32_t width, uint32_t height, uint32_t channels, uint8_t value)
{
    struct raster raster = {width, height, channels, g_malloc((gsize)width * height * channels)};
    memset(raster.data, value, (gsize)width * height * channels);
    return raster;
}

static void test_shrink(void)
{
    struct raster large = plain(1000, 3, 3, 100);
    struct raster small = raster_shrink(&large, 400);
    g_assert_cmpuint(small.width_px, ==, 400);
    g_assert_cmpuint(small.height_px, ==, 1);
    g_assert_cmpint(small.data[0], ==, 100);
    raster_clear(&small);
    raster_clear(&large);
    struct raster clear = plain(10, 20, 4, 0); /* black, and nothing of it to be seen */
    small = raster_shrink(&clear, 400);
    g_assert_cmpuint(small.width_px, ==, 10);
    g_assert_cmpint(small.data[0], ==, 255);
    raster_clear(&small);
    raster_clear(&clear);
}

static void test_ways(void)
{
    struct raster raster = plain(70, 50, 4, 90), back;
    size_t bytes;
    g_autofree uint8_t *png = raster_png(&raster, &bytes);
    g_assert_cmpint(raster_decode(png, bytes, FILE_PNG, 3500, &back), ==, FILE_RESULT_DONE);
    g_assert_cmpint(memcmp(back.data, raster.data, (size_t)70 * 50 * 4), ==, 0);
    raster_clear(&back);
    g_assert_cmpint(raster_decode(png, bytes, FILE_PNG, 3499, &back), ==, FILE_RESULT_TOO_LARGE);
    g_assert_cmpint(raster_decode(png, bytes / 2, FILE_PNG, 3500, &back), ==, FILE_RESULT_DAMAGED);
    g_assert_cmpint(raster_decode(png, bytes, FILE_JPEG, 3500, &back), ==, FILE_RESULT_DAMAGED);
    g_autofree uint8_t *jpeg = raster_jpeg(&raster, 90, &bytes);
    g_assert_cmpint(raster_decode(jpeg, bytes, FILE_JPEG, 3500, &back), ==, FILE_RESULT_DONE);
    g_assert_cmpuint(back.width_px, ==, 70);
    raster_clear(&back);
    raster_clear(&raster);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/raster/turn", test_turn);
    g_test_add_func("/raster/shrink", test_shrink);
    g_test_add_func("/raster/ways", test_ways);
    return g_test_run();
}
