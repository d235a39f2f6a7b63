// The WebSocket of a seat whose media a page carries (tests/lib/rtc-page.ts).
import WebSocket from 'ws';

export class Wire {
  readonly browsers = new Map<string, (message: Record<string, unknown>) => void>();
  private readonly socket: WebSocket;
  private readonly meeting: string;

  private constructor(socket: WebSocket, meeting: string) {
    this.socket = socket;
    this.meeting = meeting;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
      if (message.t === 'rtc') for (const take of this.browsers.values()) take(message);
    });
  }

  static open(url: string, cookie: string, meeting: string): Promise<Wire> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws?guest=1`, 'townwall.1', { headers: { cookie }, origin: url });
    return new Promise((done, fail) => {
      socket.once('error', fail);
      socket.once('open', () => done(new Wire(socket, meeting)));
    });
  }

  do(what: string, { message }: Record<string, unknown> = {}): void {
    if (what === 'message') this.send(message as Record<string, unknown>);
  }
  send(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify({ ...message, meeting: this.meeting }));
  }
  /** Sees its topic and begins with its media. */
  begin(): void {
    this.send({ t: 'sub', topic: `meeting:${this.meeting}`, re: 'sub' });
    this.send({ t: 'rtc', op: 'hello', gen: 0 });
  }
  close(): void {
    this.socket.terminate();
  }
}
