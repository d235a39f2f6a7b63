// Sends events to a server as a feed does it: batches, signed with the feed's key (docs/feeds.md).
import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Event } from './recording.ts';

const path = '/api/v1/events';

/** What a feed tells: the fields that are the server's to fill are left out. */
export function itemOf({ source: _source, received_us: _received, skew_us: _skew, marks = [], ...told }: Event): object {
  const own = marks.filter((mark) => mark === 'exercise' || mark === 'test');
  return own.length ? { ...told, marks: own } : told;
}

export function signed(feed: string, key: string, body: string, nowUs: number): Record<string, string> {
  const time = `${Math.floor(nowUs / 1e6)}.${String(Math.floor(nowUs % 1e6)).padStart(6, '0')}`;
  const hash = createHash('sha256').update(body).digest('hex');
  const signature = createHmac('sha256', key).update(`POST\n${path}\n${time}\n${hash}\n`).digest('hex');
  return { 'content-type': 'application/json', 'x-townwall-feed': feed, 'x-townwall-time': time, 'x-townwall-signature': signature };
}

export interface Answer { status: number; body: string }

/** status 0: the server was not reached, or did not answer in time. Its certificate may be self-signed. */
export function post(url: string, headers: Record<string, string>, body: string, limitMs = 15_000): Promise<Answer> {
  const go = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((done) => {
    const fail = (): void => done({ status: 0, body: '' });
    const request = go(url + path, { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, rejectUnauthorized: false, timeout: limitMs }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (more: string) => { text += more; });
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body: text }));
      answer.on('error', fail);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', fail);
    request.end(body);
  });
}

export const nowUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);
