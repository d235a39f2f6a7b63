/* A small world in metres, seen by a camera on a pole: x to the right, y up, z away. */
#pragma once
#include "scenes/canvas.h"
#include <stdbool.h>

struct place {
    float x, y, z;
};

/* Light, weather and air. */
struct mood {
    struct colour sky_top, sky_low, haze;
    float daylight;   /* 1 at noon; below 0.5 lamps and windows are lit */
    float haze_per_m; /* how fast things fade into the haze */
    float rain;       /* 0 … 1 */
    float noise;      /* of the sensor, in luma */
};

struct world {
    struct canvas *canvas;
    struct mood mood;
    float camera_height_m, pitch_rad, focal_px;
    uint32_t random;
};

bool world_is_night(const struct world *world);

/* 0 … 1, the same sequence every time. */
float world_random(struct world *world);

/* Projects a place; z must be in front of the camera (it is moved there if not). */
struct point world_project(const struct world *world, struct place place);

/* Pixels a metre at this distance. */
float world_scale(const struct world *world, float z);

/* A colour as it looks at distance z in this light. */
struct colour world_shade(const struct world *world, struct colour colour, float z);

void draw_sky(struct world *world);

/* A rectangle on the ground; `soft` ground is cut into strips that fade into the haze. */
void draw_ground(struct world *world, float x0, float x1, float z0, float z1, struct colour colour);

/* A quadrilateral given by its corners. */
void draw_quad(struct world *world, const struct place corners[4], struct colour colour,
               float depth_m);

/* A box standing on the ground with its three visible faces. */
void draw_box(struct world *world, struct place base, float width, float height, float depth,
              struct colour colour);

/* A house with windows on the faces we see, and a pitched roof (roof > 0: its height). */
void draw_house(struct world *world, struct place base, float width, float height, float depth,
                struct colour colour, float roof);

void draw_tree(struct world *world, struct place base, float height, struct colour leaves);
void draw_lamp(struct world *world, struct place base, float height, float arm);

/* Night falls on what is drawn so far. Lamps drawn afterwards light their surroundings. */
void world_darken(struct world *world);

/* Moving things. `heading` is the direction of travel: +1 away or right, -1 towards us or left. */
void draw_car(struct world *world, struct place at, bool along_x, int heading, struct colour colour,
              float length);
void draw_walker(struct world *world, struct place at, float step, struct colour coat,
                 bool umbrella);
void draw_cyclist(struct world *world, struct place at, float step, struct colour coat);
void draw_boat(struct world *world, struct place at, float bob, struct colour colour);
