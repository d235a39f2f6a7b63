#include "scenes/world.h"
#include <glib.h>
#include <math.h>

enum { HORIZON_Z = 400 };

static const float near_z = 1.5f;
static const float far_depth = 1e6f;

bool world_is_night(const struct world *world)
{
    return world->mood.daylight < 0.5f;
}

float world_random(struct world *world)
{
    world->random = world->random * 1664525u + 1013904223u;
    return (float)(world->random >> 8) / 16777216.0f;
}

struct point world_project(const struct world *world, struct place place)
{
    const float c = cosf(world->pitch_rad), s = sinf(world->pitch_rad);
    const float up = place.y - world->camera_height_m;
    const float forward = MAX(place.z * c - up * s, near_z);
    const float rise = place.z * s + up * c;
    return (struct point){
        (float)world->canvas->width_px / 2 + place.x / forward * world->focal_px,
        (float)world->canvas->height_px / 2 - rise / forward * world->focal_px,
    };
}

float world_scale(const struct world *world, float z)
{
    return world->focal_px / MAX(z, near_z);
}

struct colour world_shade(const struct world *world, struct colour colour, float z)
{
    const struct mood *mood = &world->mood;
    const float air = 1 - expf(-MAX(z, 0) * mood->haze_per_m);
    return colour_mix(colour, mood->haze, air);
}

void draw_sky(struct world *world)
{
    struct canvas *canvas = world->canvas;
    const struct point horizon = world_project(world, (struct place){0, 0, HORIZON_Z});
    const int strips = 96;
    for (int i = 0; i < strips; i++) {
        const float top = horizon.y * (float)i / (float)strips;
        const float bottom = horizon.y * (float)(i + 1) / (float)strips + 1;
        const float w = (float)canvas->width_px;
        const struct point points[] = {{0, top}, {w, top}, {w, bottom}, {0, bottom}};
        const float share = (float)i / (float)strips;
        fill_polygon(canvas, points, 4,
                     colour_mix(world->mood.sky_top, world->mood.sky_low, share * share), far_depth,
                     1);
    }
}

void draw_quad(struct world *world, const struct place corners[4], struct colour colour,
               float depth_m)
{
    struct point points[4];
    for (int i = 0; i < 4; i++)
        points[i] = world_project(world, corners[i]);
    fill_polygon(world->canvas, points, 4, colour, depth_m, 1);
}

void draw_ground(struct world *world, float x0, float x1, float z0, float z1, struct colour colour)
{
    float z = MAX(z0, near_z);
    while (z < z1) {
        const float step = MAX(z * 0.08f, 0.6f);
        const float next = MIN(z + step, z1), under = MIN(next * 1.04f, z1);
        const struct place corners[] = {{x0, 0, z}, {x1, 0, z}, {x1, 0, under}, {x0, 0, under}};
        draw_quad(world, corners, world_shade(world, colour, z), far_depth);
        z = next;
    }
}

/* One wall from (x0,z0) to (x1,z1). */
static void draw_wall(struct world *world, float x0, float z0, float x1, float z1, float y0,
                      float y1, struct colour colour, float depth_m)
{
    const struct place corners[] = {{x0, y0, z0}, {x1, y0, z1}, {x1, y1, z1}, {x0, y1, z0}};
    draw_quad(world, corners, world_shade(world, colour, (z0 + z1) / 2), depth_m);
}

static float seen_side(float x, float width)
{
    return x > 0 ? x : x + width; /* the side wall that faces the camera's axis */
}

void draw_box(struct world *world, struct place base, float width, float height, float depth,
              struct colour colour)
{
    const float far_z = base.z + depth;
    const float side = seen_side(base.x, width);
    const float top = base.y + height;
    draw_wall(world, side, base.z, side, far_z, base.y, top, colour_scale(colour, 0.72f), far_z);
    draw_wall(world, base.x, base.z, base.x + width, base.z, base.y, top, colour, far_z);
    if (top < world->camera_height_m) {
        const struct place corners[] = {{base.x, top, base.z},
                                        {base.x + width, top, base.z},
                                        {base.x + width, top, far_z},
                                        {base.x, top, far_z}};
        draw_quad(world, corners, world_shade(world, colour_scale(colour, 1.12f), base.z), far_z);
    }
}

static struct colour window_colour(struct world *world, float z)
{
    if (world_is_night(world)) {
        if (world_random(world) < 0.35f)
            return (struct colour){250, 205, 120};
        return (struct colour){16, 18, 26};
    }
    const struct colour glass = {86, 102, 114};
    return world_shade(world, colour_scale(glass, 0.75f + 0.5f * world_random(world)), z);
}

/* Windows in rows on a wall; on the ground floor a shop front with its sign. */
static void draw_windows(struct world *world, float x0, float z0, float x1, float z1, float height,
                         float depth_m)
{
    const float length = hypotf(x1 - x0, z1 - z0);
    const int columns = MAX(1, (int)(length / 2.6f)), floors = MAX(1, (int)(height / 3.1f));
    for (int floor = 0; floor < floors; floor++) {
        const float y = (float)floor * height / (float)floors + (floor ? 0.9f : 0.1f);
        const float tall = floor ? 1.35f : 2.1f;
        for (int column = 0; column < columns; column++) {
            const float a = ((float)column + 0.22f) / (float)columns;
            const float b = ((float)column + 0.78f) / (float)columns;
            const float xa = x0 + (x1 - x0) * a, xb = x0 + (x1 - x0) * b;
            const float za = z0 + (z1 - z0) * a, zb = z0 + (z1 - z0) * b;
            const struct place pane[] = {
                {xa, y, za}, {xb, y, zb}, {xb, y + tall, zb}, {xa, y + tall, za}};
            draw_quad(world, pane, window_colour(world, za), depth_m);
        }
    }
    static const struct colour signs[] = {
        {172, 40, 36}, {34, 88, 150}, {210, 160, 40}, {40, 120, 80}};
    const struct colour sign = signs[(int)(world_random(world) * 3.99f)];
    const struct place board[] = {
        {x0, 2.35f, z0}, {x1, 2.35f, z1}, {x1, 2.95f, z1}, {x0, 2.95f, z0}};
    draw_quad(
        world, board,
        world_shade(world, world_is_night(world) ? colour_scale(sign, 0.55f) : sign, (z0 + z1) / 2),
        depth_m);
}

