#include "picture/picture_quality.h"
#include <gio/gio.h>
#include <string.h>

enum { W = 160, H = 90, S = 1000000 };
static const struct picture_quality_limits limits = {
    .frozen_us = 60 * S, .black_us = 60 * S, .refusals = 5};

static void paint_scene(uint8_t *luma, int seed)
{
    GRand *random = g_rand_new_with_seed((guint32)seed);
    for (int i = 0; i < W * H; i++)
        luma[i] = (uint8_t)(60 + (i % W) / 2 + g_rand_int_range(random, 0, 4));
    g_rand_free(random);
}

/* A stamp over the whole width of the top 4 lines, as the simulator's, or a clock in a corner. */
static void paint_stamp(uint8_t *luma, int number)
{
    GRand *random = g_rand_new_with_seed((guint32)number);
    for (int i = 0; i < 4 * W; i++)
        luma[i] = g_rand_boolean(random) ? 235 : 16;
    g_rand_free(random);
}

static enum picture_quality run(int pictures, void (*paint)(uint8_t *luma, int picture),
                                struct picture_judge *judge)
{
    uint8_t luma[W * H];
    for (int i = 0; i < pictures; i++) {
        paint(luma, i);
        picture_judge_picture(judge, &limits, luma, W, H, (int64_t)i * 2 * S);
    }
    return judge->quality;
}

static void paint_living(uint8_t *luma, int picture)
{
    paint_scene(luma, picture);
}

static void paint_frozen(uint8_t *luma, int picture)
{
    paint_scene(luma, 1);
    paint_stamp(luma, picture);
}

static void paint_person(uint8_t *luma, int picture)
{
    /* nothing but a walker: 6 × 16 pixels through the middle of the picture */
    paint_scene(luma, 1);
    for (int y = 35; y < 51; y++)
        for (int x = 0; x < 6; x++)
            luma[y * W + (picture * 7 + x) % W] = 20;
}

static void paint_black(uint8_t *luma, int picture)
{
    memset(luma, 2, W * H);
    for (int y = 2; y < 8; y++)
        for (int x = 4; x < 60; x++)
            luma[y * W + x] = (uint8_t)((x + picture) % 3 ? 0 : 200);
}

static void paint_night(uint8_t *luma, int picture)
{
    memset(luma, 2, W * H);
    for (int y = 20; y < 70; y++) /* two lit windows */
        for (int x = 20; x < 60; x++)
            luma[y * W + x] = (uint8_t)(25 + (x + y + picture) % 3);
}

static void test_living(void)
{
    struct picture_judge judge = {0};
    g_assert_cmpint(run(60, paint_living, &judge), ==, PICTURE_GOOD);
    picture_judge_finish(&judge);
}

static void test_frozen(void)
{
    struct picture_judge judge = {0};
    g_assert_cmpint(run(30, paint_frozen, &judge), ==, PICTURE_GOOD); /* 58 s */
    g_assert_cmpint(run(31, paint_frozen, &judge), ==, PICTURE_FROZEN);
    uint8_t luma[W * H];
    paint_scene(luma, 99);
    g_assert_false(picture_judge_picture(&judge, &limits, luma, W, H, 63 * S));
    g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    g_assert_true(picture_judge_picture(&judge, &limits, luma, W, H, 65 * S));
    g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    picture_judge_finish(&judge);
}

/* A clip that begins again and again: its keyframes are alike, what comes between them is not. */
static void test_repeated_clip(void)
{
    struct picture_judge judge = {0};
    uint8_t luma[W * H];
    paint_scene(luma, 1);
    for (int i = 0; i < 20; i++) {
        if (i)
            picture_judge_moved(&judge, i * 10 * S);
        picture_judge_picture(&judge, &limits, luma, W, H, i * 10 * S);
        g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    }
    /* and then it stands still */
    for (int i = 20; i < 40; i++)
        picture_judge_picture(&judge, &limits, luma, W, H, i * 10 * S);
    g_assert_cmpint(judge.quality, ==, PICTURE_FROZEN);
    picture_judge_finish(&judge);
}

static void test_traffic(void)
{
    static const struct {
        struct picture_traffic now;
        bool moved;
    } cases[] = {
        {{1, 20000, 0, 0}, false},          /* keyframes only */
        {{1, 20000, 4, 8000}, false},       /* too few to tell */
        {{1, 20000, 250, 250 * 40}, false}, /* nothing but a clock */
        {{1, 6000, 50, 13000}, true},       /* two people whisper */
        {{2, 60000, 500, 500 * 900}, true}, /* traffic */
        {{0, 0, 250, 250 * 900}, false},    /* no keyframe, no picture */
    };
    const struct picture_traffic began = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_true(picture_traffic_moved(&began, &cases[i].now) == cases[i].moved);
}

/* Two pictures far apart are not enough: one equal pair may be chance. */
static void test_frozen_needs_three(void)
{
    struct picture_judge judge = {0};
    uint8_t luma[W * H];
    paint_scene(luma, 1);
    picture_judge_picture(&judge, &limits, luma, W, H, 0);
    picture_judge_picture(&judge, &limits, luma, W, H, 100 * S);
    g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    picture_judge_picture(&judge, &limits, luma, W, H, 130 * S);
    g_assert_cmpint(judge.quality, ==, PICTURE_FROZEN);
    picture_judge_finish(&judge);
}

