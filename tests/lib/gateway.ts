// A gateway of messages as others run them: it takes, drips, fails, redirects, speaks other languages; everything that was asked of it is kept.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Asked { path: string; key: string; body: string; headers: IncomingMessage['headers'] }

export class Gateway {
  readonly asked: Asked[] = [];
  /** What a path answers; absent: 404. */
  readonly answers = new Map<string, (asked: Asked, response: ServerResponse, nth: number) => void>();
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async open(tls?: { key: string; cert: string }): Promise<Gateway> {
    const server = tls ? createTlsServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }) : createServer();
    const gateway = new Gateway(server as Server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void gateway.take(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return gateway;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += piece;
    const path = request.url ?? '';
    const asked = { path, key: String(request.headers['idempotency-key'] ?? ''), body, headers: request.headers };
    this.asked.push(asked);
    const answer = this.answers.get(path.split('?')[0] ?? '');
    if (answer) answer(asked, response, this.of(path).filter((one) => one.key === asked.key).length);
    else response.writeHead(404).end();
  }

  of(path: string): Asked[] {
    return this.asked.filter((one) => one.path.split('?')[0] === path.split('?')[0]);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A certificate that signs itself, for that address. */
export function certificate(dir: string, name: string, address: string): { key: string; cert: string } {
  const key = join(dir, `${name}.key`), cert = join(dir, `${name}.pem`);
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', `/CN=${name}`,
    '-addext', `subjectAltName=${address}`, '-keyout', key, '-out', cert], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  return { key, cert };
}
