// A real Mosquitto for one test file: plain and TLS listener, users or none, stopped when told.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../tools/supervise/ports.ts';
import { until } from './wait.ts';

export class Mosquitto {
  port = 0;
  tlsPort = 0;
  child: ChildProcess | null = null;
  private readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  get ca(): string {
    return join(this.dir, 'broker.crt');
  }

  /** `user`: "name:password", the only one who may connect to the TLS listener. */
  async start(user = 'sensor:secret'): Promise<void> {
    mkdirSync(this.dir, { recursive: true });
    chmodSync(this.dir, 0o755);
    if (!this.port) {
      this.port = await freePort('127.0.0.1', 0);
      this.tlsPort = await freePort('127.0.0.1', 0);
      this.makeFiles(user);
    }
    // a file: a pipe is full while this process waits for mosquitto_pub, and the broker waits with it
    const log = openSync(join(this.dir, 'mosquitto.log'), 'a');
    this.child = spawn('mosquitto', ['-c', join(this.dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    for (const port of [this.port, this.tlsPort])
      await until(`mosquitto listens (${join(this.dir, 'mosquitto.log')})`, () => new Promise<boolean>((done) => {
        const socket = createConnection(port, '127.0.0.1', () => { socket.destroy(); done(true); });
        socket.on('error', () => done(false));
      }));
  }

  private makeFiles(user: string): void {
    const [name = '', password = ''] = user.split(':');
    const run = (program: string, ...args: string[]): void => {
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${program}: ${stderr}`);
    };
    run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(this.dir, 'broker.key'), '-out', this.ca);
    run('mosquitto_passwd', '-b', '-c', join(this.dir, 'users'), name, password);
    for (const file of ['broker.key', 'users']) chmodSync(join(this.dir, file), 0o644);
    writeFileSync(join(this.dir, 'mosquitto.conf'), [
      'per_listener_settings true', 'user root', 'persistence true', `persistence_location ${this.dir}/`, 'autosave_interval 1', 'autosave_on_changes true',
      'max_queued_messages 0',
      `listener ${this.port} 127.0.0.1`, 'allow_anonymous true',
      `listener ${this.tlsPort} 127.0.0.1`, 'allow_anonymous false', `password_file ${join(this.dir, 'users')}`, `certfile ${this.ca}`,
      `keyfile ${join(this.dir, 'broker.key')}`, '',
    ].join('\n'));
  }

  /** Publishes one message of QoS 1 and waits until the broker has it. */
  publish(topic: string, message: string, ...more: string[]): void {
    const { status, stderr } = spawnSync('mosquitto_pub', ['-p', String(this.port), '-q', '1', '-t', topic, ...more, '-m', message], { encoding: 'utf8', timeout: 30_000 });
    if (status !== 0) throw new Error(`mosquitto_pub: ${stderr}`);
  }

  publishBytes(topic: string, message: Buffer): void {
    const { status, stderr } = spawnSync('mosquitto_pub', ['-p', String(this.port), '-q', '1', '-t', topic, '-s'], { encoding: 'utf8', timeout: 30_000, input: message });
    if (status !== 0) throw new Error(`mosquitto_pub: ${stderr}`);
  }

  /** The same for many, over one connection. (`mosquitto_pub -l` of 2.0.11 hangs now and then.) */
  async publishAll(messages: { topic: string; message: string }[]): Promise<void> {
    const socket = createConnection(this.port, '127.0.0.1');
    const packet = (head: number, ...parts: Buffer[]): Buffer => {
      const body = Buffer.concat(parts);
      const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
      return Buffer.concat([Buffer.from([head, ...length]), body]);
    };
    const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
    const text = (value: string): Buffer => Buffer.concat([u16(Buffer.byteLength(value)), Buffer.from(value)]);
    const all = [packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 60]), text(`pub${process.hrtime.bigint()}`))];
    messages.forEach(({ topic, message }, i) => all.push(packet(0x32, text(topic), u16(i + 1), Buffer.from(message))));
    let got = 0;
    await new Promise<void>((done, fail) => {
      socket.on('error', fail);
      socket.on('data', (part: Buffer) => {
        got += part.length; // a CONNACK and the PUBACKs have four bytes each
        if (got >= 4 * (messages.length + 1)) done();
      });
      socket.write(Buffer.concat(all));
    });
    socket.destroy();
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}
