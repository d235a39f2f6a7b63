#include "scenes/canvas.h"
#include <glib.h>
#include <math.h>

enum {
    CORNERS_MAX = 16,
    SUBLINES = 4,
};

struct colour colour_mix(struct colour a, struct colour b, float share_of_b)
{
    const float s = CLAMP(share_of_b, 0.0f, 1.0f);
    return (struct colour){a.r + (b.r - a.r) * s, a.g + (b.g - a.g) * s, a.b + (b.b - a.b) * s};
}

struct colour colour_scale(struct colour colour, float factor)
{
    return (struct colour){colour.r * factor, colour.g * factor, colour.b * factor};
}

static uint8_t to_byte(float value)
{
    return (uint8_t)(CLAMP(value, 0.0f, 255.0f) + 0.5f);
}

static uint8_t *pixel_at(const struct canvas *canvas, int x, int y)
{
    return canvas->rgb + ((size_t)y * (size_t)canvas->width_px + (size_t)x) * 4;
}

static void blend(struct canvas *canvas, int x, int y, struct colour colour, float depth_m,
                  float cover)
{
    const size_t at = (size_t)y * (size_t)canvas->width_px + (size_t)x;
    if (cover <= 0.004f || canvas->depth[at] < depth_m)
        return;
    uint8_t *pixel = canvas->rgb + at * 4;
    pixel[0] = to_byte((float)pixel[0] + (colour.r - (float)pixel[0]) * cover);
    pixel[1] = to_byte((float)pixel[1] + (colour.g - (float)pixel[1]) * cover);
    pixel[2] = to_byte((float)pixel[2] + (colour.b - (float)pixel[2]) * cover);
    if (canvas->depth_write && cover > 0.5f)
        canvas->depth_write[at] = depth_m;
}

/* Where the polygon's edges cross a line, in order. */
static int cross_edges(const struct point *points, size_t count, float y, float *crossings)
{
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct point a = points[i], b = points[(i + 1) % count];
        if ((a.y <= y) == (b.y <= y))
            continue;
        const float x = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
        int k = n++;
        for (; k > 0 && crossings[k - 1] > x; k--)
            crossings[k] = crossings[k - 1];
        crossings[k] = x;
    }
    return n;
}

static void cover_span(float *cover, float left, float right, int first, int last)
{
    left = MAX(left, (float)first);
    right = MIN(right, (float)last);
    for (int x = (int)floorf(left); x < last && (float)x < right; x++) {
        const float part = MIN(right, (float)x + 1) - MAX(left, (float)x);
        if (part > 0)
            cover[x - first] += part / SUBLINES;
    }
}

void fill_polygon(struct canvas *canvas, const struct point *points, size_t count,
                  struct colour colour, float depth_m, float opacity)
{
    float left = 1e9f, right = -1e9f, top = 1e9f, bottom = -1e9f;
    for (size_t i = 0; i < count; i++) {
        left = MIN(left, points[i].x);
        right = MAX(right, points[i].x);
        top = MIN(top, points[i].y);
        bottom = MAX(bottom, points[i].y);
    }
    const int x0 = (int)CLAMP(floorf(left), 0.0f, (float)canvas->width_px);
    const int x1 = (int)CLAMP(ceilf(right), 0.0f, (float)canvas->width_px);
    const int y0 = (int)CLAMP(floorf(top), 0.0f, (float)canvas->height_px);
    const int y1 = (int)CLAMP(ceilf(bottom), 0.0f, (float)canvas->height_px);
    if (x0 >= x1)
        return;
    g_autofree float *cover = g_new(float, x1 - x0);
    for (int y = y0; y < y1; y++) {
        for (int x = 0; x < x1 - x0; x++)
            cover[x] = 0;
        for (int sub = 0; sub < SUBLINES; sub++) {
            float crossings[CORNERS_MAX];
            const float line = (float)y + ((float)sub + 0.5f) / SUBLINES;
            const int n = cross_edges(points, count, line, crossings);
            for (int i = 0; i + 1 < n; i += 2)
                cover_span(cover, crossings[i], crossings[i + 1], x0, x1);
        }
        for (int x = x0; x < x1; x++)
            blend(canvas, x, y, colour, depth_m, cover[x - x0] * opacity);
    }
}

