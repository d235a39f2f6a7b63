/* Moving things: a few shapes each, for they are small in the picture. */
#include "scenes/world.h"
#include <glib.h>
#include <math.h>

/* Paint of a moving thing in this light: at night lamps keep it from being black. */
static struct colour paint(const struct world *world, struct colour colour, float z)
{
    return world_shade(world, world_is_night(world) ? colour_scale(colour, 0.38f) : colour, z);
}

static void draw_shadow(struct world *world, struct place at, float half_x, float half_z)
{
    if (world->mood.rain > 0)
        return;
    const struct place corners[] = {{at.x - half_x, 0, at.z - half_z},
                                    {at.x + half_x, 0, at.z - half_z},
                                    {at.x + half_x, 0, at.z + half_z},
                                    {at.x - half_x, 0, at.z + half_z}};
    struct point points[4];
    for (int i = 0; i < 4; i++)
        points[i] = world_project(world, corners[i]);
    fill_polygon(world->canvas, points, 4, (struct colour){20, 20, 24}, at.z + half_z,
                 world_is_night(world) ? 0.25f : 0.35f);
}

static void draw_wheels(struct world *world, struct place at, bool along_x, float half_x,
                        float half_z)
{
    const struct colour tyre = {24, 24, 26};
    const float radius = 0.33f * world_scale(world, at.z - half_z);
    for (int i = -1; i <= 1; i += 2) {
        const struct place wheel = {at.x + (float)i * half_x * (along_x ? 0.62f : 0.8f), 0.3f,
                                    at.z - half_z};
        fill_ellipse(world->canvas, world_project(world, wheel), along_x ? radius : radius * 0.45f,
                     radius, tyre, at.z - half_z, 1);
    }
}

/* Lights of a car that drives along z: at its near end, white if it comes, red if it goes. */
static void draw_car_lights(struct world *world, struct place at, int heading, float half_x,
                            float half_z)
{
    const bool night = world_is_night(world);
    const float z = at.z - half_z, scale = world_scale(world, z);
    const struct colour light =
        heading < 0 ? (struct colour){255, 246, 220} : (struct colour){220, 30, 24};
    for (int i = -1; i <= 1; i += 2) {
        const struct point lamp =
            world_project(world, (struct place){at.x + (float)i * half_x * 0.72f, 0.7f, z});
        fill_ellipse(world->canvas, lamp, 0.16f * scale, 0.1f * scale, light, z, night ? 1 : 0.8f);
        if (night)
            add_glow(world->canvas, lamp, scale * (heading < 0 ? 1.3f : 0.6f),
                     scale * (heading < 0 ? 1.1f : 0.5f), colour_scale(light, 0.75f));
    }
    if (night && heading < 0)
        light_pool(world->canvas, world_project(world, (struct place){at.x, 0, z - 4}),
                   2.4f * scale, 1.1f * scale, (struct colour){2.4f, 2.3f, 2.0f});
}

void draw_car(struct world *world, struct place at, bool along_x, int heading, struct colour colour,
              float length)
{
    const float half_x = along_x ? length / 2 : 0.9f, half_z = along_x ? 0.9f : length / 2;
    const float inset = along_x ? length * 0.2f : 0.12f;
    const float low = length > 6 ? 2.6f : 0.62f;
    const struct colour body = paint(world, colour, 0);
    const struct colour glass = paint(world, (struct colour){48, 58, 66}, 0);
    if (at.z - half_z < 2.5f)
        return;
    draw_shadow(world, at, half_x + 0.2f, half_z + 0.2f);
    draw_wheels(world, at, along_x, half_x, half_z);
    draw_box(world, (struct place){at.x - half_x, 0.3f, at.z - half_z}, half_x * 2, low, half_z * 2,
             body);
    if (length <= 6)
        draw_box(world,
                 (struct place){at.x - half_x + inset, 0.3f + low,
                                at.z - half_z + (along_x ? 0.12f : length * 0.22f)},
                 half_x * 2 - inset * 2, 0.52f, half_z * 2 - (along_x ? 0.24f : length * 0.42f),
                 glass);
    else
        draw_box(world, (struct place){at.x - half_x + 0.3f, 1.9f, at.z - half_z - 0.02f},
                 half_x * 2 - 0.6f, 0.8f, 0.1f, glass);
    if (!along_x)
        draw_car_lights(world, at, heading, half_x, half_z);
}

