// A long answer of the server taken in as fast as it comes. fetch() holds the connection back while nobody reads its
// body, and its parser falls over a connection that ends just then: what may end at any time is read in this way.
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Person } from './client.ts';
import { until } from './wait.ts';

export class Download {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  private readonly answer: IncomingMessage;
  private readonly parts: Buffer[] = [];
  private size = 0;
  /** How it ended: said by the server, or with the connection alone; null: it goes on. */
  ended: 'whole' | 'cut' | null = null;

  private constructor(answer: IncomingMessage) {
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    this.answer = answer;
    answer.on('data', (part: Buffer) => {
      this.parts.push(part);
      this.size += part.length;
    });
    answer.on('error', () => undefined); // 'close' follows
    answer.on('close', () => { this.ended = answer.complete ? 'whole' : 'cut'; });
  }

  /** Resolves when the headers are there. */
  static open(person: Person, path: string): Promise<Download> {
    const url = new URL(person.url + path);
    const ask = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((done, fail) => {
      // no connection of others: it ends with this
      const asked = ask(url, { headers: { cookie: person.cookie }, agent: false, rejectUnauthorized: false }, (answer) => done(new Download(answer)));
      asked.on('error', fail);
      asked.end();
    });
  }

  /** All that came until now. */
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  /** Until so many bytes are there, or it has ended. */
  async atLeast(bytes: number): Promise<Buffer> {
    await until(`${bytes} bytes of an answer`, () => this.size >= bytes || this.ended !== null);
    return this.bytes();
  }

  /** Until the server ends it. */
  async whole(): Promise<Buffer> {
    await until('the end of an answer', () => this.ended !== null);
    if (this.ended === 'cut') throw new Error(`the connection was cut after ${this.size} bytes`);
    return this.bytes();
  }

  close(): void {
    this.answer.destroy();
  }
}
