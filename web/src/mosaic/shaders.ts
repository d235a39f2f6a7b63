// A tile is drawn by the pass that its state asks for, so that a picture costs one look into one texture: a renderer
// without graphics hardware pays for every line of a shader, taken or not.

/** Passes; each draws the tiles of one kind, BAR the bars of both kinds of fresh pictures. */
export const PASS = { blank: 0, small: 1, large: 2, staleSmall: 3, staleLarge: 4, bar: 5 } as const;

const TILE_HEAD = `#version 300 es
precision highp float;
uniform float pass, scale, pixel, now, stale_after;
uniform vec2 tile;
`;

export const TILE_VERTEX = `${TILE_HEAD}
layout(location=0) in vec2 corner;
layout(location=1) in vec2 place;
layout(location=2) in vec4 texture_at; // u, v, layer, level: 0 none, 1 small, 2 large
layout(location=3) in vec4 info;       // arrival s, mode, icon, light
uniform vec2 origin, room;
out vec2 at_px;
out vec2 at;
flat out vec4 tex;
flat out vec4 tile_info;
float kind() {
  // mode: −1 picture of a living stream, 0 picture, 1 no picture for a reason, 2 waiting
  if (info.y > 0.5 || texture_at.w < 0.5) return 0.0;
  return texture_at.w + (now - info.x > stale_after && info.y > -0.5 ? 2.0 : 0.0);
}
void main() {
  float is = kind();
  bool bar = pass > 4.5;
  if (bar ? is < 0.5 || is > 2.5 : is != pass) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec2 size = tile * scale;
  at_px = corner * size;
  if (bar) at_px.y = size.y - 2.0 * pixel * (1.0 - corner.y);
  vec2 px = (place - origin) * scale + at_px;
  at = corner;
  tex = texture_at;
  tile_info = info;
  gl_Position = vec4(px.x / room.x * 2.0 - 1.0, 1.0 - px.y / room.y * 2.0, 0.0, 1.0);
}`;

const FRAGMENT_HEAD = `${TILE_HEAD}
precision highp sampler2DArray;
uniform vec3 ground;
in vec2 at_px;
in vec2 at;
flat in vec4 tex;
flat in vec4 tile_info;
out vec4 color;
`;

export const PICTURE_FRAGMENT = `${FRAGMENT_HEAD}
uniform sampler2DArray pictures;
uniform vec2 picture_size;
void main() {
  color = vec4(mix(ground, texture(pictures, vec3(tex.xy + at * picture_size, tex.z)).rgb, tile_info.w), 1.0);
}`;

const ON_EDGE = `
bool on_edge(vec2 size) {
  return any(lessThan(at_px, vec2(pixel))) || any(greaterThan(at_px, size - pixel));
}
`;

export const STALE_FRAGMENT = `${FRAGMENT_HEAD}
uniform sampler2DArray pictures;
uniform vec2 picture_size;
uniform vec3 stale_edge;
${ON_EDGE}
void main() {
  vec3 shade = texture(pictures, vec3(tex.xy + at * picture_size, tex.z)).rgb;
  shade = vec3(dot(shade, vec3(0.299, 0.587, 0.114)) * 0.6);
  if (on_edge(tile * scale) && mod(at_px.x + at_px.y, 5.0 * pixel) < 3.0 * pixel) shade = stale_edge;
  color = vec4(mix(ground, shade, tile_info.w), 1.0);
}`;

export const BLANK_FRAGMENT = `${FRAGMENT_HEAD}
uniform sampler2D icons;
uniform float icon_count;
uniform vec3 blank, edge, equip, quiet;
${ON_EDGE}
float icon_mask(vec2 size) {
  float side = clamp(min(size.x, size.y) * 0.72, 7.0 * pixel, 44.0 * pixel);
  vec2 p = (at_px - size * 0.5) / side + 0.5;
  if (any(lessThan(p, vec2(0.0))) || any(greaterThan(p, vec2(1.0)))) return 0.0;
  return texture(icons, vec2((tile_info.z + p.x) / icon_count, p.y)).a;
}
void main() {
  vec2 size = tile * scale;
  vec3 shade = on_edge(size) ? edge : blank;
  shade = mix(shade, tile_info.y > 1.5 ? quiet : equip, tile_info.z < 0.0 ? 0.0 : icon_mask(size));
  color = vec4(mix(ground, shade, tile_info.w), 1.0);
}`;

/** Blended over the pictures: the age as a part of what counts as fresh. */
export const BAR_FRAGMENT = `${FRAGMENT_HEAD}
uniform float full_at;
uniform vec3 bar_full, bar_empty;
void main() {
  bool full = at.x <= clamp((now - tile_info.x) / full_at, 0.0, 1.0);
  color = vec4(mix(ground, full ? bar_full : bar_empty, tile_info.w), full ? 1.0 : 0.6);
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

/** Rectangles and words on whole pixels: where, what of the texture, which colour. */
export const SPRITE_VERTEX = `#version 300 es
precision highp float;
layout(location=0) in vec2 corner;
layout(location=1) in vec4 place;
layout(location=2) in vec4 source;
layout(location=3) in vec4 tint;
uniform vec2 room;
out vec2 at;
flat out vec4 shade;
void main() {
  vec2 px = place.xy + corner * place.zw;
  at = source.xy + corner * source.zw;
  shade = tint;
  gl_Position = vec4(px.x / room.x * 2.0 - 1.0, 1.0 - px.y / room.y * 2.0, 0.0, 1.0);
}`;

export const SPRITE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D words;
in vec2 at;
flat in vec4 shade;
out vec4 color;
void main() {
  color = vec4(shade.rgb, shade.a * texelFetch(words, ivec2(at), 0).r);
}`;
