/* How long it takes to find the cell of a point, the nearest cell of one outside, and the area that
 * an address names, in a town of so many cells with crooked borders.
 *   place_lookup CELLS LOOKUPS
 * Last line: JSON, thread CPU time. */
#include "place/ground.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CORNERS = 16, CELLS_OF_VILLAGE = 3 }; /* corners of one side of a cell */
#define SIDE 0.004                           /* degrees */

static double thread_cpu_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* A crooked way from one corner to the next; the same from both sides. */
static void add_side(json_t *ring, double x, double y, double to_x, double to_y)
{
    for (int i = 0; i < CORNERS; i++) {
        double t = (double)i / CORNERS, px = x + (to_x - x) * t, py = y + (to_y - y) * t;
        double wiggle = 0.1 * SIDE * sin(12.9898 * px / SIDE + 78.233 * py / SIDE);
        if (i > 0 && to_x != x)
            py += wiggle;
        else if (i > 0)
            px += wiggle;
        /* six decimals, as docs/town-format.md has them: neighbours share their vertices */
        json_array_append_new(ring,
                              json_pack("[f,f]", round(px * 1e6) / 1e6, round(py * 1e6) / 1e6));
    }
}

/* So many cells of a row as one polygon. */
static json_t *block_at(int column, int row, int count)
{
    double west = 116 + column * SIDE, south = 35 + row * SIDE, north = south + SIDE;
    json_t *ring = json_array();
    for (int i = 0; i < count; i++)
        add_side(ring, west + i * SIDE, south, west + (i + 1) * SIDE, south);
    add_side(ring, west + count * SIDE, south, west + count * SIDE, north);
    for (int i = count; i > 0; i--)
        add_side(ring, west + i * SIDE, north, west + (i - 1) * SIDE, north);
    add_side(ring, west, north, west, south);
    json_array_append(ring, json_array_get(ring, 0));
    return json_pack("{s:s,s:[o]}", "type", "Polygon", "coordinates", ring);
}

static json_t *feature(const char *code, const char *level, const char *name, json_t *geometry)
{
    return json_pack("{s:{s:s,s:s,s:s},s:o}", "properties", "code", code, "level", level, "name",
                     name, "geometry", geometry);
}

static json_t *town_of(int cells, int columns)
{
    json_t *features = json_array();
    for (int i = 0; i < cells; i++) {
        int village = i / CELLS_OF_VILLAGE;
        g_autofree char *above =
            g_strdup_printf("370812%03d%03d", 100 + village / 900, village % 900);
        g_autofree char *code = g_strdup_printf("%s%03d", above, i % CELLS_OF_VILLAGE);
        g_autofree char *name = g_strdup_printf("第%d庄村", village);
        g_autofree char *cell = g_strdup_printf("%s%02d网格", name, i);
        if (i % CELLS_OF_VILLAGE == 0)
            json_array_append_new(features,
                                  feature(above, "village", name,
                                          block_at(i % columns, i / columns, CELLS_OF_VILLAGE)));
        json_array_append_new(features,
                              feature(code, "cell", cell, block_at(i % columns, i / columns, 1)));
    }
    return json_pack("{s:s,s:o}", "type", "FeatureCollection", "features", features);
}

struct town {
    struct ground *ground;
    int cells, columns;
    GRand *random;
};

static bool look_at(const struct town *town, bool outside)
{
    int cell = g_rand_int_range(town->random, 0, town->cells);
    double lon = 116 + (cell % town->columns + g_rand_double_range(town->random, 0.2, 0.8)) * SIDE;
    int row = cell / town->columns;
    double lat = 35 + (row + g_rand_double_range(town->random, 0.2, 0.8)) * SIDE;
    double metres;
    if (!outside)
        return ground_at(town->ground, "governance", "cell", lon, lat) != NULL;
    lon = 116 - g_rand_double_range(town->random, 0.2, 0.8) * SIDE;
    return ground_nearest(town->ground, "governance", "cell", lon, lat, 1000, &metres) != NULL;
}

static bool inside(const struct town *town)
{
    return look_at(town, false);
}

static bool beside(const struct town *town)
{
    return look_at(town, true);
}

static bool named(const struct town *town)
{
    int cell = g_rand_int_range(town->random, 0, town->cells);
    g_autofree char *address = g_strdup_printf("接群众来电，第%d庄村%02d网格老槐树下有人争吵",
                                               cell / CELLS_OF_VILLAGE, cell);
    return ground_of_address(town->ground, address) != NULL;
}

/* Microseconds of one question; ends the program when one is not answered. */
static double measure(const struct town *town, bool (*ask)(const struct town *town), int count)
{
    double begun = thread_cpu_us();
    for (int i = 0; i < count; i++)
        if (!ask(town)) {
            fprintf(stderr, "place_lookup: nothing was found\n");
            exit(1);
        }
    return (thread_cpu_us() - begun) / count;
}

int main(int argc, char **argv)
{
    int cells = argc == 3 ? atoi(argv[1]) : 0, lookups = argc == 3 ? atoi(argv[2]) : 0;
    if (cells < 1 || cells > 100000 || lookups < 1) {
        fprintf(stderr, "place_lookup: CELLS LOOKUPS\n");
        return 2;
    }
    int columns = (int)ceil(sqrt(cells) / CELLS_OF_VILLAGE) * CELLS_OF_VILLAGE;
    json_t *collection = town_of(cells, columns), *findings = json_array();
    g_autoptr(GError) error = NULL;
    double begun = thread_cpu_us();
    struct town town = {ground_create(collection, findings, &error), cells, columns,
                        g_rand_new_with_seed(1)};
    double made_ms = (thread_cpu_us() - begun) / 1000;
    if (!town.ground) {
        fprintf(stderr, "place_lookup: %s\n", error->message);
        return 1;
    }
    double at = measure(&town, inside, lookups), nearest = measure(&town, beside, lookups);
    double address = measure(&town, named, lookups);
    printf("{\"cells\":%d,\"make_ms\":%.1f,\"findings\":%zu,\"at_us\":%.3f,\"nearest_us\":%.3f,"
           "\"address_us\":%.3f}\n",
           cells, made_ms, json_array_size(findings), at, nearest, address);
    json_decref(findings);
    json_decref(collection);
    g_rand_free(town.random);
    ground_unref(town.ground);
    return 0;
}
