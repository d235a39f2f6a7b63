// An RTSP relay whose UDP is a bad network: it mixes, doubles and loses packets, always the same ones.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Mischief {
  /** So many packets that came together leave in reverse order. */
  reversed?: number;
  /** Each N-th is sent twice, the second time after those that came with it. */
  doubled?: number;
  /** Each N-th never arrives. */
  lost?: number;
}

const GATHER_MS = 4;

export class UdpRelay {
  private readonly server: Server;
  private readonly open = new Set<{ close(): void }>();
  private readonly mischief: Mischief;
  port = 0;
  lost = 0;
  doubled = 0;

  constructor(cameraPort: number, mischief: Mischief) {
    this.mischief = mischief;
    this.server = createServer((client) => this.accept(client, connect(cameraPort, '127.0.0.1')));
  }

  async listen(): Promise<number> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
    return this.port;
  }

  stop(): void {
    this.server.close();
    for (const one of this.open) one.close();
  }

  private accept(client: Socket, camera: Socket): void {
    const pair = { close: () => [client, camera].forEach((socket) => socket.destroy()) };
    this.open.add(pair);
    for (const socket of [client, camera]) {
      socket.on('error', () => pair.close());
      socket.on('close', () => pair.close());
    }
    camera.on('data', (data) => client.write(data));
    // requests one after the other: a SETUP is held until its sockets are there
    let turn = Promise.resolve();
    client.on('data', (data: Buffer) => {
      turn = turn.then(async () => void camera.write(await this.instead(data.toString('latin1')), 'latin1'));
    });
  }

  /** The client's ports in a SETUP are replaced by ours. */
  private async instead(text: string): Promise<string> {
    const ports = /client_port=(\d+)-(\d+)/.exec(text);
    if (!ports) return text;
    const rtp = await this.socket(Number(ports[1]), this.mischief);
    const rtcp = await this.socket(Number(ports[2]), {});
    return text.replace(ports[0], `client_port=${rtp}-${rtcp}`);
  }

  private async socket(to: number, mischief: Mischief): Promise<number> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
    this.open.add(socket);
    let count = 0;
    let waiting: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    socket.on('close', () => clearTimeout(timer));
    socket.on('message', (packet: Buffer) => {
      if (mischief.lost && ++count % mischief.lost === 0) return void this.lost++;
      if (waiting.push(packet) === 1) timer = setTimeout(() => (this.send(socket, to, waiting, mischief), (waiting = [])), GATHER_MS);
    });
    return socket.address().port;
  }

  private send(socket: UdpSocket, to: number, packets: Buffer[], { reversed = 1, doubled = 0 }: Mischief): void {
    const again: Buffer[] = [];
    for (let at = 0; at < packets.length; at += reversed)
      for (const packet of packets.slice(at, at + reversed).reverse()) {
        socket.send(packet, to, '127.0.0.1');
        if (doubled && packet.readUInt16BE(2) % doubled === 0) again.push(packet);
      }
    this.doubled += again.length;
    for (const packet of again) socket.send(packet, to, '127.0.0.1');
  }
}
