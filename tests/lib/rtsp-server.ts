// An RTSP server whose every answer a test may write itself: cameras with manners that no library has. What a test does
// not write is answered as a good camera would.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Request { method: string; uri: string; headers: Map<string, string>; connection: Connection; text: string }
export interface Answer { status?: number; headers?: string[]; body?: string; raw?: string; after?: () => void }
export type Script = Partial<Record<string, (request: Request) => Answer | null>>;

const interval = 40;
let clip: Buffer[][] | null = null;

/** Pictures of a small H.264 stream as NAL units, a keyframe every ten. Encoded once. */
export function pictures(): Buffer[][] {
  if (clip) return clip;
  const dir = mkdtempSync(join(tmpdir(), 'townwall-clip-'));
  const path = join(dir, 'clip.h264');
  const done = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', '4', '-c:v', 'libx264', '-preset', 'ultrafast',
    '-pix_fmt', 'yuv420p', '-g', '10', '-keyint_min', '10', '-sc_threshold', '0', '-x264-params', 'slices=1:repeat-headers=1', '-f', 'h264', path], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  const stream = readFileSync(path);
  rmSync(dir, { recursive: true });
  clip = [];
  let picture: Buffer[] = [];
  for (const nal of split(stream)) {
    const type = nal[0]! & 31;
    if (type !== 5 && type !== 1 && type !== 7 && type !== 8) continue;
    picture.push(nal);
    if (type === 5 || type === 1) {
      clip.push(picture);
      picture = [];
    }
  }
  return clip;
}

function split(stream: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0;) {
    const next = stream.indexOf('000001', at + 3, 'hex');
    let end = next < 0 ? stream.length : next;
    while (end > at + 3 && stream[end - 1] === 0) end--;
    nals.push(stream.subarray(at + 3, end));
    at = next;
  }
  return nals;
}

export const isKey = (picture: Buffer[]): boolean => picture.some((nal) => (nal[0]! & 31) === 5);

export function frame(channel: number, packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x24, channel, packet.length >> 8, packet.length & 255]), packet]);
}

/** One connection of a client: its requests, its session, its media. */
export class Connection {
  session = '';
  channel = 0;
  payloadType = 96;
  ssrc = 0x11223344;
  /** Pictures from here on; a test may put it anywhere. */
  next = 0;
  udp: UdpSocket | null = null;
  playing = false;
  private clientPort = 0;
  private sequence = 1000;
  private timer: NodeJS.Timeout | null = null;
  private rest = Buffer.alloc(0);
  private readonly server: RtspServer;
  readonly socket: Socket;

  constructor(server: RtspServer, socket: Socket) {
    this.server = server;
    this.socket = socket;
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.stop();
      server.closed(this);
    });
  }

  write(data: string | Buffer): void {
    if (this.socket.writable) this.socket.write(data);
  }

  packets(picture: Buffer[], timestamp: number): Buffer[] {
    const payloads: [Buffer, boolean][] = [];
    picture.forEach((nal, i) => {
      const last = i === picture.length - 1;
      if (nal.length <= 1200) return void payloads.push([nal, last]);
      for (let at = 1; at < nal.length; at += 1200) {
        const end = Math.min(nal.length, at + 1200);
        const head = Buffer.from([(nal[0]! & 0xe0) | 28, (nal[0]! & 31) | (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0)]);
        payloads.push([Buffer.concat([head, nal.subarray(at, end)]), last && end === nal.length]);
      }
    });
    return payloads.map(([payload, marker]) => {
      const head = Buffer.alloc(12);
      head.writeUInt8(0x80, 0);
      head.writeUInt8((marker ? 0x80 : 0) | this.payloadType, 1);
      head.writeUInt16BE(this.sequence++ & 0xffff, 2);
      head.writeUInt32BE(timestamp >>> 0, 4);
      head.writeUInt32BE(this.ssrc, 8);
      return Buffer.concat([head, payload]);
    });
  }

  /** One more picture of the clip, to wherever media goes. */
  sendPicture(): void {
    const all = pictures();
    const picture = all[this.next % all.length]!;
    for (const packet of this.packets(picture, this.next * 3600)) {
      if (this.udp) this.udp.send(packet, this.clientPort, this.socket.remoteAddress);
      else this.write(frame(this.channel, packet));
    }
    this.next++;
  }

  play(): void {
    this.playing = true;
    this.timer ??= setInterval(() => this.sendPicture(), interval);
  }

  stop(): void {
    this.playing = false;
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.udp?.close();
    this.udp = null;
  }

  openUdp(port: number): UdpSocket {
    this.clientPort = port;
    this.udp = createSocket(this.socket.remoteFamily === 'IPv6' ? 'udp6' : 'udp4');
    this.udp.on('error', () => {});
    return this.udp;
  }

  private take(data: Buffer): void {
    this.rest = Buffer.concat([this.rest, data]);
    for (;;) {
      if (this.rest[0] === 0x24 && this.rest.length >= 4) {
        const size = 4 + this.rest.readUInt16BE(2);
        if (this.rest.length < size) return;
        this.rest = this.rest.subarray(size);
        continue;
      }
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.rest.subarray(0, end).toString('latin1');
      this.rest = this.rest.subarray(end + 4);
      this.server.asked(this, head);
    }
  }
}