static void draw_roof(struct world *world, struct place base, float width, float height,
                      float depth, float roof)
{
    const struct colour tiles = {92, 84, 84};
    const float far_z = base.z + depth, middle = base.x + width / 2, out = 0.5f;
    const float side = base.x > 0 ? base.x - out : base.x + width + out;
    const struct place gable[] = {{base.x, height, base.z},
                                  {base.x + width, height, base.z},
                                  {middle, height + roof, base.z},
                                  {middle, height + roof, base.z}};
    const struct place slope[] = {{side, height - 0.2f, base.z - out},
                                  {side, height - 0.2f, far_z},
                                  {middle, height + roof, far_z},
                                  {middle, height + roof, base.z - out}};
    const struct colour front = {176, 168, 158};
    const float dim = world_is_night(world) ? 0.22f : 1;
    draw_quad(world, gable, world_shade(world, colour_scale(front, dim), base.z), far_z);
    draw_quad(world, slope, world_shade(world, colour_scale(tiles, dim), base.z), far_z);
}

void draw_house(struct world *world, struct place base, float width, float height, float depth,
                struct colour colour, float roof)
{
    const float far_z = base.z + depth;
    const float side = seen_side(base.x, width);
    if (world_is_night(world))
        colour = colour_scale(colour, 0.17f);
    draw_box(world, base, width, height, depth, colour);
    draw_windows(world, side, base.z, side, far_z, height, far_z);
    draw_windows(world, base.x, base.z, base.x + width, base.z, height, far_z);
    if (roof > 0)
        draw_roof(world, base, width, height, depth, roof);
}

void draw_tree(struct world *world, struct place base, float height, struct colour leaves)
{
    const float scale = world_scale(world, base.z), trunk = 0.12f * scale;
    const struct point foot = world_project(world, base);
    const struct point fork =
        world_project(world, (struct place){base.x, base.y + height * 0.5f, base.z});
    draw_line(world->canvas, foot, fork, MAX(trunk * 2, 1),
              world_shade(world, (struct colour){74, 58, 44}, base.z), base.z, 1);
    for (int i = 0; i < 46; i++) {
        const float angle = world_random(world) * 6.283f, away = sqrtf(world_random(world));
        const float lift = sinf(angle) * away;
        const struct place leaf = {base.x + cosf(angle) * away * height * 0.30f,
                                   base.y + height * (0.68f + lift * 0.30f), base.z};
        const float light = 0.62f + 0.38f * (lift + 1) / 2 + 0.16f * world_random(world);
        const float radius = height * (0.06f + 0.06f * world_random(world)) * scale;
        fill_ellipse(world->canvas, world_project(world, leaf), radius, radius * 0.9f,
                     world_shade(world, colour_scale(leaves, light), base.z), base.z, 0.9f);
    }
}

void draw_lamp(struct world *world, struct place base, float height, float arm)
{
    const float scale = world_scale(world, base.z);
    const float dim = world_is_night(world) ? 0.35f : 1;
    const struct colour steel =
        world_shade(world, colour_scale((struct colour){120, 124, 128}, dim), base.z);
    const struct place top = {base.x, base.y + height, base.z};
    const struct place head = {base.x + arm, base.y + height + 0.25f, base.z};
    const struct point lamp = world_project(world, head);
    draw_line(world->canvas, world_project(world, base), world_project(world, top),
              MAX(0.16f * scale, 1), steel, base.z, 1);
    draw_line(world->canvas, world_project(world, top), lamp, MAX(0.10f * scale, 1), steel, base.z,
              1);
    if (!world_is_night(world)) {
        fill_ellipse(world->canvas, lamp, 0.3f * scale, 0.12f * scale, steel, base.z, 1);
        return;
    }
    const struct point pool = world_project(world, (struct place){head.x, 0, head.z});
    /* pools far away lie over each other */
    const struct colour gain = colour_scale((struct colour){4.4f, 3.5f, 2.1f}, MIN(1, 22 / base.z));
    light_pool(world->canvas, pool, 7.5f * scale, MIN(3.6f * scale, 260), gain);
    add_glow(world->canvas, lamp, 1.5f * scale, 1.5f * scale, (struct colour){240, 196, 120});
    fill_ellipse(world->canvas, lamp, 0.28f * scale, 0.16f * scale, (struct colour){255, 244, 214},
                 base.z, 1);
}

void world_darken(struct world *world)
{
    struct canvas *canvas = world->canvas;
    const size_t pixels = (size_t)canvas->width_px * (size_t)canvas->height_px;
    const float d = world->mood.daylight, blue = (1 - d) * 0.3f;
    for (size_t i = 0; i < pixels; i++) {
        uint8_t *p = canvas->rgb + i * 4;
        p[0] = (uint8_t)((float)p[0] * d * (1 - blue * 0.6f));
        p[1] = (uint8_t)((float)p[1] * d * (1 - blue * 0.2f));
        p[2] = (uint8_t)MIN((float)p[2] * d * (1 + blue), 255.0f);
    }
}
