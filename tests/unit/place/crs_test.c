/* Conversions of coordinates, against published points of the GCJ-02 and BD-09 offsets. */
#include "place/crs.h"
#include <glib.h>
#include <math.h>

#define NEAR(a, b, e) g_assert_cmpfloat(fabs((a) - (b)), <, (e))

static void known_points(void)
{
    /* as npm gcoord 1.0 gives them */
    double lon, lat;
    crs_wgs84_to_gcj02(120.0, 30.0, &lon, &lat);
    NEAR(lon, 120.00466, 1e-4);
    NEAR(lat, 29.99758, 1e-4);
    crs_wgs84_to_gcj02(116.397455, 39.909187, &lon, &lat);
    NEAR(lon, 116.403698, 1e-4);
    NEAR(lat, 39.910590, 1e-4);
}

static void round_trip(void)
{
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 10; j++) {
            double lon = 75 + i * 7.3, lat = 18 + j * 3.7, gx, gy, x, y;
            crs_wgs84_to_gcj02(lon, lat, &gx, &gy);
            g_assert_true(crs_to_wgs84("GCJ02", gx, gy, &x, &y));
            NEAR(x, lon, 1e-9);
            NEAR(y, lat, 1e-9);
        }
}

static void outside_china_nothing_moves(void)
{
    double lon, lat;
    crs_wgs84_to_gcj02(2.35, 48.85, &lon, &lat);
    g_assert_cmpfloat(lon, ==, 2.35);
    g_assert_cmpfloat(lat, ==, 48.85);
}

static void names(void)
{
    double lon = 0, lat = 0;
    g_assert_true(crs_to_wgs84("CGCS2000", 120, 30, &lon, &lat));
    g_assert_cmpfloat(lon, ==, 120);
    g_assert_true(crs_to_wgs84("BD09", 120.0111, 30.0036, &lon, &lat));
    NEAR(lon, 120.0, 0.01);
    g_assert_false(crs_to_wgs84("Beijing54", 120, 30, &lon, &lat));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crs/known-points", known_points);
    g_test_add_func("/crs/round-trip", round_trip);
    g_test_add_func("/crs/outside", outside_china_nothing_moves);
    g_test_add_func("/crs/names", names);
    return g_test_run();
}