export class RtspServer {
  readonly requests: Request[] = [];
  /** First lines and CSeq of what the client answered to requests of the server. */
  readonly answered: string[] = [];
  readonly connections: Connection[] = [];
  readonly sessions = new Set<string>();
  script: Script;
  port = 0;
  private readonly server: Server;
  private sessionCount = 0;
  private readonly path: string;

  constructor(script: Script = {}, path = '/live') {
    this.script = script;
    this.path = path;
    this.server = createServer((socket) => this.connections.push(new Connection(this, socket)));
  }

  async listen(address = '127.0.0.1'): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, address, done));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  url(userinfo = '', host = '127.0.0.1', scheme = 'rtsp'): string {
    return `${scheme}://${userinfo ? `${userinfo}@` : ''}${host}:${this.port}${this.path}`;
  }

  close(): void {
    this.server.close();
    for (const connection of this.connections) connection.socket.destroy();
  }

  methods(): string[] {
    return this.requests.map((request) => request.method);
  }

  asked(connection: Connection, head: string): void {
    const lines = head.split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines.slice(1)) {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    if (lines[0]!.startsWith('RTSP/')) {
      this.answered.push(`${lines[0]} ${headers.get('cseq')}`);
      return;
    }
    const [method = '', uri = ''] = lines[0]!.split(' ');
    const request: Request = { method, uri, headers, connection, text: head };
    this.requests.push(request);
    const script = this.script[method];
    const answer = script ? script(request) : this.usual(request);
    if (answer) this.reply(request, answer);
  }

  reply(request: Request, answer: Answer): void {
    if (answer.raw !== undefined) {
      request.connection.write(answer.raw.replaceAll('$CSEQ', request.headers.get('cseq') ?? ''));
    } else {
      const status = answer.status ?? 200;
      const lines = [`RTSP/1.0 ${status} ${status === 200 ? 'OK' : 'No'}`, `CSeq: ${request.headers.get('cseq')}`, ...answer.headers ?? []];
      if (answer.body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(answer.body)}`);
      request.connection.write(`${lines.join('\r\n')}\r\n\r\n${answer.body ?? ''}`);
    }
    answer.after?.();
  }

  /** What a good camera answers. */
  usual(request: Request): Answer {
    const { connection } = request;
    switch (request.method) {
      case 'OPTIONS': return { headers: ['Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, GET_PARAMETER'] };
      case 'DESCRIBE': return { headers: ['Content-Type: application/sdp', `Content-Base: ${request.uri}/`], body: sdp() };
      case 'SETUP': return this.setup(request);
      case 'PLAY': return { headers: [`Session: ${connection.session}`], after: () => connection.play() };
      case 'TEARDOWN':
        this.sessions.delete(request.headers.get('session') ?? '');
        return { after: () => connection.stop() };
      default: return { headers: connection.session ? [`Session: ${connection.session}`] : [] };
    }
  }

  /** Takes UDP and TCP; `more` is put behind the transport. */
  setup(request: Request, more = '', session = `s${++this.sessionCount}`): Answer {
    const { connection } = request;
    const asked = request.headers.get('transport') ?? '';
    connection.session = session;
    this.sessions.add(session);
    const channels = /interleaved=(\d+)-(\d+)/.exec(asked);
    const ports = /client_port=(\d+)-/.exec(asked);
    if (channels) connection.channel = Number(channels[1]);
    if (ports) connection.openUdp(Number(ports[1]));
    return { headers: [`Session: ${session};timeout=60`, `Transport: ${asked}${more}`] };
  }

  /** Asks the client. */
  ask(connection: Connection, method: string, cseq: number, headers: string[] = [], body = ''): void {
    const lines = [`${method} rtsp://camera/live RTSP/1.0`, `CSeq: ${cseq}`, `Session: ${connection.session}`, ...headers];
    if (body) lines.push(`Content-Length: ${body.length}`);
    connection.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** A session ends with its connection over TCP; what is told apart is whether it was torn down. */
  closed(connection: Connection): void {
    const at = this.connections.indexOf(connection);
    if (at >= 0) this.connections.splice(at, 1);
  }
}

/** A description of one H.264 video; `sections` come before it. */
export function sdp(sections = '', control = 'track1'): string {
  return `v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\na=control:*\r\n${sections}m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:${control}\r\n`;
}

/** Is the Authorization of a request the right answer to a challenge of this realm and nonce? */
export function digestIsRight(request: Request, hash: 'md5' | 'sha256', user: string, password: string, realm: string, nonce: string): boolean {
  const given = request.headers.get('authorization') ?? '';
  const field = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)`).exec(given)?.[1] ?? '';
  const sum = (text: string) => createHash(hash).update(text).digest('hex');
  const a1 = sum(`${user}:${realm}:${password}`), a2 = sum(`${request.method}:${request.uri}`);
  const qop = field('qop');
  const right = qop ? sum(`${a1}:${nonce}:${field('nc')}:${field('cnonce')}:${qop}:${a2}`) : sum(`${a1}:${nonce}:${a2}`);
  return given.startsWith('Digest ') && field('nonce') === nonce && field('response') === right;
}
