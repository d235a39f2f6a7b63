#include "scenes/places.h"
#include <glib.h>
#include <math.h>

static const struct colour asphalt = {92, 93, 97}, paving = {158, 152, 144},
                           paint_white = {226, 226, 220}, grass = {98, 124, 70},
                           earth = {150, 138, 112}, leaf_green = {78, 124, 52},
                           leaf_dark = {52, 96, 54}, willow = {120, 150, 70},
                           wall_grey = {186, 182, 176}, wall_warm = {206, 186, 158},
                           wall_white = {222, 220, 214}, wall_brick = {160, 100, 82},
                           stone = {172, 168, 160}, red_wood = {150, 44, 36},
                           water = {92, 120, 126};

static const struct colour car_paint[] = {{214, 214, 216}, {36, 38, 44},    {150, 24, 28},
                                          {34, 68, 128},   {168, 172, 178}, {228, 226, 220},
                                          {88, 92, 96},    {190, 150, 60}};
static const struct colour coats[] = {{170, 44, 48},  {40, 70, 130}, {216, 206, 190}, {58, 62, 66},
                                      {214, 160, 44}, {70, 120, 84}, {150, 84, 140},  {32, 34, 44}};

static float wrap(float value)
{
    return value - floorf(value);
}

/* How many steps of this size lead from `first` to before `end`, either way. */
static int steps(float first, float end, float step)
{
    return (int)ceilf(fabsf(end - first) / step);
}

/* --- parts that several places share */

static void begin(struct world *world, struct colour ground)
{
    draw_sky(world);
    draw_ground(world, -300, 300, 1.5f, 400, ground);
    /* hills and far houses on the horizon */
    for (int i = 0; i < 14; i++) {
        const float x = -260 + 40 * (float)i + 20 * world_random(world);
        const struct point at = world_project(world, (struct place){x, 0, 330});
        fill_ellipse(world->canvas, at, 90, 16 + 18 * world_random(world),
                     colour_mix(leaf_dark, world->mood.haze, 0.72f), 1e5f, 1);
    }
}

static void houses_along(struct world *world, float side_x, float first_z, float last_z)
{
    static const struct colour walls[] = {
        {206, 186, 158}, {222, 220, 214}, {186, 182, 176}, {160, 100, 82}, {196, 200, 190}};
    /* far ones first, so that near ones cover them */
    for (int row = 0; row < steps(last_z, first_z, 15); row++) {
        const float z = last_z - 15 * (float)row;
        const float width = 13, height = 6 + 3.1f * floorf(world_random(world) * 3.5f);
        const float x = side_x > 0 ? side_x : side_x - width;
        const struct colour wall = walls[(int)(world_random(world) * 4.99f)];
        draw_house(world, (struct place){x, 0, z - 14}, width, height, 13.6f, wall,
                   world_random(world) < 0.6f ? 2.4f : 0);
    }
}

static void dashes(struct world *world, float x, float first_z, float last_z)
{
    for (int row = 0; row < steps(first_z, last_z, 9); row++) {
        const float z = first_z + 9 * (float)row;
        draw_ground(world, x - 0.09f, x + 0.09f, z, z + 4, paint_white);
    }
}

static void zebra(struct world *world, float x0, float x1, float z0, float z1)
{
    for (int column = 0; column < steps(x0, x1, 1.0f); column++) {
        const float x = x0 + 1.0f * (float)column;
        draw_ground(world, x, x + 0.5f, z0, z1, paint_white);
    }
}

static void traffic(struct world *world, float turn, float lane_x, int heading, int count,
                    float length_m)
{
    for (int i = count - 1; i >= 0; i--) {
        const float jitter = 0.21f * sinf((float)i * 2.4f + lane_x);
        const float way = wrap(((float)i + jitter) / (float)count + (float)heading * turn);
        const float size = i % 5 == 3 ? 9.5f : 4.4f;
        draw_car(world, (struct place){lane_x, 0, 4 + way * length_m}, false, heading,
                 car_paint[(i * 3 + (heading > 0)) % 8], size);
    }
}

static void walkers_along(struct world *world, float turn, float x, int heading, int count,
                          bool umbrellas)
{
    const float pace_m = 13; /* a loop's way, so that the next one takes the place */
    for (int i = count - 1; i >= 0; i--) {
        const float z = 6 + pace_m * ((float)i + (heading > 0 ? turn : 1 - turn));
        draw_walker(world, (struct place){x + 0.5f * sinf((float)i * 1.9f), 0, z},
                    turn * 120 + (float)i, coats[(i * 5 + (int)x) & 7], umbrellas);
    }
}

