// Everything that the page, the socket worker and the decode worker say to each other.
// Bytes and pictures are transferred, never copied.
import type {
  Ended,
  Hello,
  PlayCommand,
  Playing,
  Refusal,
  ThumbsCommand,
  Topic,
  TopicMessage,
  Waiting,
} from '../wire/messages.ts';

/** page → socket worker */
export type ToSocket =
  /** `decoder` comes with the first; a later one ends what keeps from connecting. */
  | { t: 'open'; url: string; decoder?: MessagePort }
  | { t: 'close' }
  | { t: 'sub'; topic: Topic }
  | { t: 'unsub'; topic: Topic }
  | ThumbsCommand
  | PlayCommand
  | { t: 'stop'; stream: number }
  | { t: 'hidden'; hidden: boolean };

export type LinkState = 'closed' | 'connecting' | 'open' | 'lost' | 'ended';

/** socket worker → page */
export type FromSocket =
  | { t: 'link'; state: LinkState; retryAtMs: number; attempt: number; code: number }
  | { t: 'clock'; offsetMs: number; delayMs: number }
  | (Hello & { restarted: boolean })
  | TopicMessage
  | Playing
  | Waiting
  | Ended
  | Refusal
  | FragmentMessage;

/** One piece of fragmented MP4 for a Media Source of the page. */
export interface FragmentMessage {
  t: 'fragment';
  stream: number;
  init: boolean;
  dropped: number;
  wallMs: number;
  data: ArrayBuffer;
}

/** socket worker → decode worker */
export type SocketToDecoder =
  | { t: 'thumbs'; message: ArrayBuffer }
  | { t: 'begin'; stream: number; codec: string }
  | {
      t: 'unit';
      stream: number;
      keyframe: boolean;
      discontinuity: boolean;
      dropped: number;
      ptsUs: number;
      wallMs: number;
      message: ArrayBuffer;
      offset: number;
    }
  | { t: 'end'; stream: number }
  | { t: 'forget' };

export const SMALL = 1;
export const LARGE = 2;
/** Most that a small picture measures, three eighths of a large one, which is as the server made it (160×90). */
export const SMALL_WIDTH_PX = 60;
export const SMALL_HEIGHT_PX = 34;

/** page → decode worker */
export type ToDecoder =
  | { t: 'socket'; port: MessagePort }
  | { t: 'want'; cameras: Uint32Array<ArrayBuffer>; levels: Uint8Array<ArrayBuffer> }
  | { t: 'pictures_done' }
  | { t: 'frame_done'; stream: number };

/** RGBA, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

export interface DecodedPicture {
  n: number;
  level: typeof SMALL | typeof LARGE;
  wallMs: number;
  frozen: boolean;
  pixels: Pixels;
}

/** decode worker → page */
export type FromDecoder =
  | { t: 'arrived'; cameras: Uint32Array<ArrayBuffer>; wallMs: Float64Array<ArrayBuffer> }
  | { t: 'pictures'; pictures: DecodedPicture[] }
  | { t: 'frame'; stream: number; frame: VideoFrame; wallMs: number; dropped: number }
  | { t: 'trouble'; stream: number; message: string };
