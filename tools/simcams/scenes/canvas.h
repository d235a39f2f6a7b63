/* Draws filled shapes with soft edges into an RGB picture with a depth for each pixel. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct colour {
    float r, g, b; /* 0 … 255 */
};

struct point {
    float x, y; /* pixels, y downwards */
};

struct canvas {
    int width_px, height_px;
    uint8_t *rgb;       /* 4 bytes a pixel: red, green, blue, unused */
    const float *depth; /* distance of what is there; a shape is hidden behind it */
    float *depth_write; /* the same plane while the background is drawn, else NULL */
};

struct colour colour_mix(struct colour a, struct colour b, float share_of_b);
struct colour colour_scale(struct colour colour, float factor);

/* A simple polygon of up to 16 corners. */
void fill_polygon(struct canvas *canvas, const struct point *points, size_t count,
                  struct colour colour, float depth_m, float opacity);

void fill_ellipse(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
                  struct colour colour, float depth_m, float opacity);

/* Adds light that falls off towards the rim. */
void add_glow(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
              struct colour colour);

/* Multiplies what is there by 1 + gain, falling off towards the rim. */
void light_pool(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
                struct colour gain);

void draw_line(struct canvas *canvas, struct point from, struct point to, float width_px,
               struct colour colour, float depth_m, float opacity);