/* --- streets */

static void street_ground(struct world *world, float road_half)
{
    begin(world, grass);
    draw_ground(world, -road_half - 5, road_half + 5, 1.5f, 200, paving);
    draw_ground(world, -road_half, road_half, 1.5f, 260, asphalt);
    draw_ground(world, -road_half - 0.2f, -road_half, 1.5f, 200, stone);
    draw_ground(world, road_half, road_half + 0.2f, 1.5f, 200, stone);
    dashes(world, 0, 2, 140);
}

static void street_lamps(struct world *world, float road_half)
{
    for (int i = 4; i >= 0; i--) {
        draw_lamp(world, (struct place){-road_half - 0.8f, 0, 14 + 22 * (float)i}, 6.5f, 1.6f);
        draw_lamp(world, (struct place){road_half + 0.8f, 0, 24 + 22 * (float)i}, 6.5f, -1.6f);
    }
}

static void draw_street(struct world *world)
{
    const float half = 4;
    street_ground(world, half);
    if (world_is_night(world))
        world_darken(world);
    houses_along(world, -half - 5, 8, 128);
    houses_along(world, half + 5, 2, 122);
    for (int i = 5; i >= 0; i--) {
        draw_tree(world, (struct place){-half - 2.4f, 0, 18 + 21 * (float)i}, 5.5f,
                  world_is_night(world) ? colour_scale(leaf_dark, 0.25f) : leaf_green);
        draw_tree(world, (struct place){half + 2.6f, 0, 12 + 23 * (float)i}, 5.0f,
                  world_is_night(world) ? colour_scale(leaf_dark, 0.25f) : leaf_dark);
    }
    street_lamps(world, half);
}

static void move_street(struct world *world, float turn)
{
    walkers_along(world, turn, -6.0f, 1, 5, world->mood.rain > 0);
    walkers_along(world, turn, 6.2f, -1, 4, world->mood.rain > 0);
    traffic(world, turn, 2.0f, 1, 3, 110);
    traffic(world, turn, -2.0f, -1, 4, 120);
}

/* --- crossing */

static void draw_crossing(struct world *world)
{
    begin(world, paving);
    draw_ground(world, -6, 6, 1.5f, 260, asphalt);
    draw_ground(world, -200, 200, 24, 37, asphalt);
    dashes(world, 0, 2, 18);
    dashes(world, 0, 44, 140);
    zebra(world, -5.6f, 5.6f, 18.5f, 22.5f);
    zebra(world, -5.6f, 5.6f, 38.5f, 42);
    for (int side = -1; side <= 1; side += 2)
        for (int row = 0; row < steps(25, 36.5f, 1.2f); row++) {
            const float z = 25 + 1.2f * (float)row;
            draw_ground(world, (float)side * 10 - 2, (float)side * 10 + 2, z, z + 0.6f,
                        paint_white);
        }
    draw_house(world, (struct place){12, 0, 44}, 24, 15.5f, 20, wall_warm, 0);
    draw_house(world, (struct place){-38, 0, 44}, 25, 12.4f, 20, wall_white, 0);
    draw_house(world, (struct place){10, 0, 66}, 20, 9.3f, 40, wall_brick, 2.4f);
    draw_house(world, (struct place){-30, 0, 66}, 20, 12.4f, 40, wall_grey, 0);
    for (int i = 0; i < 4; i++)
        draw_tree(world, (struct place){i % 2 ? 9.5f : -9.5f, 0, 60 - 6 * (float)i}, 5.2f,
                  leaf_green);
    draw_lamp(world, (struct place){-8, 0, 22}, 6, 1.4f);
    draw_lamp(world, (struct place){8, 0, 40}, 6, -1.4f);
    draw_box(world, (struct place){7.4f, 3.2f, 22}, 0.5f, 1.4f, 0.3f, (struct colour){40, 44, 46});
    draw_box(world, (struct place){7.6f, 0, 22.1f}, 0.16f, 3.4f, 0.1f, stone);
}

