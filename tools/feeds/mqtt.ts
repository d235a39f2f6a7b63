// Just enough of MQTT 3.1.1 to publish with QoS 1: sensors of the demo talk to a broker (docs/feeds.md "MQTT").
import { connect, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';

const keepAliveS = 30;
const retryMs = 3000;

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const text = (value: string): Buffer => Buffer.concat([u16(Buffer.byteLength(value)), Buffer.from(value)]);

function packet(head: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let left = body.length; length.length === 0 || left > 0; left >>= 7) length.push((left & 127) | (left > 127 ? 128 : 0));
  return Buffer.concat([Buffer.from([head, ...length]), body]);
}

/** Types and bodies of the whole packets at the beginning of `bytes`, and what is left. */
export function readPackets(bytes: Buffer): { packets: { type: number; body: Buffer }[]; rest: Buffer } {
  const packets: { type: number; body: Buffer }[] = [];
  for (;;) {
    let length = 0, at = 1;
    for (; ; at++) {
      if (at >= bytes.length || at > 4) return { packets, rest: bytes };
      length |= (bytes[at]! & 127) << (7 * (at - 1));
      if (bytes[at]! < 128) break;
    }
    const end = at + 1 + length;
    if (bytes.length < end) return { packets, rest: bytes };
    packets.push({ type: bytes[0]! >> 4, body: bytes.subarray(at + 1, end) });
    bytes = bytes.subarray(end);
  }
}

/** Keeps messages until the broker has them, and connects anew as often as it takes. */
export class Publisher {
  private readonly url: URL;
  private readonly say: (line: string) => void;
  private readonly waiting = new Map<number, { topic: string; message: string }>();
  private socket: Socket | null = null;
  private up = false;
  private next = 0;
  private over = false;
  private readonly pinger: NodeJS.Timeout;

  /** `url`: mqtt://[user:password@]host[:1883], mqtts://… (the broker's certificate may be self-signed) */
  constructor(url: string, say: (line: string) => void) {
    this.url = new URL(url);
    if (!['mqtt:', 'mqtts:'].includes(this.url.protocol)) throw new Error(`${url}: neither mqtt:// nor mqtts://`);
    this.say = say;
    this.pinger = setInterval(() => { if (this.up) this.socket?.write(packet(0xc0)); }, keepAliveS * 500);
    this.open();
  }

  private open(): void {
    const { protocol, hostname, port } = this.url;
    const secure = protocol === 'mqtts:';
    const where = { host: hostname, port: Number(port || (secure ? 8883 : 1883)) };
    const socket = secure ? connectSecure({ ...where, rejectUnauthorized: false }) : connect(where);
    let bytes: Buffer = Buffer.alloc(0);
    this.socket = socket;
    socket.once(secure ? 'secureConnect' : 'connect', () => socket.write(this.hello()));
    socket.on('data', (data: Buffer) => {
      const { packets, rest } = readPackets(Buffer.concat([bytes, data]));
      bytes = rest;
      for (const { type, body } of packets) this.take(type, body);
    });
    socket.on('error', (error) => this.say(`sensors: ${error.message}`));
    socket.on('close', () => {
      this.up = false;
      if (!this.over) setTimeout(() => this.open(), retryMs);
    });
  }

  private hello(): Buffer {
    const [user, password] = [decodeURIComponent(this.url.username), decodeURIComponent(this.url.password)];
    const flags = 2 | (user ? 0x80 : 0) | (password ? 0x40 : 0);
    return packet(0x10, text('MQTT'), Buffer.from([4, flags]), u16(keepAliveS), text(`townwall-feeds-${process.pid}`), ...(user ? [text(user)] : []),
      ...(password ? [text(password)] : []));
  }

  private take(type: number, body: Buffer): void {
    if (type === 2 && body[1] !== 0) {
      this.say(`sensors: the broker refuses the connection (${body[1]})`);
      this.socket?.destroy();
    } else if (type === 2) {
      this.up = true;
      for (const id of this.waiting.keys()) this.write(id, true);
    } else if (type === 4) {
      this.waiting.delete(body.readUInt16BE(0));
    }
  }

  private write(id: number, again: boolean): void {
    const { topic, message } = this.waiting.get(id)!;
    this.socket?.write(packet(again ? 0x3a : 0x32, text(topic), u16(id), Buffer.from(message)));
  }

  publish(topic: string, message: string): void {
    do this.next = (this.next % 65_535) + 1;
    while (this.waiting.has(this.next) && this.waiting.size < 65_535);
    this.waiting.set(this.next, { topic, message });
    if (this.up) this.write(this.next, false);
  }

  end(): void {
    this.over = true;
    clearInterval(this.pinger);
    this.socket?.end(packet(0xe0));
  }
}
