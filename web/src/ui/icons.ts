// Line icons on a 24 grid, drawn by us in the shapes that SCREENS.md fixes. `fill` paths are filled, `line` paths stroked.
// The mosaic draws the same paths on its canvas.
import type { Dimension } from '../wire/alerts.ts';
import type { CameraState, Reason } from '../wire/messages.ts';

export interface Icon {
  line?: string;
  fill?: string;
  width?: number;
  dash?: number[];
}

const circle = (cx: number, cy: number, r: number): string =>
  `M${cx - r} ${cy}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

export const ICONS = {
  // states of a camera: the shape alone tells them apart
  dot: { fill: circle(12, 12, 6) },
  dot_ring: { line: circle(12, 12, 8.5), fill: circle(12, 12, 3.5) },
  ring: { line: circle(12, 12, 7.5) },
  ring_dashed: { line: circle(12, 12, 8), width: 2.5, dash: [4, 4] },
  ring_open: { line: 'M12 4a8 8 0 1 1-7 4', width: 2.2 },
  cross: { line: 'M5 5l14 14M19 5L5 19', width: 3 },
  bar: { line: 'M5 12h14', width: 3 },
  hexagon: { fill: 'M7 2h10l5 10-5 10H7L2 12Z' },
  // why no picture
  broken_link: { line: 'M10 15l-3 3a3.5 3.5 0 0 1-5-5l3.500-3.500M14 9l3-3a3.500 3.500 0 0 1 5 5l-3.500 3.500M9 3v3M4 7h3M15 21v-3M20 17h-3', width: 2.2 },
  key: { line: `${circle(8, 15.5, 4.5)}M11.300 12.200 20 3.500M16 7.500l3 3`, width: 2.5 },
  full: { line: 'M4 6h16M4 12h16M4 18h16M20 3v18', width: 2.3 },
  barred: { line: `${circle(12, 12, 9)}M6 18 18 6`, width: 2.5 },
  broken_line: { line: 'M2 12h6M8 6v12M16 6v12M16 12h6', width: 2.5 },
  garbled: { line: 'M4 5h9M4 5v5l5 4-4 5M20 5v6l-5 3 5 5M13 10h3', width: 2.2 },
  no_track: { line: 'M4 6h16v12H4zM4 10h3M4 14h3M17 10h3M17 14h3M9 18l6-12', width: 2 },
  blocks: { line: 'M4 4h6v6H4zM14 14h6v6h-6zM14 4h6v6h-6zM4 14h6v6H4zM4 4l6 6M14 14l6 6', width: 2.2 },
  burst: { line: 'M12 2l2.500 6 6.500-2-4 5.500 5 4-6.500.5.500 6-4-4.500-4 4.500.500-6L2 15.500l5-4L3 6l6.500 2z', width: 2 },
  snowflake: { line: 'M12 2.500v19M3.800 7.300l16.400 9.400M20.200 7.300 3.800 16.700', width: 2.3 },
  black: { line: 'M3 6h18v12H3z', fill: 'M6 9h12v6H6z', width: 2 },
  gear: { line: `${circle(12, 12, 3)}M12 3v4M12 17v4M3 12h4M17 12h4M5.600 5.600l2.900 2.900M15.500 15.500l2.900 2.900M5.600 18.400l2.900-2.900M15.500 8.500l2.900-2.900`, width: 2 },
  unplugged: { line: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-6 6M3 21 21 3', width: 2.2 },
  question: { line: 'M8 8.500a4 4 0 1 1 5.500 3.700c-1 .5-1.500 1.200-1.500 2.300v1', fill: circle(12, 19, 1.5), width: 2.5 },
  address: { line: 'M4 5h9l7 7-7 7H4zM8 10l4 4M12 10l-4 4', width: 2.2 },
  padlock: { line: 'M5 11h14v9H5zM8 11V7.500a4 4 0 0 1 8 0V11M9.500 13.500l5 4M14.500 13.500l-5 4', width: 2.2 },
  // what ails the server
  disk: { line: 'M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M12 12v4M12 18.500v.5', width: 2 },
  queue: { line: 'M4 5h16v5H4zM4 14h10M4 19h6M17 14v6m-2-2 2 2 2-2', width: 2 },
  lock: { line: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3', width: 2 },
  // things on bars and panels
  net: { line: 'M2.500 9a14 14 0 0 1 19 0M6 13a9 9 0 0 1 12 0M9.500 16.800a4 4 0 0 1 5 0', fill: circle(12, 20, 1.4) },
  net_off: { line: 'M2.500 9a14 14 0 0 1 19 0M6 13a9 9 0 0 1 12 0M9.500 16.800a4 4 0 0 1 5 0M3 3l18 18' },
  shed: { line: 'M4 6h16M6.500 11h11M9 16h6M12 18v3m-2-1.500 2 2 2-2' },
  user: { line: `${circle(12, 8, 4)}M4.500 20.500a7.500 7.500 0 0 1 15 0` },
  play: { fill: 'M7 4.500v15l12-7.500z' },
  camera: { line: 'M3 8l13-3 2 6-13 3zM18 9l3-1v4M9 14v3H4m0-3v6' },
  full_screen: { line: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5' },
  close: { line: 'M5 5l14 14M19 5 5 19', width: 2.5 },
  plus: { line: 'M12 5v14M5 12h14', width: 2.2 },
  minus: { line: 'M5 12h14', width: 2.2 },
  home: { line: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z' },
  circle: { line: circle(12, 12, 8) },
  line: { line: `M6 18 18 6M${'4 18'}a2 2 0 1 0 4 0a2 2 0 1 0-4 0M16 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0` },
  place: { line: `M12 21c-5-6-7-8.500-7-11.500a7 7 0 0 1 14 0c0 3-2 5.500-7 11.500z${circle(12, 9.5, 2.5)}` },
  grid: { line: 'M4 5h4v4H4zM10 5h4v4h-4zM16 5h4v4h-4zM4 14h4v4H4zM10 14h4v4h-4zM16 14h4v4h-4z' },
  wide: { line: 'M2 7h20v10H2zM9 7v10M15 7v10' },
  back: { line: 'M14 5l-7 7 7 7', width: 2.2 },
  list: { line: 'M4 6h16M4 12h16M4 18h16' },
  // where an alert comes from
  shield: { line: 'M12 3l8 3v6c0 5-3.500 7.600-8 9-4.500-1.400-8-4-8-9V6ZM12 8v5m0 3v.1' },
  road: { line: 'M7 3L4 21M17 3l3 18M12 4v3m0 4v3m0 4v3' },
  envelope: { line: 'M3 5h18v14H3zM3 7l9 6 9-6' },
  clipboard: { line: 'M5 4h14v17H5zM9 2.500h6v3H9zM9 13l2.200 2.200L15.500 11' },
  speech: { line: 'M3 4h11v8H8l-3 3v-3H3zM10 15.500v.5h6l3 3v-3h2V8h-3.500' },
  waves: { line: `${circle(12, 12, 2)}M7.500 7.500a6.500 6.500 0 0 0 0 9m9-9a6.500 6.500 0 0 1 0 9M4.500 4.500a10.600 10.600 0 0 0 0 15m15-15a10.600 10.600 0 0 1 0 15` },
  cloud: { line: 'M7 14a4 4 0 0 1 .5-8 5 5 0 0 1 9.500 1.500A3.300 3.300 0 0 1 17 14zM5 18h14M8 21h8' },
  receiver: { line: 'M6 3h3l1.500 5-2 1.500a12 12 0 0 0 6 6l1.500-2 5 1.500v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z' },
  // rooms of meetings
  microphone: { line: 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.500 11a6.500 6.500 0 0 0 13 0M12 17.500V21' },
  microphone_off: { line: 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.500 11a6.500 6.500 0 0 0 13 0M12 17.500V21M3 3l18 18', width: 2 },
  video: { line: 'M3 7h12v10H3zM15 11l6-3v8l-6-3' },
  video_off: { line: 'M3 7h12v10H3zM15 11l6-3v8l-6-3M3 3l18 18', width: 2 },
  hand: { line: 'M7 13V7a1.500 1.500 0 0 1 3 0v4M10 10V4.500a1.500 1.500 0 0 1 3 0V11M13 6a1.500 1.500 0 0 1 3 0v6M16 8.500a1.500 1.500 0 0 1 3 0V15a6 6 0 0 1-6 6h-1c-2.500 0-4-1-5.500-3.500L4 14a1.500 1.500 0 0 1 3-1.500' },
  danger: { line: 'M12 3 2 20h20zM12 10v5m0 2.500v.1', width: 2 },
  side_a: { line: 'M3 6h11l7 6-7 6H3z', width: 2 },
  side_b: { line: 'M21 6H10l-7 6 7 6h11z', width: 2 },
  // files
  photo: { line: `M3 7h4l2-3h6l2 3h4v12H3z${circle(12, 13, 3.5)}` },
  paperclip: { line: 'M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.300 3.300 0 0 1 4.700 4.700l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400l7.600-7.600' },
  // what is done with alerts
  bell: { line: 'M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4' },
  sound: { line: 'M4 9h4l5-4v14l-5-4H4zM16.500 8.500a5 5 0 0 1 0 7M19 6a8.500 8.500 0 0 1 0 12' },
  mute: { line: 'M4 9h4l5-4v14l-5-4H4zM17 9.500l5 5m0-5l-5 5' },
  clock: { line: `${circle(12, 12, 9)}M12 7v5l3.500 2` },
  chain: { line: 'M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1' },
  fold: { line: 'M4 6h16M6.500 11h11M9 16h6M12 18v3m-2-1.500 2 2 2-2' },
  check: { line: 'M4 12.500l5.500 5.500L20 6.500', width: 2.5 },
  box_open: { line: 'M4 4h16v16H4z' },
  box_checked: { line: 'M4 4h16v16H4zM7.500 12l3.500 3.500 6-7', width: 2 },
  flame: { line: 'M12 21a6 6 0 0 1-6-6c0-4 4-5 4-9 3 1.500 4 4 3.500 6.500C15 12 15.500 11 15.500 10c2 1.500 2.500 3.500 2.500 5a6 6 0 0 1-6 6z' },
  funnel: { line: 'M3 5h18l-7 8v6l-4 2v-8z' },
  feed: { line: `M5 12a7 7 0 0 1 7 7M5 5a14 14 0 0 1 14 14`, fill: circle(6, 18, 2) },
} satisfies Record<string, Icon>;

export type IconName = keyof typeof ICONS;

export const STATE_ICON: Record<CameraState, IconName> = {
  live: 'dot',
  sampled: 'dot_ring',
  idle: 'ring',
  connecting: 'ring_open',
  stale: 'ring_dashed',
  down: 'cross',
  disabled: 'bar',
};

export const REASON_ICON: Record<Reason | 'disabled', IconName> = {
  unreachable: 'broken_link',
  wrong_password: 'key',
  limit_reached: 'full',
  refused: 'barred',
  no_data: 'broken_line',
  protocol: 'garbled',
  no_video: 'no_track',
  cannot_decode: 'blocks',
  decoder_crashed: 'burst',
  frozen: 'snowflake',
  black: 'black',
  pipeline: 'gear',
  bad_url: 'address',
  wrong_certificate: 'padlock',
  media_away: 'unplugged',
  disabled: 'bar',
};

export const DIMENSION_ICON: Record<Dimension, IconName> = {
  public_security: 'shield',
  traffic: 'road',
  petition: 'envelope',
  enforcement: 'clipboard',
  dispute: 'speech',
  livelihood: 'home',
  camera_alarm: 'camera',
  camera_health: 'camera',
  sensor: 'waves',
  warning: 'cloud',
};

/** A reason of a newer server has a shape too. */
export function reasonIcon(reason: string): IconName {
  return (REASON_ICON as Record<string, IconName>)[reason] ?? 'question';
}

/** Draws an icon into a square of a 2D canvas. */
export function drawIcon(
  g: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  name: IconName,
  x: number,
  y: number,
  sizePx: number,
  color: string,
): void {
  const icon: Icon = ICONS[name];
  g.save();
  g.translate(x, y);
  g.scale(sizePx / 24, sizePx / 24);
  g.fillStyle = g.strokeStyle = color;
  g.lineCap = g.lineJoin = 'round';
  g.lineWidth = icon.width ?? 1.75;
  if (icon.dash) g.setLineDash(icon.dash);
  if (icon.fill) g.fill(new Path2D(icon.fill));
  if (icon.line) g.stroke(new Path2D(icon.line));
  g.restore();
}
