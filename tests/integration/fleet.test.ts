// Many cameras beside each other: pictures whose decoder dies, platforms with few streams, outages of whole hosts.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { childrenOf } from '../../tools/benches/common/processes.ts';
import { gstPeer, isLive, Rig, simulator, type Link } from '../lib/media.ts';
import { orderAt } from '../lib/simulator.ts';

const rig = new Rig();
after(() => rig.stop());
const start = rig.start.bind(rig), portOf = rig.portOf.bind(rig);

const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

// mostly waiting, each for programs of its own
describe('fleet', { concurrency: 4 }, () => {
  for (const [what, signal] of [['dies', 'SIGSEGV'], ['hangs', 'SIGSTOP']] as const)
    test(`a picture process that ${what} is replaced, its camera set aside, the others go on`, async () => {
      const link = await start({ picture_cores: 1, picture_deadline_s: 3 });
      const cameras = range(12);
      // so many keyframes that the process has one in hand most of the time
      const port = await portOf(simulator(link.dir, '--cameras', '12', '--gop', '4'));
      link.cameras(cameras.map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/main` })));
      link.send({ t: 'watch', all: true, visible: [], alert: [] });
      await link.until('a picture of each', () => cameras.every((n) => link.thumbs.some((thumb) => thumb.n === n)));
      const crashed = () => cameras.filter((n) => link.states.get(n)?.reason === 'decoder_crashed');
      const told = (key: string): number => link.messages.findLast((m) => m.t === 'stats')?.[key] ?? 0;
      for (let kills = 0; crashed().length === 0; kills++) {
        assert.ok(kills < 200, `no camera was set aside by ${signal}`);
        const replaced = told('picture_workers_replaced');
        const [pid] = childrenOf(link.pid); // the picture processes
        if (pid !== undefined) process.kill(pid, signal);
        await link.until('the process is replaced', () => pid === undefined || told('picture_workers_replaced') > replaced);
      }
      const [aside = 0] = crashed();
      link.send({ t: 'snapshot', req: 5, n: aside, width: 0 });
      await link.until('told why there is no snapshot', () => link.messages.some((m) => m.t === 'snapshot_failed' && m.req === 5 && m.code === 'decoder_crashed'));
      assert.equal(link.states.get(aside)!.state, 'stale');
      const others = cameras.filter((n) => n !== aside);
      const seen = new Map(others.map((n) => [n, link.thumbs.filter((thumb) => thumb.n === n).length]));
      await link.until('the others go on', () => others.every((n) => link.thumbs.filter((thumb) => thumb.n === n).length > seen.get(n)!));
      for (const n of others) assert.equal(link.states.get(n)!.state, 'live');
      link.subscribe(1, aside);
      await link.until('live viewing is not touched', () => link.unitsOf(1).length > 20);
      assert.match(link.log, new RegExp(`c${aside}/sub: the picture process ended \\((SIGSEGV|no answer in 3.0 s)\\)`));
    });

  test('an outage of a host is told as one, and the first that is back wakes the others', async () => {
    const link = await start({ backoff_min_s: 5, backoff_max_s: 600 });
    const cameras = range(40);
    const first = simulator(link.dir, '--cameras', '40');
    const port = await portOf(first);
    link.cameras(cameras.map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
    const live = () => cameras.filter((n) => isLive(link, n)).length;
    await link.until('all live', () => live() === 40);
    first.process.kill('SIGKILL');
    await link.until('all down', () => cameras.every((n) => link.states.get(n)?.state === 'down'));
    await link.until('told as one', () => /\d+ of 40 streams of 127\.0\.0\.1 have no picture: .*; the first is c\d+\/sub: /.test(link.log));
    await link.until('told in the figures', () => link.messages.findLast((m) => m.t === 'stats')?.outages[0]?.down === 40);
    const [outage] = link.messages.findLast((m) => m.t === 'stats').outages;
    assert.equal(outage.host, '127.0.0.1');
    assert.equal(outage.of, 40);
    await portOf(simulator(link.dir, '--cameras', '40', '--port', String(port)));
    await link.until('all live again', () => live() === 40, 60000);
    await link.until('told so', () => link.log.includes('all 40 streams of 127.0.0.1 are live again'));
    assert.doesNotMatch(link.log, /WARN camera:c\d+/);
  });

  test('connecting is paced per host, this machine included when configured so', async () => {
    const link = await start({ pace_loopback: true, connect_per_host: 2, connect_rate_per_host: 20 });
    const cameras = range(32);
    const port = await portOf(simulator(link.dir, '--cameras', '32'));
    const begun = performance.now();
    link.cameras(cameras.map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub` })));
    await link.until('all live', () => cameras.every((n) => isLive(link, n)));
    assert.ok(performance.now() - begun >= (30 / 20) * 1000 * 0.95, 'two at once, then twenty a second');
  });

  test('a password that three cameras of a host refused is not tried on the others', async () => {
    const link = await start({ pace_loopback: true, connect_per_host: 1, connect_rate_per_host: 1000 });
    const cameras = range(12);
    const port = await portOf(simulator(link.dir, '--cameras', '12', '--auth', 'digest', '--user', 'admin', '--password', 'right'));
    const url = (n: number, password: string) => `rtsp://admin:${password}@127.0.0.1:${port}/cam/${n}/sub`;
    link.cameras(cameras.map((n) => ({ n, id: `c${n}`, sub_url: url(n, n > 10 ? 'right' : 'wrong') })));
    await link.until('told', () => cameras.every((n) => (n > 10 ? isLive(link, n) : link.states.get(n)?.reason === 'wrong_password')));
    const asked = cameras.filter((n) => n <= 10 && !link.states.get(n)!.detail!.startsWith('not asked'));
    assert.equal(asked.length, 3, JSON.stringify([...link.states.values()].map((state) => state.detail)));
  });

  /** Cameras of one platform that allows `streams` at once, all of mode sampled. */
  async function platform(count: number, streams: number, media: Record<string, unknown>): Promise<{ link: Link; control: string; cameras: number[] }> {
    const link = await start({ ...media, sampled: { streams, visible_s: 0.5, idle_s: 1 } });
    const control = `${link.dir}/simcams.sock`;
    const port = await portOf(simulator(link.dir, '--cameras', String(count), '--control', control));
    await orderAt(control, { cmd: 'fault', kind: 'platform', value: streams, all: true });
    const cameras = range(count);
    link.cameras(cameras.map((n) => ({ n, id: `c${n}`, sub_url: `rtsp://127.0.0.1:${port}/cam/${n}/sub`, mode: 'sampled' })));
    return { link, control, cameras };
  }

  test('a platform of few streams is sampled in turn, its pictures as old as they say', async () => {
    const { link, control, cameras } = await platform(9, 2, {});
    link.send({ t: 'watch', all: true, visible: [4], alert: [] });
    let most = 0;
    const look = (async () => {
      for (;;) {
        const { playing } = await orderAt(control, { cmd: 'stats' });
        most = Math.max(most, Number(playing));
        if (cameras.every((n) => link.thumbs.filter((thumb) => thumb.n === n).length > 1)) return;
      }
    })();
    await link.until('two pictures of each', () => cameras.every((n) => link.thumbs.filter((thumb) => thumb.n === n).length > 1), 90000);
    await look;
    assert.ok(most <= 2, `${most} streams at once`);
    const times = new Map(cameras.map((n) => [n, link.thumbs.filter((thumb) => thumb.n === n).map((thumb) => thumb.wall)]));
    for (const n of cameras) {
      assert.equal(link.states.get(n)!.state, 'sampled', JSON.stringify(link.states.get(n)));
      assert.equal(link.states.get(n)!.reason, null);
      for (const [i, wall] of times.get(n)!.entries()) if (i) assert.ok(wall > times.get(n)![i - 1]!);
    }
    const others = cameras.filter((n) => n !== 4).map((n) => times.get(n)!.length);
    assert.ok(times.get(4)!.length > Math.max(...others), 'what is seen comes more often');
  });

  test('a live viewer goes before the turns, and is told when all streams are watched', async () => {
    const { link, control, cameras } = await platform(6, 1, { main_linger_s: 1 });
    link.send({ t: 'watch', all: true, visible: [], alert: [] });
    await link.until('turns', () => cameras.filter((n) => link.states.get(n)?.state === 'sampled').length > 1);
    link.subscribe(1, 5);
    await link.until('live', () => link.unitsOf(1).length > 30 && isLive(link, 5));
    assert.equal((await orderAt(control, { cmd: 'stats' })).playing, 1);
    link.subscribe(2, 6);
    await link.until('refused', () => link.messages.some((m) => m.t === 'ended' && m.sub === 2));
    const ended = link.messages.find((m) => m.t === 'ended' && m.sub === 2);
    assert.equal(ended.code, 'limit_reached');
    assert.match(ended.detail, /^all 1 streams of 127\.0\.0\.1:\d+ are being watched$/);
    assert.notEqual(link.states.get(6)?.state, 'live');
    link.send({ t: 'unsubscribe', sub: 1 });
    link.subscribe(3, 6);
    await link.until('the next viewer', () => link.unitsOf(3).length > 10 && isLive(link, 6));
    link.send({ t: 'unsubscribe', sub: 3 });
    const seen = link.thumbs.length;
    await link.until('turns go on', () => link.thumbs.length > seen + 6, 60000);
  });

  test('a diagnosis counts against the cap of a platform', async () => {
    const { link, control, cameras } = await platform(4, 1, { main_linger_s: 1 });
    link.send({ t: 'watch', all: true, visible: [], alert: [] });
    await link.until('turns', () => cameras.filter((n) => link.states.get(n)?.state === 'sampled').length > 1);
    const answer = (req: number) => link.messages.find((m) => m.t === 'diagnosis' && m.req === req);
    let most = 0, done = false;
    const look = (async () => {
      while (!done) most = Math.max(most, Number((await orderAt(control, { cmd: 'stats' })).playing));
    })();
    link.send({ t: 'diagnose', req: 1, n: 1, profile: 'sub' });
    await link.until('a turn makes room', () => answer(1));
    assert.deepEqual(answer(1).verdict, { ok: true }, JSON.stringify(answer(1)));
    link.subscribe(1, 2);
    await link.until('somebody watches', () => link.unitsOf(1).length > 5);
    link.send({ t: 'try', req: 2, url: `rtsp://127.0.0.1:${answer(1).address.match(/:(\d+)\//)[1]}/cam/3/sub` });
    await link.until('no room', () => answer(2));
    assert.equal(answer(2).verdict.code, 'limit_reached');
    assert.match(answer(2).verdict.detail, /all 1 streams of .* are being watched/);
    done = true;
    await look;
    assert.equal(most, 1, 'never two streams at once');
  });

  test('cameras of a gst-rtsp-server are sampled in turn', async () => {
    const link = await start({ sampled: { streams: 1, visible_s: 0.5, idle_s: 1 } });
    const port = await portOf(gstPeer(link.dir));
    link.cameras(['h264', 'h265'].map((name, i) => ({ n: i + 1, id: name, sub_url: `rtsp://127.0.0.1:${port}/${name}`, mode: 'sampled' })));
    link.send({ t: 'watch', all: true, visible: [], alert: [] });
    await link.until('pictures of both', () => [1, 2].every((n) => link.thumbs.filter((thumb) => thumb.n === n).length > 1), 60000);
    for (const n of [1, 2]) assert.equal(link.states.get(n)!.state, 'sampled');
  });
});
