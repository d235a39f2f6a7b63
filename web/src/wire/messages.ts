// Text messages of docs/websocket.md, as types.

export interface Words {
  zh: string;
  en: string;
}

export const STATES = ['live', 'sampled', 'idle', 'connecting', 'stale', 'down', 'disabled'] as const;
export type CameraState = (typeof STATES)[number];

export const REASONS = [
  'unreachable',
  'wrong_password',
  'limit_reached',
  'refused',
  'no_data',
  'protocol',
  'no_video',
  'cannot_decode',
  'decoder_crashed',
  'frozen',
  'black',
  'pipeline',
  'bad_url',
  'wrong_certificate',
  'media_away',
] as const;
export type Reason = (typeof REASONS)[number];

/** A camera of the topic `cameras`. `n` is its handle, valid for one server start. */
export interface Camera {
  n: number;
  id: string;
  name: string;
  area: string;
  lon: number | null;
  lat: number | null;
  azimuth: number | null;
  fov: number | null;
  source_system: string;
  mode: string;
  codec: string | null;
  width: number;
  height: number;
  state: CameraState;
  reason: Reason | null;
  detail: string | null;
  since_us: string;
  clock_offset_ms: number | null;
  loss_pct: number | null;
  scene: unknown;
}

export interface CamerasSnapshot {
  cameras: Camera[];
}
export interface CamerasDelta {
  set?: (Partial<Camera> & { n: number })[];
  gone?: number[];
}

/** A host of which many streams are out: told as one. */
export interface Outage {
  host: string;
  down: number;
  of: number;
  reason: Reason;
  since_us: number;
}
export interface MediaNode {
  id: string;
  state: string;
  cameras: number;
  live: number;
  units_per_s?: number;
  bytes_per_s?: number;
  cpu_cores?: Record<string, number>;
  picture_cores?: number;
  /** What the kernel gave (0: no UDP yet) and what was asked for. */
  udp_buffer_bytes?: number;
  udp_buffer_wanted_bytes?: number;
  shed?: Record<string, unknown> | null;
  outages?: Outage[];
}
export interface MediaState {
  nodes: MediaNode[];
  age: { p50_ms: number; p99_ms: number };
  counts: Record<string, number>;
}
export interface PresenceState {
  /** `user`: id of the person, to whom an alert can be given. */
  seats: { seat: string; name: string; role: string; user?: string }[];
}

/** What of the server itself people have to know, the gravest first. */
export const NOTICES = ['disk_full', 'store_failing', 'disk_low', 'redis_away'] as const;
export interface NoticesState {
  notices: { code: (typeof NOTICES)[number]; since_us: string }[];
}

export type Topic = 'cameras' | 'media' | 'presence' | 'notices' | 'alerts' | 'cases' | 'notifications' | 'duty' | 'calls';
export type Profile = 'sub' | 'main';
export type Rung = 'key' | 'live';
export type Format = 'annexb' | 'fmp4';
export type ThumbsWhy = 'mosaic' | 'map' | 'layout';

export interface Hello {
  t: 'hello';
  proto: number;
  boot: string;
  server: string;
  now_us: string;
  session: { user: string; name: string; role: string; rights: unknown };
  seat: string;
}
export type TopicMessage =
  | { t: 'snapshot' | 'delta'; topic: Topic; id: string; data: unknown }
  | { t: 'current'; topic: Topic; id: string };
export interface Playing {
  t: 'playing';
  stream: number;
  camera: string;
  n: number;
  profile: Profile;
  rung: Rung;
  format: Format;
  codec: string;
  transcoded?: boolean;
  width: number;
  height: number;
}
/** The camera is down: nothing comes until it plays again, by itself. */
export interface Waiting {
  t: 'waiting';
  stream: number;
  code: string;
  message: Words;
  detail?: string;
}
export interface Ended {
  t: 'ended';
  stream: number;
  code: string;
  message: Words;
  detail?: string;
}
export interface Refusal {
  t: 'error';
  code: string;
  message: Words;
  re?: unknown;
}
export interface Pong {
  t: 'pong';
  re: unknown;
  now_us: string;
}
export type ServerMessage = Hello | TopicMessage | Playing | Waiting | Ended | Refusal | Pong;

export interface PlayCommand {
  t: 'play';
  stream: number;
  camera: string;
  profile: Profile;
  rung: Rung;
  format: Format;
  codecs: string[];
}
export interface ThumbsCommand {
  t: 'thumbs';
  cameras: number[] | 'all';
  interval_ms: number;
  why: ThumbsWhy;
}
export type ClientMessage =
  | { t: 'sub'; topic: Topic; from?: string }
  | { t: 'unsub'; topic: Topic }
  | ThumbsCommand
  | PlayCommand
  | { t: 'stop'; stream: number }
  | { t: 'hidden'; hidden: boolean }
  | { t: 'ping'; re: number };
