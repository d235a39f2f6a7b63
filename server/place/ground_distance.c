#include "place/ground.h"
#include <math.h>

#define EARTH_M 6371008.8

static double radians(double degrees)
{
    return degrees * G_PI / 180;
}

double ground_distance_m(double lon_a, double lat_a, double lon_b, double lat_b)
{
    double x = radians(lon_b - lon_a) * cos(radians((lat_a + lat_b) / 2));
    return EARTH_M * hypot(x, radians(lat_b - lat_a));
}

double ground_bearing_deg(double lon_a, double lat_a, double lon_b, double lat_b)
{
    double x = (lon_b - lon_a) * cos(radians((lat_a + lat_b) / 2));
    double degrees = atan2(x, lat_b - lat_a) * 180 / G_PI;
    return degrees < 0 ? degrees + 360 : degrees;
}
