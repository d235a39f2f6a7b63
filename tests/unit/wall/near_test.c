/* Which cameras are brought to a place: by distance and field of view, and only those that work. */
#include "wall/near.h"
#include <math.h>

#define LON   111.85
#define LAT   27.9
#define REACH 2000.0

/* A camera so far east of the point; `azimuth_deg` NAN: nobody knows where it looks. */
static struct wall_camera at(const char *id, double east_m, double azimuth_deg, bool works)
{
    double degree_m = 6371008.8 * G_PI / 180 * cos(LAT * G_PI / 180);
    return (struct wall_camera){.id = id,
                                .lon = LON + east_m / degree_m,
                                .lat = LAT,
                                .azimuth_deg = azimuth_deg,
                                .fov_deg = isnan(azimuth_deg) ? NAN : 60,
                                .works = works};
}

/* What stands east of the point looks at it with an azimuth of 270, give or take half its field. */
static void test_weigh(void)
{
    static const struct {
        double east_m, azimuth_deg;
        bool faces, within;
    } table[] = {
        {100, 270, true, true},
        {100, 299, true, true},
        {100, 241, true, true},
        {100, 301, false, true},
        {100, 239, false, true},
        {100, 90, false, true},
        {100, NAN, false, true},
        {-100, 90, true, true},
        {-100, 350, false, true},
        {0.5, 90, true, true},
        /* what it tells of itself */ {REACH - 1, NAN, false, true},
        {REACH + 1, NAN, false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct wall_camera camera = at("c", table[i].east_m, table[i].azimuth_deg, true);
        g_assert_true(near_weigh(&camera, LON, LAT, REACH) == table[i].within);
        g_assert_true(camera.faces == table[i].faces);
        g_assert_cmpfloat_with_epsilon(camera.distance_m, fabs(table[i].east_m), 0.1);
    }
    struct wall_camera north = at("c", 0, 10, true);
    north.lat -= 0.001; /* the point lies north of it: 0 degrees is 360 */
    g_assert_true(near_weigh(&north, LON, LAT, REACH) && north.faces);
    north.azimuth_deg = 350;
    g_assert_true(near_weigh(&north, LON, LAT, REACH) && north.faces);
    struct wall_camera nowhere = at("c", 0, 0, true);
    nowhere.lon = NAN;
    g_assert_false(near_weigh(&nowhere, LON, LAT, REACH));
}

static char *ids(const struct wall_camera *cameras, guint count)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "", cameras[i].id);
    return g_string_free(text, FALSE);
}

/* One that looks at the place counts as half as far; those that do not work are left out and told,
 * when they would have been among the chosen. */
static void test_choose(void)
{
    const struct wall_camera cameras[] = {
        at("behind", 90, 90, true),    at("faces", 150, 270, true),
        at("unknown", 80, NAN, true),  at("dead", 20, 270, false),
        at("aside", 200, 0, true),     at("far", 500, 270, true),
        at("dead-far", 600, 0, false), at("beyond", REACH + 5, 270, true),
    };
    static const struct {
        guint most;
        const char *chosen, *skipped;
    } table[] = {
        {1, "faces", "dead"},
        {2, "faces unknown", "dead"},
        {4, "faces unknown behind aside", "dead"},
        {5, "faces unknown behind aside far", "dead"},
        {9, "faces unknown behind aside far", "dead dead-far"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct wall_camera));
        g_autoptr(GArray) skipped = g_array_new(FALSE, FALSE, sizeof(struct wall_camera));
        for (size_t k = 0; k < G_N_ELEMENTS(cameras); k++) {
            struct wall_camera camera = cameras[k];
            if (near_weigh(&camera, LON, LAT, REACH))
                g_array_append_val(all, camera);
        }
        struct wall_camera out[9];
        guint count = near_choose(all, table[i].most, out, skipped);
        g_autofree char *chosen = ids(out, count);
        g_autofree char *left =
            ids((const struct wall_camera *)(const void *)skipped->data, skipped->len);
        g_assert_cmpstr(chosen, ==, table[i].chosen);
        g_assert_cmpstr(left, ==, table[i].skipped);
    }
}

static void test_works(void)
{
    static const struct {
        const char *state, *reason;
        bool works;
    } table[] = {
        {"live", NULL, true},       {"sampled", NULL, true},     {"sampled", "limit_reached", true},
        {"idle", NULL, true},       {"connecting", NULL, false}, {"stale", NULL, false},
        {"stale", "black", false},  {"live", "frozen", false},   {"live", "black", false},
        {"down", "no_data", false}, {"disabled", NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct camera *camera = camera_create(1);
        g_free(camera->state);
        camera->state = g_strdup(table[i].state);
        camera->reason = g_strdup(table[i].reason);
        camera->fields.enabled = true;
        g_assert_true(near_works(camera) == table[i].works);
        camera->fields.enabled = false;
        g_assert_false(near_works(camera));
        camera_destroy(camera);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/near/weigh", test_weigh);
    g_test_add_func("/near/choose", test_choose);
    g_test_add_func("/near/works", test_works);
    return g_test_run();
}