static void test_walker_is_life(void)
{
    struct picture_judge judge = {0};
    g_assert_cmpint(run(60, paint_person, &judge), ==, PICTURE_GOOD);
    picture_judge_finish(&judge);
}

static void test_black(void)
{
    struct picture_judge judge = {0};
    g_assert_cmpint(run(20, paint_black, &judge), ==, PICTURE_GOOD);
    picture_judge_finish(&judge);
    g_assert_cmpint(run(60, paint_black, &judge), ==, PICTURE_BLACK);
    picture_judge_finish(&judge);
    g_assert_cmpint(run(60, paint_night, &judge), !=, PICTURE_BLACK);
    picture_judge_finish(&judge);
}

/* Pictures of a lens and an encoder: 75 s of `graph`, through H.264 and as small as a thumbnail. */
static enum picture_quality run_encoded(const char *graph)
{
    g_autofree char *command = g_strdup_printf(
        "ffmpeg -v error -filter_complex '%s' -t 75 -c:v libx264 -preset ultrafast -crf 28"
        " -pix_fmt yuv420p -f h264 - | ffmpeg -v error -r 1 -f h264 -i - -vf"
        " scale=160:90:flags=area:out_range=pc,format=gray -f rawvideo -",
        graph);
    const char *argv[] = {"sh", "-c", command, NULL};
    g_autoptr(GSubprocess) ffmpeg = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
    g_assert_nonnull(ffmpeg);
    g_autoptr(GBytes) bytes = NULL;
    g_assert_true(g_subprocess_communicate(ffmpeg, NULL, NULL, &bytes, NULL, NULL));
    size_t size = 0;
    const uint8_t *luma = g_bytes_get_data(bytes, &size);
    int pictures = (int)(size / (W * H));
    g_assert_cmpint(pictures, >=, 70);
    struct picture_judge judge = {0};
    enum picture_quality worst = PICTURE_GOOD;
    for (int i = 0; i < pictures; i++) {
        picture_judge_picture(&judge, &limits, luma + (size_t)i * W * H, W, H, (int64_t)i * S);
        if (judge.quality != PICTURE_GOOD)
            worst = judge.quality;
    }
    picture_judge_finish(&judge);
    return worst;
}

#define DARK "color=0x030303:s=640x360:r=1,noise=alls=4:allf=t[b];"

static void test_black_encoded(void)
{
    /* a cap over the lens, and the clock that the camera writes all the same */
    g_assert_cmpint(run_encoded("color=0x030303:s=640x360:r=1,noise=alls=4:allf=t"), ==,
                    PICTURE_BLACK);
    g_assert_cmpint(run_encoded(DARK "testsrc2=s=240x24:r=1[o];[b][o]overlay=x=16:y=8"), ==,
                    PICTURE_BLACK);
    /* something bright that goes about, all over or along the lower edge alone; and stands */
    static const char *const bright[] = {
        DARK "color=white:s=24x24:r=1[o];[b][o]overlay=x=mod(t*37\\,616):y=mod(t*23\\,336)",
        DARK "color=white:s=12x12:r=1[o];[b][o]overlay=x=mod(t*97\\,628):y=mod(t*61\\,348)",
        DARK "color=white:s=30x30:r=1[o];[b][o]overlay=x=mod(t*37\\,610):y=290+mod(t*13\\,40)",
        DARK "color=0x606060:s=20x20:r=1[o];[b][o]overlay=x=300:y=170",
        ("color=black:s=640x360:r=1[b];mandelbrot=s=200x120:r=1,eq=brightness=-0.3[o];"
         "[b][o]overlay=x=200:y=100"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bright); i++)
        g_assert_cmpint(run_encoded(bright[i]), !=, PICTURE_BLACK);
}

static void test_refusals(void)
{
    struct picture_judge judge = {0};
    uint8_t luma[W * H];
    paint_scene(luma, 1);
    for (int i = 0; i < 4; i++)
        picture_judge_refusal(&judge, &limits);
    g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    picture_judge_picture(&judge, &limits, luma, W, H, 0);
    for (int i = 0; i < 5; i++)
        picture_judge_refusal(&judge, &limits);
    g_assert_cmpint(judge.quality, ==, PICTURE_CANNOT_DECODE);
    picture_judge_picture(&judge, &limits, luma, W, H, S);
    g_assert_cmpint(judge.quality, ==, PICTURE_GOOD);
    picture_judge_finish(&judge);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quality/living", test_living);
    g_test_add_func("/quality/frozen", test_frozen);
    g_test_add_func("/quality/repeated-clip", test_repeated_clip);
    g_test_add_func("/quality/traffic", test_traffic);
    g_test_add_func("/quality/frozen-needs-three", test_frozen_needs_three);
    g_test_add_func("/quality/walker", test_walker_is_life);
    g_test_add_func("/quality/black", test_black);
    g_test_add_func("/quality/black-encoded", test_black_encoded);
    g_test_add_func("/quality/refusals", test_refusals);
    return g_test_run();
}