static void move_crossing(struct world *world, float turn)
{
    for (int i = 0; i < 5; i++) {
        const float way = wrap((float)i / 5 + 0.06f * sinf((float)i * 4) + turn);
        draw_car(world, (struct place){-75 + 150 * way, 0, 33.6f}, true, 1, car_paint[i], 4.5f);
    }
    for (int i = 0; i < 4; i++) {
        const float way = wrap((float)i / 4 + 0.07f * sinf((float)i * 3) - turn);
        draw_car(world, (struct place){-75 + 150 * way, 0, 27.4f}, true, -1, car_paint[7 - i],
                 i == 2 ? 9.5f : 4.4f);
    }
    for (int i = 0; i < 6; i++) {
        const float way = wrap((float)i / 6 + (i % 2 ? turn : -turn));
        draw_walker(world, (struct place){-8 + 16 * way, 0, 19 + 0.6f * (float)i},
                    turn * 120 + (float)i, coats[i], false);
    }
    /* waiting for the light */
    draw_car(world, (struct place){-3, 0, 46}, false, -1, car_paint[5], 4.4f);
    draw_car(world, (struct place){3, 0, 14}, false, 1, car_paint[3], 4.4f);
}

/* --- village gate */

static void draw_gate(struct world *world)
{
    begin(world, earth);
    draw_ground(world, -60, 60, 26, 200, grass);
    draw_ground(world, -4.5f, 4.5f, 1.5f, 200, asphalt);
    draw_ground(world, -7, -4.5f, 1.5f, 60, paving);
    draw_ground(world, 4.5f, 7, 1.5f, 60, paving);
    houses_along(world, -16, 40, 110);
    houses_along(world, 14, 44, 110);
    for (int i = 0; i < 4; i++)
        draw_tree(world, (struct place){i % 2 ? 11.5f : -11, 0, 52 - 7 * (float)i}, 6, leaf_dark);
    draw_box(world, (struct place){-40, 0, 27}, 33, 2.4f, 0.4f, wall_white);
    draw_box(world, (struct place){7.5f, 0, 27}, 33, 2.4f, 0.4f, wall_white);
    for (int i = -1; i <= 1; i += 2) {
        draw_box(world, (struct place){(float)i * 6.3f - 0.5f, 0, 25}, 1, 5.6f, 1, red_wood);
        draw_box(world, (struct place){(float)i * 6.3f - 0.8f, 0, 24.8f}, 1.6f, 0.9f, 1.3f, stone);
    }
    draw_box(world, (struct place){-6.8f, 4.5f, 25.2f}, 13.6f, 0.9f, 0.6f, red_wood);
    draw_box(world, (struct place){-2.6f, 4.4f, 25.0f}, 5.2f, 1.2f, 0.3f,
             (struct colour){34, 60, 110});
    draw_box(world, (struct place){-8.2f, 5.7f, 24.4f}, 16.4f, 0.5f, 2.2f,
             (struct colour){70, 84, 80});
    draw_box(world, (struct place){-5.2f, 6.2f, 24.8f}, 10.4f, 0.6f, 1.4f,
             (struct colour){80, 94, 88});
    draw_house(world, (struct place){8.2f, 0, 20}, 3.4f, 2.8f, 3, wall_warm, 0.9f);
}

static void move_gate(struct world *world, float turn)
{
    walkers_along(world, turn, -5.6f, 1, 4, false);
    traffic(world, turn, -2.1f, -1, 2, 96);
    for (int i = 2; i >= 0; i--)
        draw_cyclist(world, (struct place){3.2f, 0, 6 + 70 * wrap((float)i * 0.37f + turn)},
                     turn * 50, coats[i + 2]);
    /* the barrier lifts in the middle of the loop */
    const float lift = CLAMP(4 * sinf(turn * 3.1416f) - 1.6f, 0.0f, 1.0f) * 0.9f;
    const struct point hinge = world_project(world, (struct place){5.4f, 1.1f, 21});
    const struct point tip = world_project(
        world, (struct place){5.4f - 3.9f * cosf(lift), 1.1f + 3.9f * sinf(lift), 21});
    draw_line(world->canvas, hinge, tip, 5, (struct colour){226, 222, 214}, 21, 1);
    draw_line(world->canvas, hinge, (struct point){(hinge.x + tip.x) / 2, (hinge.y + tip.y) / 2}, 5,
              (struct colour){206, 40, 34}, 21, 1);
}

/* --- river */

