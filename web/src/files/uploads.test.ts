import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../stores/api.ts';
import { Uploads, type Send } from './uploads.ts';
import { sizeWords, type Attachment } from './wire.ts';

const photo = { id: 'f1', name: 'a.jpg', kind: 'jpeg' } as Attachment;
const file = (name: string): File => new File(['x'], name);
const lost = new ApiError(0, 'offline', { zh: '', en: '' });

describe('uploads', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('go one after the other, each with its own key', async () => {
    const sent: string[] = [];
    const uploads = new Uploads((one) => (sent.push(one.key), Promise.resolve(photo)));
    const [a, b] = uploads.add('c', [file('a.jpg'), file('b.jpg')]);
    await vi.runAllTimersAsync();
    expect(sent).toEqual([a!.key, b!.key]);
    expect(uploads.of('c').map(({ state, part }) => [state, part])).toEqual([['done', 1], ['done', 1]]);
    expect(uploads.of('d')).toEqual([]);
  });

  it('are tried again with the same key after a lost line, with pauses that grow', async () => {
    const tries: { key: string; atMs: number }[] = [];
    const send: Send = (one) => {
      tries.push({ key: one.key, atMs: Date.now() });
      return tries.length < 4 ? Promise.reject(lost) : Promise.resolve(photo);
    };
    const uploads = new Uploads(send);
    const [one] = uploads.add('c', [file('a.jpg')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(one!.state).toBe('pausing');
    await vi.runAllTimersAsync();
    expect([one!.state, new Set(tries.map(({ key }) => key)).size]).toEqual(['done', 1]);
    expect(tries.slice(1).map(({ atMs }, i) => atMs - tries[i]!.atMs)).toEqual([1000, 2000, 4000]);
  });

  it('go on at once when somebody says so', async () => {
    let fail = true;
    const uploads = new Uploads(() => (fail ? Promise.reject(lost) : Promise.resolve(photo)));
    const [one] = uploads.add('c', [file('a.jpg')]);
    await vi.advanceTimersByTimeAsync(0);
    fail = false;
    uploads.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(one!.state).toBe('done');
  });

  it('that are refused are told and not tried again; the next ones go', async () => {
    const words = { zh: '图片已损坏', en: 'damaged' };
    const uploads = new Uploads((one) => (one.name === 'a.jpg' ? Promise.reject(new ApiError(422, 'damaged', words)) : Promise.resolve(photo)));
    const [a, b] = uploads.add('c', [file('a.jpg'), file('b.jpg')]);
    await vi.runAllTimersAsync();
    expect([a!.state, a!.words, b!.state]).toEqual(['refused', words, 'done']);
    uploads.drop(a!.key);
    expect(uploads.list.length).toBe(1);
  });

  it('can be stopped', async () => {
    const uploads = new Uploads((_one, _body, _progress, stop) => new Promise((_done, fail) => stop.addEventListener('abort', () => fail(lost))));
    const [one] = uploads.add('c', [file('a.jpg')]);
    uploads.drop(one!.key);
    await vi.runAllTimersAsync();
    expect(uploads.list).toEqual([]);
  });
});

it('tells sizes', () => {
  expect([sizeWords(1), sizeWords(340_400), sizeWords(2_340_000)]).toEqual(['1 KB', '340 KB', '2.3 MB']);
});
