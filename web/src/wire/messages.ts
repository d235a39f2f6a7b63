// Text messages of docs/websocket.md.

export interface Words { zh: string; en: string }

export interface CameraWire {
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
  state: string;
  reason: string | null;
  detail: string | null;
  since_us: string;
  clock_offset_ms: number | null;
  scene: string | null;
}

export interface MediaNode { id: string; state: string; cameras: number; live: number; units_per_s?: number; bytes_per_s?: number; shed?: unknown; thumbs_per_s?: number }
export interface MediaState {
  nodes: MediaNode[];
  age: { p50_ms: number; p99_ms: number };
  counts: Record<string, number>;
}
export interface Seat { seat: string; name: string; role: string }

export interface TopicData {
  cameras: { snapshot: { cameras: CameraWire[] }; delta: { set: (Partial<CameraWire> & { n: number })[]; gone: number[] } };
  media: { snapshot: MediaState; delta: MediaState };
  presence: { snapshot: { seats: Seat[] }; delta: { seats: Seat[] } };
}
export type TopicName = keyof TopicData;
export const topicNames: TopicName[] = ['cameras', 'media', 'presence'];

export type Profile = 'sub' | 'main';
export type Rung = 'key' | 'live';
export type Format = 'annexb' | 'fmp4';

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

export type ServerMessage =
  | { t: 'hello'; proto: number; boot: string; server: string; now_us: string; session: { user: string; name: string; role: string; rights: string[] }; seat: string }
  | { t: 'snapshot'; topic: TopicName; id: string; data: unknown }
  | { t: 'delta'; topic: TopicName; id: string; data: unknown }
  | { t: 'current'; topic: TopicName; id: string }
  | Playing
  | { t: 'ended'; stream: number; code: string; message: Words; detail?: string }
  | { t: 'error'; code: string; message: Words; re?: unknown }
  | { t: 'pong'; re: unknown; now_us: string };

export type ClientMessage =
  | { t: 'sub'; topic: TopicName; from?: string }
  | { t: 'unsub'; topic: TopicName }
  | { t: 'thumbs'; cameras: number[] | 'all'; interval_ms?: number; why: string }
  | { t: 'play'; stream: number; camera: string; profile: Profile; rung: Rung; format: Format; codecs: string[] }
  | { t: 'stop'; stream: number }
  | { t: 'hidden'; hidden: boolean }
  | { t: 'ping'; re: number };

export function parseServerMessage(text: string): ServerMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && typeof (value as { t?: unknown }).t === 'string') return value as ServerMessage;
  } catch {
    // a server of another version: the caller counts it
  }
  return null;
}