typedef void (*paint_pixel)(struct canvas *canvas, int x, int y, float distance, const void *user);

/* Calls for every pixel of an ellipse with its distance from the centre (1 on the rim). */
static void each_in_ellipse(struct canvas *canvas, struct point centre, float radius_x,
                            float radius_y, paint_pixel paint, const void *user)
{
    if (radius_x < 0.3f || radius_y < 0.3f)
        return;
    const int y0 = MAX(0, (int)floorf(centre.y - radius_y - 1));
    const int y1 = MIN(canvas->height_px, (int)ceilf(centre.y + radius_y + 1));
    const int x0 = MAX(0, (int)floorf(centre.x - radius_x - 1));
    const int x1 = MIN(canvas->width_px, (int)ceilf(centre.x + radius_x + 1));
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            const float dx = ((float)x + 0.5f - centre.x) / radius_x;
            const float dy = ((float)y + 0.5f - centre.y) / radius_y;
            paint(canvas, x, y, sqrtf(dx * dx + dy * dy), user);
        }
    }
}

struct ellipse_paint {
    struct colour colour;
    float depth_m, opacity, radius;
};

static void paint_ellipse(struct canvas *canvas, int x, int y, float distance, const void *user)
{
    const struct ellipse_paint *paint = user;
    const float cover = CLAMP((1 - distance) * paint->radius + 0.5f, 0.0f, 1.0f);
    blend(canvas, x, y, paint->colour, paint->depth_m, cover * paint->opacity);
}

void fill_ellipse(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
                  struct colour colour, float depth_m, float opacity)
{
    const struct ellipse_paint paint = {colour, depth_m, opacity, MIN(radius_x, radius_y)};
    each_in_ellipse(canvas, centre, radius_x, radius_y, paint_ellipse, &paint);
}

static void paint_glow(struct canvas *canvas, int x, int y, float distance, const void *user)
{
    const struct colour *colour = user;
    const float strength = distance < 1 ? (1 - distance) * (1 - distance) : 0;
    uint8_t *pixel = pixel_at(canvas, x, y);
    pixel[0] = to_byte((float)pixel[0] + colour->r * strength);
    pixel[1] = to_byte((float)pixel[1] + colour->g * strength);
    pixel[2] = to_byte((float)pixel[2] + colour->b * strength);
}

void add_glow(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
              struct colour colour)
{
    each_in_ellipse(canvas, centre, radius_x, radius_y, paint_glow, &colour);
}

static void paint_pool(struct canvas *canvas, int x, int y, float distance, const void *user)
{
    const struct colour *gain = user;
    const float strength = distance < 1 ? (1 - distance) * (1 - distance) * (1 + distance) : 0;
    uint8_t *pixel = pixel_at(canvas, x, y);
    pixel[0] = to_byte((float)pixel[0] * (1 + gain->r * strength));
    pixel[1] = to_byte((float)pixel[1] * (1 + gain->g * strength));
    pixel[2] = to_byte((float)pixel[2] * (1 + gain->b * strength));
}

void light_pool(struct canvas *canvas, struct point centre, float radius_x, float radius_y,
                struct colour gain)
{
    each_in_ellipse(canvas, centre, radius_x, radius_y, paint_pool, &gain);
}

void draw_line(struct canvas *canvas, struct point from, struct point to, float width_px,
               struct colour colour, float depth_m, float opacity)
{
    const float dx = to.x - from.x, dy = to.y - from.y;
    const float length = sqrtf(dx * dx + dy * dy);
    if (length < 0.01f)
        return;
    const float nx = -dy / length * width_px / 2, ny = dx / length * width_px / 2;
    const struct point points[] = {{from.x + nx, from.y + ny},
                                   {to.x + nx, to.y + ny},
                                   {to.x - nx, to.y - ny},
                                   {from.x - nx, from.y - ny}};
    fill_polygon(canvas, points, 4, colour, depth_m, opacity);
}