static void draw_river(struct world *world)
{
    begin(world, grass);
    draw_ground(world, -300, 300, 60, 80, (struct colour){112, 132, 80});
    for (int i = 0; i < 9; i++)
        draw_house(world, (struct place){-74 + 17 * (float)i, 0, 74}, 12, 5 + 3 * (float)(i % 3), 9,
                   i % 2 ? wall_white : wall_warm, 2.6f);
    draw_ground(world, -300, 300, 16, 60, water);
    draw_ground(world, -300, 300, 57, 60, colour_scale(stone, 0.8f));
    for (int i = 0; i < 6; i++)
        draw_tree(world, (struct place){-52 + 21 * (float)i, 0, 62}, 6.5f, willow);
    /* a bridge with three arches */
    draw_box(world, (struct place){5, 2.6f, 38}, 70, 0.9f, 4, colour_scale(stone, 0.8f));
    for (int i = 0; i < 4; i++)
        draw_box(world, (struct place){7 + 9 * (float)i, -0.2f, 38.2f}, 1.6f, 2.9f, 3.4f,
                 colour_scale(stone, 0.86f));
    for (int column = 0; column < steps(5, 60, 1.6f); column++) {
        const float x = 5 + 1.6f * (float)column;
        draw_box(world, (struct place){x, 3.5f, 38}, 0.2f, 0.9f, 0.2f, wall_white);
    }
    draw_ground(world, -300, 300, 1.5f, 16, paving);
    draw_ground(world, -300, 300, 15.2f, 16.2f, stone);
    for (int column = 0; column < steps(-18, 18, 1.5f); column++) {
        const float x = -18 + 1.5f * (float)column;
        draw_box(world, (struct place){x, 0, 15.6f}, 0.14f, 1.0f, 0.14f, wall_white);
    }
    draw_box(world, (struct place){-18, 0.9f, 15.6f}, 36, 0.12f, 0.14f, wall_white);
    draw_tree(world, (struct place){-9.5f, 0, 14}, 7.5f, willow);
    draw_box(world, (struct place){7.2f, 0, 13.8f}, 0.2f, 2.2f, 0.1f, wall_grey);
    draw_box(world, (struct place){6.9f, 1.2f, 13.7f}, 0.8f, 1.0f, 0.1f,
             (struct colour){206, 60, 44});
}

static void move_river(struct world *world, float turn)
{
    for (int i = 0; i < 70; i++) { /* glints that come and go */
        const float z = 18 + 38 * wrap((float)i * 0.6180f);
        const float x = -45 + 90 * wrap((float)i * 0.3819f);
        const float light = sinf(6.2832f * (turn * (float)(2 + i % 3) + (float)i * 0.37f));
        if (light > 0) {
            const struct point at = world_project(world, (struct place){x, 0, z});
            fill_ellipse(world->canvas, at, 0.9f * world_scale(world, z),
                         0.05f * world_scale(world, z) + 0.4f, (struct colour){206, 220, 220}, z,
                         0.5f * light);
        }
    }
    draw_boat(world, (struct place){-40 + 80 * turn, 0, 48}, turn * 30,
              (struct colour){88, 70, 54});
    draw_boat(world, (struct place){9 - 14 * turn, 0, 27}, turn * 25 + 2,
              (struct colour){60, 84, 96});
    for (int i = 0; i < 5; i++) {
        const float way = wrap((float)i / 5 + (i % 2 ? turn : -turn));
        draw_walker(world, (struct place){-9 + 18 * way, 0, 12 - 0.9f * (float)(i % 3)},
                    turn * 110 + (float)i, coats[i + 1], false);
    }
}

/* --- square */

