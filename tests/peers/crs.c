/* Our conversions of coordinates for a test that holds them against npm gcoord: reads lines "CRS
 * LON LAT", writes "LON LAT" in WGS-84; "to-GCJ02" is the way back. */
#include "place/crs.h"
#include <stdio.h>
#include <string.h>

int main(void)
{
    char crs[16];
    double lon, lat, x, y;
    while (scanf("%15s %lf %lf", crs, &lon, &lat) == 3) {
        if (strcmp(crs, "to-GCJ02") == 0)
            crs_wgs84_to_gcj02(lon, lat, &x, &y);
        else if (!crs_to_wgs84(crs, lon, lat, &x, &y))
            return 1;
        printf("%.12f %.12f\n", x, y);
    }
    return 0;
}
