// The page's end of the two workers: one connection, many listeners.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { ClientMessage, ServerMessage, TopicData, TopicName } from '../wire/messages.ts';
import type { ConnectionState, FromDecoder, FromSocket, ThumbPicture, ToDecoder, ToSocket } from '../worker/protocol.ts';

type TopicListener<T extends TopicName> = { snapshot(data: TopicData[T]['snapshot']): void; delta(data: TopicData[T]['delta']): void };
type StreamListener = (message: Exclude<FromDecoder, { kind: 'thumbs' }> | Extract<ServerMessage, { t: 'playing' | 'ended' }>) => void;

export const useLink = defineStore('link', () => {
  const state = ref<ConnectionState>('connecting');
  const since = ref(Date.now());
  const why = ref('');
  const delayMs = ref(0);
  const offsetMs = ref(0); // server clock − ours
  const seat = ref('');
  const lastMessageAt = ref(Date.now());
  const started = ref(false);
  const boot = shallowRef('');
  let socket: Worker | null = null;
  let decoder: Worker | null = null;
  const topics = new Map<TopicName, TopicListener<never>>();
  const streams = new Map<number, StreamListener>();
  const thumbListeners = new Set<(thumbs: ThumbPicture[]) => void>();
  const sessionListeners = new Set<() => void>();
  let lastStream = 0;

  const toSocket = (message: ToSocket, transfer: Transferable[] = []): void => socket?.postMessage(message, transfer);
  const toDecoder = (message: ToDecoder, transfer: Transferable[] = []): void => decoder?.postMessage(message, transfer);

  function takeMessage(message: ServerMessage): void {
    switch (message.t) {
      case 'hello':
        seat.value = message.seat;
        boot.value = message.boot;
        return;
      case 'snapshot':
        topics.get(message.topic)?.snapshot(message.data as never);
        return;
      case 'delta':
        topics.get(message.topic)?.delta(message.data as never);
        return;
      case 'playing':
      case 'ended':
        streams.get(message.stream)?.(message);
        return;
      default:
        return;
    }
  }

  function start(): void {
    if (started.value) return;
    started.value = true;
    socket = new Worker(new URL('../worker/socket.worker.ts', import.meta.url), { type: 'module', name: 'socket' });
    decoder = new Worker(new URL('../worker/decode.worker.ts', import.meta.url), { type: 'module', name: 'decode' });
    socket.onmessage = (event: MessageEvent<FromSocket>) => {
      const message = event.data;
      if (message.kind === 'message') {
        lastMessageAt.value = Date.now();
        takeMessage(message.message);
      } else if (message.kind === 'delay') {
        delayMs.value = message.delayMs;
        offsetMs.value = message.offsetMs;
        lastMessageAt.value = Date.now();
      } else if (message.kind === 'state') {
        state.value = message.state;
        if (message.state !== 'connecting') since.value = message.sinceMs;
        why.value = message.why;
        if (message.state === 'ended') for (const fn of sessionListeners) fn();
      }
    };
    decoder.onmessage = (event: MessageEvent<FromDecoder>) => {
      const message = event.data;
      if (message.kind === 'thumbs') {
        for (const fn of thumbListeners) fn(message.thumbs);
        // whoever shows a picture has drawn it by now
        for (const thumb of message.thumbs) thumb.bitmap.close();
        return;
      }
      const listener = streams.get(message.stream);
      if (listener) listener(message);
      else if (message.kind === 'picture') message.frame.close();
    };
    const channel = new MessageChannel();
    toDecoder({ kind: 'port', port: channel.port2 }, [channel.port2]);
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
    toSocket({ kind: 'open', url, decoder: channel.port1 }, [channel.port1]);
    document.addEventListener('visibilitychange', () => send({ t: 'hidden', hidden: document.hidden }));
  }

  function stop(): void {
    toSocket({ kind: 'close' });
    socket?.terminate();
    decoder?.terminate();
    socket = decoder = null;
    started.value = false;
  }

  function follow<T extends TopicName>(topic: T, listener: TopicListener<T>): void {
    topics.set(topic, listener as TopicListener<never>);
    toSocket({ kind: 'topic', topic, on: true });
  }
  const send = (message: ClientMessage): void => toSocket({ kind: 'send', message });

  /** Starts a stream; the listener owns each VideoFrame it gets and closes it. */
  function play(request: Omit<Extract<ClientMessage, { t: 'play' }>, 't' | 'stream'>, listener: StreamListener): number {
    do lastStream = (lastStream % 65535) + 1; while (streams.has(lastStream));
    streams.set(lastStream, listener);
    send({ t: 'play', stream: lastStream, ...request });
    return lastStream;
  }
  function stopStream(stream: number): void {
    streams.delete(stream);
    send({ t: 'stop', stream });
    toDecoder({ kind: 'stop', stream });
  }
  /** The pictures are closed after all listeners returned: draw or copy at once. */
  function onThumbs(fn: (thumbs: ThumbPicture[]) => void): () => void {
    thumbListeners.add(fn);
    return () => thumbListeners.delete(fn);
  }
  function onSessionEnded(fn: () => void): void {
    sessionListeners.add(fn);
  }
  /** Microseconds of the server's clock now. */
  const serverNowUs = (): number => (Date.now() + offsetMs.value) * 1000;

  return { state, since, why, delayMs, offsetMs, seat, boot, lastMessageAt, started, start, stop, follow, send, play, stopStream, onThumbs, onSessionEnded, serverNowUs };
});
