/* Draws one scene as raw pictures (4 bytes a pixel: red, green, blue, unused) to standard output:
 *     scenes NAME PICTURES WIDTH HEIGHT      or      scenes --list
 * scenes.sh pipes them to FFmpeg. The same arguments always draw the same pictures. */
#include "scenes/places.h"
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    /* What is drawn is designed for this width; other sizes scale. */
    DESIGN_WIDTH_PX = 1280,
    /* Share of the height that never changes, 1/N: nothing may refer to the stamp above it. */
    STILL_TOP = 13,
    STREAKS = 420,
    GRAIN = 1 << 16,
};

static void add_vignette(struct canvas *canvas)
{
    const float w = (float)canvas->width_px, h = (float)canvas->height_px;
    for (int y = 0; y < canvas->height_px; y++) {
        for (int x = 0; x < canvas->width_px; x++) {
            const float dx = ((float)x - w / 2) / w, dy = ((float)y - h / 2) / h;
            const float dim = 1 - 0.42f * (dx * dx + dy * dy);
            uint8_t *p = canvas->rgb + ((size_t)y * (size_t)canvas->width_px + (size_t)x) * 4;
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)((float)p[c] * dim);
        }
    }
}

/* Texture that does not move: walls and ground are not of one colour. */
static void add_texture(struct world *world)
{
    struct canvas *canvas = world->canvas;
    const size_t pixels = (size_t)canvas->width_px * (size_t)canvas->height_px;
    for (size_t i = (pixels / STILL_TOP) * 2; i < pixels; i++) {
        const float grain = (world_random(world) - 0.5f) * 7;
        for (int c = 0; c < 3; c++)
            canvas->rgb[i * 4 + (size_t)c] =
                (uint8_t)CLAMP((float)canvas->rgb[i * 4 + (size_t)c] + grain, 0.0f, 255.0f);
    }
}

static void add_rain(struct world *world, int picture)
{
    struct canvas *canvas = world->canvas;
    const float h = (float)canvas->height_px, still = h / STILL_TOP * 1.3f;
    for (int i = 0; i < STREAKS; i++) {
        const float a = (float)i * 0.618034f,
                    b = (float)i * 0.381966f + (float)i * (float)i * 0.01f;
        const float speed = 0.045f + 0.03f * (a - floorf(a));
        const float fall = b + (float)picture * speed;
        const float y = still + (fall - floorf(fall)) * h;
        const float x = (a - floorf(a)) * (float)canvas->width_px;
        const float length = 9 + 500 * (speed - 0.04f);
        draw_line(canvas, (struct point){x, y}, (struct point){x - length * 0.12f, y + length},
                  1.1f, (struct colour){206, 212, 218}, 0.5f, 0.20f * world->mood.rain);
    }
}

static void add_noise(const struct world *world, const int16_t *grain, int picture)
{
    struct canvas *canvas = world->canvas;
    const size_t pixels = (size_t)canvas->width_px * (size_t)canvas->height_px;
    size_t at = (size_t)picture * 7919u;
    for (size_t i = pixels / STILL_TOP; i < pixels; i++, at++) {
        const int add = grain[(at + i / 4096 * 31) % GRAIN];
        uint8_t *p = canvas->rgb + i * 4;
        for (int c = 0; c < 3; c++)
            p[c] = (uint8_t)CLAMP(p[c] + add, 0, 255);
    }
}

static void draw_background(struct world *world, const struct place_kind *kind)
{
    kind->draw_background(world);
    if (world->mood.daylight >= 0.5f && world->mood.daylight < 1)
        world_darken(world);
    add_texture(world);
    add_vignette(world->canvas);
}

static int draw_pictures(const struct place_kind *kind, int pictures, int width_px, int height_px)
{
    const size_t pixels = (size_t)width_px * (size_t)height_px;
    g_autofree uint8_t *background = g_malloc0(pixels * 4), *rgb = g_malloc(pixels * 4);
    g_autofree float *depth = g_new(float, pixels);
    g_autofree int16_t *grain = g_new(int16_t, GRAIN);
    for (size_t i = 0; i < pixels; i++)
        depth[i] = 1e9f;
    struct canvas canvas = {width_px, height_px, background, depth, depth};
    struct world world = {&canvas,
                          kind->mood,
                          kind->camera_height_m,
                          kind->pitch_rad,
                          kind->focal_px * (float)width_px / DESIGN_WIDTH_PX,
                          kind->seed};
    draw_background(&world, kind);
    for (size_t i = 0; i < GRAIN; i++)
        grain[i] = (int16_t)lroundf((world_random(&world) + world_random(&world) - 1) * 2 *
                                    kind->mood.noise);
    canvas.rgb = rgb;
    canvas.depth_write = NULL;
    for (int picture = 0; picture < pictures; picture++) {
        memcpy(rgb, background, pixels * 4);
        kind->draw_moving(&world, (float)picture / (float)pictures);
        if (kind->mood.rain > 0)
            add_rain(&world, picture);
        if (kind->mood.noise > 0)
            add_noise(&world, grain, picture);
        memcpy(rgb, background, (size_t)(height_px / STILL_TOP) * (size_t)width_px * 4);
        if (fwrite(rgb, 4, pixels, stdout) != pixels)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < place_kind_count; i++)
            puts(place_kinds[i].name);
        return 0;
    }
    for (size_t i = 0; argc == 5 && i < place_kind_count; i++)
        if (strcmp(place_kinds[i].name, argv[1]) == 0)
            return draw_pictures(&place_kinds[i], atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    fprintf(stderr, "usage: scenes NAME PICTURES WIDTH HEIGHT | scenes --list\n");
    return 2;
}