static void draw_square(struct world *world)
{
    begin(world, grass);
    draw_ground(world, -34, 34, 1.5f, 52, (struct colour){186, 178, 166});
    for (int row = 0; row < steps(3, 52, 3); row++) {
        const float z = 3 + 3 * (float)row;
        draw_ground(world, -34, 34, z, z + 0.12f, stone);
    }
    for (int column = 0; column < steps(-33, 34, 3); column++) {
        const float x = -33 + 3 * (float)column;
        draw_ground(world, x, x + 0.1f, 1.5f, 52, stone);
    }
    draw_house(world, (struct place){-30, 0, 60}, 60, 9.3f, 16, wall_white, 0);
    draw_box(world, (struct place){-7, 0, 57}, 14, 6.4f, 3, wall_warm);
    draw_box(world, (struct place){-8, 6.4f, 56}, 16, 0.9f, 4, red_wood);
    for (int i = 0; i < 7; i++)
        draw_tree(world, (struct place){-33 + 11 * (float)i, 0, 54}, 6,
                  i % 2 ? leaf_green : leaf_dark);
    /* pavilion */
    for (int row = 0; row < steps(36, 30, 5); row++) {
        const float z = 36 - 5 * (float)row;
        for (int column = 0; column < steps(12, 18, 5); column++) {
            const float x = 12 + 5 * (float)column;
            draw_box(world, (struct place){x, 0, z}, 0.4f, 3.4f, 0.4f, red_wood);
        }
    }
    draw_box(world, (struct place){11, 3.4f, 30}, 7.4f, 0.6f, 7.2f, (struct colour){70, 86, 80});
    draw_box(world, (struct place){12.6f, 4.0f, 31.6f}, 4.2f, 0.9f, 4, (struct colour){80, 96, 88});
    /* fountain */
    const struct point pool = world_project(world, (struct place){-8, 0, 28});
    fill_ellipse(world->canvas, pool, 150, 46, stone, 24, 1);
    fill_ellipse(world->canvas, pool, 134, 39, water, 24, 1);
    for (int i = -1; i <= 1; i++)
        draw_box(world, (struct place){5 * (float)i + 1, 0, 16}, 1.9f, 0.5f, 0.6f,
                 (struct colour){130, 92, 62});
    draw_lamp(world, (struct place){-15, 0, 19}, 4.6f, 0.6f);
    draw_lamp(world, (struct place){15, 0, 22}, 4.6f, -0.6f);
}

static void move_square(struct world *world, float turn)
{
    const struct point pool = world_project(world, (struct place){-8, 0.4f, 28});
    for (int i = 0; i < 26; i++) {
        const float fall = wrap((float)i * 0.618f + turn * 9);
        const float side = sinf((float)i * 2.4f);
        const struct point drop = {pool.x + side * 70 * fall,
                                   pool.y - 300 * fall * (1 - fall) * 0.9f};
        fill_ellipse(world->canvas, drop, 4, 5, (struct colour){226, 236, 238}, 27, 0.65f);
    }
    for (int i = 0; i < 12; i++) {
        const float way = wrap((float)i * 0.618f + (i % 2 ? turn : -turn));
        const float z = 46 - 3.1f * (float)i;
        draw_walker(world, (struct place){-16 + 32 * way + (i > 9 ? 4.0f : 0), 0, MAX(z, 9.0f)},
                    turn * 120 + (float)i, coats[i & 7], false);
    }
    /* morning exercise: a group that stays in its place */
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < 3; i++)
            draw_walker(world,
                        (struct place){-2 + 2.2f * (float)i + 0.5f * sinf(turn * 12.566f), 0,
                                       42 - 2.4f * (float)row},
                        sinf(turn * 12.566f) * 3, coats[(row + i * 3) & 7], false);
}

/* --- service hall */

