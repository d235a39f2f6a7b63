// What the page and its two workers say to each other.
import type { ClientMessage, Playing, ServerMessage, TopicName, Words } from '../wire/messages.ts';

export type ConnectionState = 'connecting' | 'open' | 'closed' | 'ended';

/** page → socket worker */
export type ToSocket =
  | { kind: 'open'; url: string; decoder: MessagePort }
  | { kind: 'send'; message: ClientMessage }
  | { kind: 'topic'; topic: TopicName; on: boolean }
  | { kind: 'close' };

/** socket worker → page */
export type FromSocket =
  | { kind: 'state'; state: ConnectionState; sinceMs: number; why: string }
  | { kind: 'message'; message: ServerMessage }
  | { kind: 'delay'; delayMs: number; offsetMs: number }
  | { kind: 'dropped'; topics: number };

/** socket worker → decode worker */
export type ToDecoderFromSocket =
  | { kind: 'frame'; buffer: ArrayBuffer }
  | { kind: 'playing'; playing: Playing }
  | { kind: 'ended'; stream: number }
  | { kind: 'reset' };

/** page → decode worker */
export type ToDecoder =
  | { kind: 'port'; port: MessagePort }
  | { kind: 'stop'; stream: number };

export interface ThumbPicture { n: number; wallUs: number; frozen: boolean; bitmap: ImageBitmap }

/** decode worker → page */
export type FromDecoder =
  | { kind: 'thumbs'; serverNowUs: number; thumbs: ThumbPicture[] }
  | { kind: 'picture'; stream: number; frame: VideoFrame; wallUs: number; dropped: number; queue: number }
  | { kind: 'piece'; stream: number; init: boolean; key: boolean; wallUs: number; dropped: number; data: ArrayBuffer }
  | { kind: 'failed'; stream: number; message: Words };