void draw_walker(struct world *world, struct place at, float step, struct colour coat,
                 bool umbrella)
{
    const float scale = world_scale(world, at.z), swing = sinf(step) * 0.26f;
    const struct colour cloth = paint(world, coat, at.z);
    const struct colour legs = paint(world, (struct colour){46, 48, 60}, at.z);
    const struct colour skin = paint(world, (struct colour){206, 164, 134}, at.z);
    const struct point hip = world_project(world, (struct place){at.x, at.y + 0.85f, at.z});
    draw_shadow(world, at, 0.35f, 0.25f);
    for (int i = -1; i <= 1; i += 2)
        draw_line(world->canvas, hip,
                  world_project(world, (struct place){at.x + swing * (float)i, at.y, at.z}),
                  MAX(0.15f * scale, 1), legs, at.z, 1);
    const struct point chest = world_project(world, (struct place){at.x, at.y + 1.15f, at.z});
    fill_ellipse(world->canvas, chest, 0.24f * scale, 0.40f * scale, cloth, at.z, 1);
    const struct point head = world_project(world, (struct place){at.x, at.y + 1.64f, at.z});
    fill_ellipse(world->canvas, head, 0.12f * scale, 0.15f * scale, skin, at.z, 1);
    fill_ellipse(world->canvas, (struct point){head.x, head.y - 0.06f * scale}, 0.125f * scale,
                 0.1f * scale, paint(world, (struct colour){34, 28, 26}, at.z), at.z, 1);
    if (!umbrella)
        return;
    const struct point tip = world_project(world, (struct place){at.x, at.y + 2.0f, at.z});
    fill_ellipse(world->canvas, tip, 0.62f * scale, 0.26f * scale, colour_scale(cloth, 1.25f), at.z,
                 1);
}

void draw_cyclist(struct world *world, struct place at, float step, struct colour coat)
{
    const float scale = world_scale(world, at.z);
    const struct colour tyre = paint(world, (struct colour){28, 28, 30}, at.z);
    const struct colour frame = paint(world, (struct colour){150, 60, 48}, at.z);
    const struct point body = world_project(world, (struct place){at.x, 0.6f, at.z});
    draw_shadow(world, at, 0.3f, 0.7f);
    fill_ellipse(world->canvas, world_project(world, (struct place){at.x, 0.32f, at.z}),
                 0.12f * scale, 0.34f * scale, tyre, at.z, 1);
    fill_ellipse(world->canvas, body, 0.2f * scale, 0.34f * scale, frame, at.z, 1);
    draw_walker(world, (struct place){at.x, 0.35f, at.z}, step, coat, false);
}

void draw_boat(struct world *world, struct place at, float bob, struct colour colour)
{
    const float y = 0.1f + 0.08f * sinf(bob);
    const struct colour hull = paint(world, colour, at.z);
    const struct place corners[] = {{at.x - 4.2f, y + 0.9f, at.z},
                                    {at.x + 4.2f, y + 0.9f, at.z},
                                    {at.x + 3.2f, y, at.z},
                                    {at.x - 3.2f, y, at.z}};
    const struct place reflection[] = {{at.x - 3.2f, 0, at.z},
                                       {at.x + 3.2f, 0, at.z},
                                       {at.x + 3.8f, 0, at.z - 2.5f},
                                       {at.x - 3.8f, 0, at.z - 2.5f}};
    struct point points[4];
    for (int i = 0; i < 4; i++)
        points[i] = world_project(world, reflection[i]);
    fill_polygon(world->canvas, points, 4, colour_scale(hull, 0.5f), at.z, 0.4f);
    draw_quad(world, corners, hull, at.z);
    draw_box(world, (struct place){at.x - 2.0f, y + 0.9f, at.z}, 3.2f, 1.3f, 1.5f,
             paint(world, (struct colour){206, 200, 184}, at.z));
    draw_walker(world, (struct place){at.x + 2.6f, y + 0.8f, at.z}, 0.4f,
                (struct colour){196, 90, 40}, false);
}
