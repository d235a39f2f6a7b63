import type {
  FromDecoder,
  FromSocket,
  ToDecoder,
  ToSocket,
} from './protocol.ts';

type Listener<M> = (message: M) => void;

class Channel<In extends { t: string }, Out> {
  private readonly worker: Worker;
  private readonly listeners = new Map<string, Set<Listener<never>>>();

  constructor(worker: Worker) {
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<In>) => {
      for (const listener of this.listeners.get(data.t) ?? [])
        (listener as unknown as Listener<In>)(data);
    };
  }

  /** Listens to one kind of message. Returned: a call that ends it. */
  on<T extends In['t']>(t: T, listener: Listener<Extract<In, { t: T }>>): () => void {
    const set = this.listeners.get(t) ?? new Set<Listener<never>>();
    this.listeners.set(t, set);
    set.add(listener as Listener<never>);
    return () => set.delete(listener as Listener<never>);
  }

  send(message: Out, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}

/** The page's side of both workers: they start with the first use and live as long as the page. */
export class Client {
  readonly socket: Channel<FromSocket, ToSocket>;
  readonly decoder: Channel<FromDecoder, ToDecoder>;
  private readonly ports = new MessageChannel();
  private opened = false;

  constructor() {
    this.socket = new Channel(
      new Worker(new URL('./socket.worker.ts', import.meta.url), { type: 'module', name: 'socket' }),
    );
    this.decoder = new Channel(
      new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module', name: 'decode' }),
    );
    this.decoder.send({ t: 'socket', port: this.ports.port1 }, [this.ports.port1]);
    document.addEventListener('visibilitychange', () =>
      this.socket.send({ t: 'hidden', hidden: document.hidden }),
    );
  }

  open(): void {
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
    // after a session that ended somebody logged in again
    if (this.opened) return this.socket.send({ t: 'open', url });
    this.opened = true;
    this.socket.send({ t: 'open', url, decoder: this.ports.port2 }, [this.ports.port2]);
    if (document.hidden) this.socket.send({ t: 'hidden', hidden: true });
  }

  close(): void {
    this.socket.send({ t: 'close' });
  }
}

let client: Client | null = null;
export function useClient(): Client {
  client ??= new Client();
  return client;
}
