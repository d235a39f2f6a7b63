export const TILE_VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
layout(location=1) in vec2 place;
layout(location=2) in vec4 texture_at; // u, v, layer, level: 0 none, 1 small, 2 large
layout(location=3) in vec4 info;       // arrival s, mode, icon, light
uniform vec2 tile, origin, room;
uniform float scale;
out vec2 at_px;
out vec2 at;
flat out vec4 tex;
flat out vec4 tile_info;
void main() {
  vec2 px = (place + corner * tile - origin) * scale;
  at = corner;
  at_px = corner * tile * scale;
  tex = texture_at;
  tile_info = info;
  gl_Position = vec4(px.x / room.x * 2.0 - 1.0, 1.0 - px.y / room.y * 2.0, 0.0, 1.0);
}`;

export const TILE_FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler2DArray;
uniform sampler2DArray small_pictures, large_pictures;
uniform sampler2D icons;
uniform vec2 tile, small_size, large_size;
uniform float scale, pixel, now, icon_count, stale_after, full_at;
uniform vec3 ground, blank, edge, equip, quiet, bar_full, bar_empty, stale_edge;
in vec2 at_px;
in vec2 at;
flat in vec4 tex;
flat in vec4 tile_info;
out vec4 color;

vec3 picture() {
  if (tex.w < 1.5) return texture(small_pictures, vec3(tex.xy + at * small_size, tex.z)).rgb;
  return texture(large_pictures, vec3(tex.xy + at * large_size, tex.z)).rgb;
}

float icon_mask(vec2 size) {
  float side = clamp(min(size.x, size.y) * 0.72, 7.0 * pixel, 44.0 * pixel);
  vec2 p = (at_px - size * 0.5) / side + 0.5;
  if (any(lessThan(p, vec2(0.0))) || any(greaterThan(p, vec2(1.0)))) return 0.0;
  return texture(icons, vec2((tile_info.z + p.x) / icon_count, p.y)).a;
}

bool on_edge(vec2 size) {
  return any(lessThan(at_px, vec2(pixel))) || any(greaterThan(at_px, size - pixel));
}

void main() {
  vec2 size = tile * scale;
  float age = now - tile_info.x;
  float mode = tile_info.y; // −1 picture of a living stream, 0 picture, 1 no picture for a reason, 2 waiting
  vec3 shade;
  if (mode > 0.5 || tex.w < 0.5) {
    shade = on_edge(size) ? edge : blank;
    shade = mix(shade, mode > 1.5 ? quiet : equip, tile_info.z < 0.0 ? 0.0 : icon_mask(size));
  } else {
    shade = picture();
    if (age > stale_after && mode > -0.5) {
      shade = vec3(dot(shade, vec3(0.299, 0.587, 0.114)) * 0.6);
      if (on_edge(size) && mod(at_px.x + at_px.y, 5.0 * pixel) < 3.0 * pixel) shade = stale_edge;
    } else if (at_px.y > size.y - 2.0 * pixel) {
      shade = at.x <= clamp(age / full_at, 0.0, 1.0) ? bar_full : mix(shade, bar_empty, 0.6);
    }
  }
  color = vec4(mix(ground, shade, tile_info.w), 1.0);
}`;

export const FRAME_VERTEX = `#version 300 es
layout(location=0) in vec2 corner;
uniform vec2 place, tile, origin, room;
uniform float scale;
out vec2 at;
void main() {
  vec2 px = (place + corner * tile - origin) * scale;
  at = corner;
  gl_Position = vec4(px.x / room.x * 2.0 - 1.0, 1.0 - px.y / room.y * 2.0, 0.0, 1.0);
}`;

export const FRAME_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D frame;
uniform vec3 ground;
uniform float light;
in vec2 at;
out vec4 color;
void main() {
  color = vec4(mix(ground, texture(frame, at).rgb, light), 1.0);
}`;
