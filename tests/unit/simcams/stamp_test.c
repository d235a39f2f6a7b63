#include "stamp/stamp.h"
#include <glib.h>
#include <jansson.h>

static json_t *vectors(const char *key)
{
    json_t *root = json_load_file(TW_SOURCE_DIR "/tests/vectors/stamp.json", 0, NULL);
    g_assert_nonnull(root);
    json_t *list = json_incref(json_object_get(root, key));
    json_decref(root);
    g_assert_cmpuint(json_array_size(list), >, 2);
    return list;
}

static uint64_t cells_of(json_t *vector)
{
    const char *text = json_string_value(json_object_get(vector, "cells"));
    return g_ascii_strtoull(text, NULL, 2);
}

static void test_writes_vectors(void)
{
    json_t *list = vectors("good"), *vector;
    size_t i;
    json_array_foreach(list, i, vector)
    {
        const unsigned camera = (unsigned)json_integer_value(json_object_get(vector, "camera"));
        const uint32_t time = (uint32_t)json_integer_value(json_object_get(vector, "time_ms"));
        g_assert_cmphex(stamp_bits(camera, time), ==, cells_of(vector));
        struct stamp stamp;
        g_assert_true(stamp_from_bits(cells_of(vector), &stamp));
        g_assert_cmpuint(stamp.camera, ==, camera);
        g_assert_cmpuint(stamp.time_ms, ==, time);
    }
    json_decref(list);
}

static void test_refuses_damage(void)
{
    json_t *list = vectors("bad"), *vector;
    size_t i;
    json_array_foreach(list, i, vector)
    {
        struct stamp stamp = {.camera = 99};
        g_assert_false(stamp_from_bits(cells_of(vector), &stamp));
        g_assert_cmpuint(stamp.camera, ==, 99);
    }
    json_decref(list);
}

static void paint(uint8_t *luma, int width, int height, int row_height, uint64_t cells)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const int cell = x * STAMP_CELLS / width;
            const bool white = cells >> (STAMP_CELLS - 1 - cell) & 1;
            luma[y * width + x] = y >= row_height ? (uint8_t)(x * 7 + y * 13) : white ? 222 : 34;
        }
}

static void test_reads_pictures(void)
{
    /* width, height and the height of the stamp in them: sub, main, and both as thumbnails */
    static const int sizes[][3] = {{640, 360, 16}, {1280, 720, 16}, {1920, 1080, 16},
                                   {160, 90, 4},   {160, 90, 2},    {320, 180, 4}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const int width = sizes[i][0], height = sizes[i][1];
        g_autofree uint8_t *luma = g_malloc((gsize)width * (gsize)height);
        paint(luma, width, height, sizes[i][2], stamp_bits(1234, 567890));
        struct stamp stamp;
        g_assert_true(stamp_read(luma, (size_t)width, width, height, &stamp));
        g_assert_cmpuint(stamp.camera, ==, 1234);
        g_assert_cmpuint(stamp.time_ms, ==, 567890);
    }
}

static void test_finds_none(void)
{
    static uint8_t grey[160 * 90];
    struct stamp stamp;
    g_assert_false(stamp_read(grey, 160, 160, 90, &stamp));
    g_assert_false(stamp_read(grey, 20, 20, 20, &stamp));
}

static void test_age_wraps(void)
{
    const struct stamp stamp = {.camera = 1, .time_ms = STAMP_TIME_MODULUS_MS - 10};
    const int64_t epoch = (int64_t)STAMP_TIME_MODULUS_MS * 1600;
    g_assert_cmpint(stamp_age_ms(&stamp, epoch + 30), ==, 40);
    g_assert_cmpint(stamp_age_ms(&stamp, epoch - 30), ==, -20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stamp/vectors", test_writes_vectors);
    g_test_add_func("/stamp/damage", test_refuses_damage);
    g_test_add_func("/stamp/pictures", test_reads_pictures);
    g_test_add_func("/stamp/none", test_finds_none);
    g_test_add_func("/stamp/age", test_age_wraps);
    return g_test_run();
}
