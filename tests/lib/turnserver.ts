// A real coturn, with config/turnserver.conf changed as docs/mediation.md tells.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { until } from './wait.ts';

const EXAMPLE = resolve(import.meta.dirname, '../../config/turnserver.conf');

async function freePort(address: string): Promise<number> {
  const probe = createServer().listen(0, address);
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

export class TurnServer {
  readonly secret = randomBytes(24).toString('hex');
  readonly address: string;
  readonly port: number;
  private readonly tlsPort: number;
  private readonly dir = mkdtempSync(join(tmpdir(), 'townwall-turn-'));
  private process: ChildProcess | null = null;

  private constructor(address: string, port: number, tlsPort: number) {
    this.address = address;
    this.port = port;
    this.tlsPort = tlsPort;
  }

  /** `janus`: the only address that a relay leads to. */
  static async start(address: string, janus: string): Promise<TurnServer> {
    const server = new TurnServer(address, await freePort(address), await freePort(address));
    server.write(janus);
    await server.start();
    return server;
  }

  private path(name: string): string {
    return join(this.dir, name);
  }

  private write(janus: string): void {
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=turn.test', '-addext', `subjectAltName=IP:${this.address}`,
      '-keyout', this.path('privkey.pem'), '-out', this.path('fullchain.pem')], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    const values: Record<string, string | number> = {
      'listening-ip': this.address, 'listening-port': this.port, 'tls-listening-port': this.tlsPort, cert: this.path('fullchain.pem'), pkey: this.path('privkey.pem'), realm: 'turn.test',
      'static-auth-secret': this.secret, 'allowed-peer-ip': janus,
    };
    let text = readFileSync(EXAMPLE, 'utf8');
    for (const [key, value] of Object.entries(values)) {
      const line = new RegExp(`^${key}=.*$`, 'm');
      if (!line.test(text)) throw new Error(`config/turnserver.conf has no ${key}`);
      text = text.replace(line, `${key}=${value}`);
    }
    writeFileSync(this.path('turnserver.conf'), `${text}\nuserdb=${this.path('turndb')}\npidfile=${this.path('pid')}\n`);
  }

  async start(): Promise<void> {
    const log = openSync(this.path('log'), 'a');
    this.process = spawn('turnserver', ['-c', this.path('turnserver.conf'), '--log-file', 'stdout'], { stdio: ['ignore', log, log] });
    await until('turnserver takes connections', () => {
      if (this.process?.exitCode !== null) throw new Error(this.log());
      return this.answers();
    });
  }

  private answers(): Promise<boolean> {
    return new Promise((done) => {
      const socket = connect(this.port, this.address, () => done(true)).on('error', () => done(false));
      socket.on('connect', () => socket.destroy());
    });
  }

  log(): string {
    return readFileSync(this.path('log'), 'utf8');
  }

  /** A login as our server makes it, good until then (seconds since 1970). */
  login(until: number, secret = this.secret): RTCIceServer {
    const username = `${Math.round(until)}:x`;
    return { urls: this.url, username, credential: createHmac('sha1', secret).update(username).digest('base64') };
  }

  /** What coturn's own client is told that asks for a relay that leads to `peer`. */
  ask(peer: string): string {
    const { username = '', credential = '' } = this.login(Date.now() / 1000 + 3600);
    const asked = spawnSync('turnutils_uclient', ['-t', '-c', '-n', '1', '-m', '1', '-u', username, '-w', credential ?? '', '-e', peer, '-p', String(this.port), this.address],
      { encoding: 'utf8', timeout: 20_000 });
    return asked.stdout + asked.stderr;
  }

  /** The type of the answer to a STUN binding request over TLS, the certificate being what was written: 0x0101 is a success. */
  bindOverTls(): Promise<number> {
    const request = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)]); // RFC 8489, 5
    return new Promise((done, fail) => {
      const socket = connectTls({ host: this.address, port: this.tlsPort, ca: readFileSync(this.path('fullchain.pem')) }, () => socket.write(request));
      socket.once('data', (answer) => {
        socket.destroy();
        done(answer.readUInt16BE(0));
      }).once('error', fail);
    });
  }

  get url(): string {
    return `turn:${this.address}:${this.port}?transport=tcp`;
  }

  async stop(): Promise<void> {
    const process = this.process;
    this.process = null;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const over = once(process, 'exit');
    process.kill('SIGKILL');
    await over;
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
