#include "place/crs.h"
#include <math.h>
#include <string.h>

/* Krasovsky 1940 ellipsoid, as the published GCJ-02 offset formula has it */
#define AXIS_M       6378245.0
#define ECCENTRICITY 0.00669342162296594323
#define BD_FACTOR    (M_PI * 3000.0 / 180.0)
#define ITERATIONS   8

/* The offset applies inside this box only. */
static bool inside_china(double lon, double lat)
{
    return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

static double ripple(double x)
{
    return (20.0 * sin(x * M_PI) + 40.0 * sin(x / 3.0 * M_PI)) * 2.0 / 3.0;
}

static double offset_lat(double x, double y)
{
    double value = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    value += (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI)) * 2.0 / 3.0;
    return value + ripple(y) +
           (160.0 * sin(y / 12.0 * M_PI) + 320.0 * sin(y * M_PI / 30.0)) * 2.0 / 3.0;
}

static double offset_lon(double x, double y)
{
    double value = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    value += (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI)) * 2.0 / 3.0;
    return value + ripple(x) +
           (150.0 * sin(x / 12.0 * M_PI) + 300.0 * sin(x / 30.0 * M_PI)) * 2.0 / 3.0;
}

void crs_wgs84_to_gcj02(double lon, double lat, double *gcj_lon, double *gcj_lat)
{
    *gcj_lon = lon;
    *gcj_lat = lat;
    if (!inside_china(lon, lat))
        return;
    double dlat = offset_lat(lon - 105.0, lat - 35.0);
    double dlon = offset_lon(lon - 105.0, lat - 35.0);
    double phi = lat / 180.0 * M_PI;
    double magic = 1.0 - ECCENTRICITY * sin(phi) * sin(phi);
    double root = sqrt(magic);
    *gcj_lat = lat + dlat * 180.0 / (AXIS_M * (1.0 - ECCENTRICITY) / (magic * root) * M_PI);
    *gcj_lon = lon + dlon * 180.0 / (AXIS_M / root * cos(phi) * M_PI);
}

static void gcj02_to_wgs84(double lon, double lat, double *wgs_lon, double *wgs_lat)
{
    double x = lon, y = lat;
    for (int i = 0; i < ITERATIONS; i++) {
        double gx, gy;
        crs_wgs84_to_gcj02(x, y, &gx, &gy);
        x += lon - gx;
        y += lat - gy;
    }
    *wgs_lon = x;
    *wgs_lat = y;
}

static void bd09_to_gcj02(double lon, double lat, double *gcj_lon, double *gcj_lat)
{
    double x = lon - 0.0065, y = lat - 0.006;
    double radius = sqrt(x * x + y * y) - 0.00002 * sin(y * BD_FACTOR);
    double angle = atan2(y, x) - 0.000003 * cos(x * BD_FACTOR);
    *gcj_lon = radius * cos(angle);
    *gcj_lat = radius * sin(angle);
}

bool crs_to_wgs84(const char *crs, double lon, double lat, double *wgs_lon, double *wgs_lat)
{
    if (strcmp(crs, "BD09") == 0) {
        bd09_to_gcj02(lon, lat, &lon, &lat);
        crs = "GCJ02";
    }
    if (strcmp(crs, "GCJ02") == 0) {
        gcj02_to_wgs84(lon, lat, wgs_lon, wgs_lat);
        return true;
    }
    if (strcmp(crs, "WGS84") != 0 && strcmp(crs, "CGCS2000") != 0)
        return false;
    *wgs_lon = lon;
    *wgs_lat = lat;
    return true;
}
