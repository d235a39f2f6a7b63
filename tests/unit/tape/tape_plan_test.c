#include "tape/plan.h"
#include <string.h>

#define S G_USEC_PER_SEC

static void add(GArray *tracks, const char *seat, const char *kind, gint64 from_us, gint64 to_us)
{
    struct tape_track track = {.seat = g_strdup(seat)};
    track.mjr = (struct mjr){.video = strcmp(kind, "mic") != 0, .from_us = from_us, .to_us = to_us};
    g_strlcpy(track.mjr.kind, kind, sizeof(track.mjr.kind));
    g_array_append_val(tracks, track);
}

static struct tape_plan plan_of(void (*fill)(GArray *tracks))
{
    struct tape_plan plan;
    GArray *tracks = g_array_new(FALSE, FALSE, sizeof(struct tape_track));
    g_array_set_clear_func(tracks, tape_track_clear);
    fill(tracks);
    tape_plan_make(tracks, &plan);
    return plan;
}

/* Two people, a pause of a minute, one of them in the second part with a screen. */
static void with_pause(GArray *tracks)
{
    add(tracks, "a", "screen", 175 * S, 180 * S);
    add(tracks, "b", "mic", 101 * S, 109 * S);
    add(tracks, "a", "mic", 100 * S, 110 * S);
    add(tracks, "a", "camera", 100 * S + 1, 110 * S);
    add(tracks, "a", "camera", 170 * S, 180 * S);
}

static void test_pause(void)
{
    struct tape_plan plan = plan_of(with_pause);
    g_assert_cmpint(plan.parts->len, ==, 2);
    g_assert_cmpint(plan.length_us, ==, 20 * S);
    const struct tape_part *parts = &g_array_index(plan.parts, struct tape_part, 0);
    g_assert_cmpint(parts[0].at_us, ==, 0);
    g_assert_cmpint(parts[1].at_us, ==, 10 * S);
    const struct tape_track *tracks = &g_array_index(plan.tracks, struct tape_track, 0);
    static const gint64 at[] = {0, 1, 1 * S, 10 * S, 15 * S};
    static const int cells[] = {-1, 0, -1, 0, 1};
    for (guint i = 0; i < plan.tracks->len; i++) {
        g_assert_cmpint(tracks[i].at_us, ==, at[i]);
        g_assert_cmpint(tracks[i].cell, ==, cells[i]);
    }
    g_assert_cmpint(plan.cells, ==, 2);
    json_t *told = tape_plan_json(&plan);
    g_assert_cmpfloat(json_number_value(json_object_get(told, "seconds")), ==, 20);
    json_decref(told);
    tape_plan_clear(&plan);
}

/* Gaps shorter than two seconds and streams within others are no pauses. */
static void without_pause(GArray *tracks)
{
    add(tracks, "a", "mic", 10 * S, 20 * S);
    add(tracks, "b", "mic", 12 * S, 13 * S);
    add(tracks, "b", "mic", 21 * S, 25 * S);
}

static void test_one_part(void)
{
    struct tape_plan plan = plan_of(without_pause);
    g_assert_cmpint(plan.parts->len, ==, 1);
    g_assert_cmpint(plan.length_us, ==, 15 * S);
    g_assert_cmpint(plan.cells, ==, 0);
    tape_plan_clear(&plan);
}

static void test_grid(void)
{
    static const int wanted[][3] = {{0, 1, 1}, {1, 1, 1}, {2, 2, 1},
                                    {3, 2, 2}, {5, 3, 2}, {9, 3, 3}};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        int columns, rows;
        tape_plan_grid(wanted[i][0], &columns, &rows);
        g_assert_cmpint(columns, ==, wanted[i][1]);
        g_assert_cmpint(rows, ==, wanted[i][2]);
    }
}

static void check_file(const char *name, bool right, guint packets, gint64 length_us)
{
    g_autofree char *path =
        g_build_filename(TW_SOURCE_DIR "/tests/fuzz/tape/corpus/mjr", name, NULL);
    g_autofree char *data = NULL;
    gsize size;
    struct mjr mjr;
    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    g_assert_cmpint(mjr_read((const uint8_t *)data, size, &mjr), ==, right);
    g_assert_cmpuint(mjr.packets, ==, packets);
    g_assert_cmpint(mjr.to_us - mjr.from_us, ==, length_us);
}

static void test_mjr(void)
{
    check_file("sound", true, 3, 3620 * 1000);
    check_file("picture", true, 2, 66 * 1000);
    check_file("cut", true, 1, 0);
    check_file("empty", false, 0, 0);
    check_file("started", false, 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tape/pause", test_pause);
    g_test_add_func("/tape/one-part", test_one_part);
    g_test_add_func("/tape/grid", test_grid);
    g_test_add_func("/tape/mjr", test_mjr);
    return g_test_run();
}
