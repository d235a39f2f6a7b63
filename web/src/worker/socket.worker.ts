// Owns the WebSocket: connects again with backoff, resumes topics by their last id, measures delay and clock
// offset, hands pictures to the decode worker unread.
import { parseServerMessage, topicNames, type ClientMessage, type ServerMessage, type TopicName } from '../wire/messages.ts';
import { backoffMs } from './backoff.ts';
import type { FromSocket, ToDecoderFromSocket, ToSocket } from './protocol.ts';

const pingMs = 5000;
const silenceMs = 25000; // the server speaks at least every ping; longer silence is a dead line
const closeSessionEnded = 4003;
const closeResync = 4001;

let url = '';
let decoder: MessagePort | null = null;
let socket: WebSocket | null = null;
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | null = null;
let stateSince = Date.now();
let pingNumber = 0;
let lastHeard = 0;
let boot = '';
const pings = new Map<number, number>();
const topics = new Map<TopicName, string | null>(); // wanted topics and the last id seen
const sticky = new Map<string, ClientMessage>(); // what has to be said again after a reconnect

const tell = (message: FromSocket): void => self.postMessage(message);
const decode = (message: ToDecoderFromSocket, transfer: Transferable[] = []): void => decoder?.postMessage(message, transfer);

function setState(state: 'connecting' | 'open' | 'closed' | 'ended', why = ''): void {
  stateSince = Date.now();
  tell({ kind: 'state', state, sinceMs: stateSince, why });
}

function write(message: ClientMessage): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** Remembers what the server must know again after a reconnect. */
function remember(message: ClientMessage): void {
  if (message.t === 'thumbs') sticky.set('thumbs', message);
  else if (message.t === 'hidden') sticky.set('hidden', message);
  else if (message.t === 'play') sticky.set(`play ${message.stream}`, message);
  else if (message.t === 'stop') sticky.delete(`play ${message.stream}`);
}

function connect(): void {
  retry = null;
  setState('connecting');
  const mine = new WebSocket(url, 'townwall.1');
  mine.binaryType = 'arraybuffer';
  socket = mine;
  mine.onopen = () => {
    lastHeard = Date.now();
  };
  mine.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    if (socket !== mine) return;
    lastHeard = Date.now();
    if (typeof event.data === 'string') takeText(event.data);
    else decode({ kind: 'frame', buffer: event.data }, [event.data]);
  };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    socket = null;
    decode({ kind: 'reset' });
    if (event.code === closeSessionEnded) {
      setState('ended', event.reason);
      return;
    }
    setState('closed', event.reason || String(event.code));
    const delay = event.code === closeResync ? 0 : backoffMs(attempt++, Math.random());
    retry = setTimeout(connect, delay);
  };
}

function opened(message: Extract<ServerMessage, { t: 'hello' }>): void {
  attempt = 0;
  if (boot !== message.boot) for (const topic of topics.keys()) topics.set(topic, null);
  boot = message.boot;
  setState('open');
  for (const [topic, from] of topics) write(from === null ? { t: 'sub', topic } : { t: 'sub', topic, from });
  for (const again of sticky.values()) write(again);
  ping();
}

function takeText(text: string): void {
  const message = parseServerMessage(text);
  if (!message) return;
  switch (message.t) {
    case 'hello':
      opened(message);
      break;
    case 'pong':
      takePong(Number(message.re), Number(message.now_us));
      return;
    case 'snapshot':
    case 'delta':
    case 'current':
      if (topicNames.includes(message.topic)) topics.set(message.topic, message.id);
      break;
    case 'playing':
      decode({ kind: 'playing', playing: message });
      break;
    case 'ended':
      sticky.delete(`play ${message.stream}`);
      decode({ kind: 'ended', stream: message.stream });
      break;
    case 'error':
      break;
  }
  tell({ kind: 'message', message });
}

function ping(): void {
  pings.set(++pingNumber, performance.now());
  if (pings.size > 10) pings.delete(pings.keys().next().value as number);
  write({ t: 'ping', re: pingNumber });
}

function takePong(re: number, serverUs: number): void {
  const sent = pings.get(re);
  if (sent === undefined) return;
  pings.delete(re);
  const delayMs = performance.now() - sent;
  tell({ kind: 'delay', delayMs, offsetMs: serverUs / 1000 - (Date.now() - delayMs / 2) });
}

setInterval(() => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (Date.now() - lastHeard > silenceMs) socket.close(4900, 'silence');
  else ping();
}, pingMs);

self.onmessage = (event: MessageEvent<ToSocket>) => {
  const message = event.data;
  switch (message.kind) {
    case 'open':
      url = message.url;
      decoder = message.decoder;
      if (!socket && !retry) connect();
      break;
    case 'topic':
      if (message.on && !topics.has(message.topic)) {
        topics.set(message.topic, null);
        write({ t: 'sub', topic: message.topic });
      } else if (!message.on && topics.delete(message.topic)) write({ t: 'unsub', topic: message.topic });
      break;
    case 'send':
      remember(message.message);
      write(message.message);
      break;
    case 'close':
      if (retry) clearTimeout(retry);
      retry = null;
      socket?.close(1000);
      socket = null;
      break;
  }
};
