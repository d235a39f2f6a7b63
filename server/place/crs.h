/* Coordinate reference systems of Chinese maps. Pure, any thread. */
#pragma once
#include <stdbool.h>

/* Converts degrees of `crs` ("WGS84", "CGCS2000", "GCJ02", "BD09") to WGS-84. CGCS2000 differs from
 * WGS-84 by centimetres and is taken as equal; GCJ-02 is inverted by iteration to under 1e-9°.
 * false: unknown name, nothing written. */
bool crs_to_wgs84(const char *crs, double lon, double lat, double *wgs_lon, double *wgs_lat);

/* The forward conversion, for tests and for base maps that are drawn in GCJ-02. */
void crs_wgs84_to_gcj02(double lon, double lat, double *gcj_lon, double *gcj_lat);