static void draw_hall(struct world *world)
{
    struct canvas *canvas = world->canvas;
    const struct colour wall = {214, 214, 208}, ceiling = {196, 198, 198};
    const struct point all[] = {{0, 0},
                                {(float)canvas->width_px, 0},
                                {(float)canvas->width_px, (float)canvas->height_px},
                                {0, (float)canvas->height_px}};
    fill_polygon(canvas, all, 4, ceiling, 1e6f, 1);
    draw_ground(world, -14, 14, 1.5f, 34, (struct colour){176, 170, 160});
    for (int row = 0; row < steps(2, 34, 1.6f); row++) {
        const float z = 2 + 1.6f * (float)row;
        draw_ground(world, -14, 14, z, z + 0.05f, (struct colour){150, 146, 138});
    }
    for (int column = 0; column < steps(-14, 14, 1.6f); column++) {
        const float x = -14 + 1.6f * (float)column;
        draw_ground(world, x, x + 0.05f, 1.5f, 34, (struct colour){150, 146, 138});
    }
    draw_box(world, (struct place){-14, 0, 34}, 28, 4.6f, 0.2f, wall);
    draw_box(world, (struct place){-14.3f, 0, 2}, 0.3f, 4.6f, 32, colour_scale(wall, 1.1f));
    draw_box(world, (struct place){14, 0, 2}, 0.3f, 4.6f, 32, colour_scale(wall, 1.1f));
    draw_box(world, (struct place){-6, 2.9f, 33.9f}, 12, 1.0f, 0.1f, (struct colour){168, 36, 34});
    for (int i = 0; i < 5; i++) {
        const float x = -10.5f + 4.3f * (float)i;
        draw_box(world, (struct place){x, 0, 27}, 3.6f, 1.1f, 0.8f, (struct colour){150, 112, 76});
        draw_box(world, (struct place){x + 0.4f, 1.1f, 27}, 2.8f, 0.8f, 0.05f,
                 (struct colour){176, 204, 210});
        draw_box(world, (struct place){x + 1, 2.3f, 27.4f}, 1.6f, 0.5f, 0.1f,
                 (struct colour){34, 76, 130});
    }
    for (int row = 2; row >= 0; row--)
        for (int i = 0; i < 6; i++) {
            const float x = -9 + 3.1f * (float)i, z = 12 + 3.4f * (float)row;
            draw_box(world, (struct place){x, 0.25f, z}, 2.4f, 0.25f, 0.6f,
                     (struct colour){86, 104, 124});
            draw_box(world, (struct place){x, 0.5f, z - 0.1f}, 2.4f, 0.5f, 0.1f,
                     (struct colour){72, 90, 110});
        }
    draw_tree(world, (struct place){-11.5f, 0, 24}, 2.6f, leaf_green);
    draw_tree(world, (struct place){11.5f, 0, 22}, 2.6f, leaf_green);
    draw_box(world, (struct place){10.6f, 0, 15}, 1, 1.7f, 0.6f, (struct colour){60, 70, 80});
}

static void move_hall(struct world *world, float turn)
{
    for (int i = 0; i < 5; i++) {
        const float sway = 0.1f * sinf(turn * 6.2832f * (float)(1 + i % 2) + (float)i);
        draw_walker(world, (struct place){-8.6f + 4.3f * (float)i + sway, 0, 25.6f}, 0.5f,
                    coats[(i * 3) & 7], false);
    }
    for (int i = 0; i < 4; i++) {
        const float way = wrap((float)i * 0.27f + (i % 2 ? turn : -turn));
        draw_walker(world, (struct place){-10 + 20 * way, 0, 22.8f - 0.7f * (float)i},
                    turn * 120 + (float)i, coats[i + 2], false);
    }
    const float way = turn < 0.5f ? turn * 2 : 2 - turn * 2;
    draw_walker(world, (struct place){10 - 0.6f * way, 0, 8 + 13 * way}, turn * 120, coats[0],
                false);
    draw_walker(world, (struct place){-11, 0, 20 - 13 * way}, turn * 110, coats[3], false);
}

/* a clear day */
#define SUNNY                                                                                      \
    {                                                                                              \
        {104, 150, 208}, {206, 222, 232}, {196, 208, 214}, 1, 0.0042f, 0, 0                        \
    }

const struct place_kind place_kinds[] = {
    {"day_street", SUNNY, 6, 0.25f, 930, 7, draw_street, move_street},
    {"night_street",
     {{10, 14, 30}, {34, 34, 46}, {22, 24, 34}, 0.27f, 0.006f, 0, 3.0f},
     6,
     0.25f,
     930,
     23,
     draw_street,
     move_street},
    {"rain",
     {{134, 142, 150}, {176, 182, 186}, {168, 174, 178}, 0.72f, 0.014f, 1, 0},
     5.5f,
     0.23f,
     880,
     41,
     draw_street,
     move_street},
    {"crossing", SUNNY, 9.5f, 0.34f, 900, 3, draw_crossing, move_crossing},
    {"gate", SUNNY, 5.2f, 0.20f, 1040, 11, draw_gate, move_gate},
    {"river",
     {{120, 158, 200}, {226, 216, 200}, {210, 206, 200}, 1, 0.0050f, 0, 0},
     6.5f,
     0.19f,
     860,
     5,
     draw_river,
     move_river},
    {"square", SUNNY, 8, 0.26f, 900, 19, draw_square, move_square},
    {"hall",
     {{190, 190, 190}, {200, 200, 200}, {200, 200, 196}, 0.94f, 0.002f, 0, 0},
     4.0f,
     0.20f,
     760,
     13,
     draw_hall,
     move_hall},
};
const size_t place_kind_count = G_N_ELEMENTS(place_kinds);
