// Rooms of meetings: some seats of the first room are real Chromium, all others light clients with WebSocket and WebRTC code that
// is not ours (aiortc), which count packets and do not decode. From the WebSocket's beginning to the first picture (Chromium) or
// packet; the same when a seat begins anew; packets of sound that are missing; CPU of townwalld beside that of Janus.
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Person } from '../../tests/lib/client.ts';
import { Guest, Host } from '../../tests/lib/meet.ts';
import { emptySite, Seat as PageSeat, startMediaBrowser } from '../../tests/lib/rtc-page.ts';
import { PeerSeat } from '../../tests/lib/rtc-seat.ts';
import { Wire } from '../../tests/lib/rtc-wire.ts';
import { startSmallStack, stopStack } from '../../tests/lib/stack.ts';
import { until } from '../../tests/lib/wait.ts';
import type { Stack } from '../supervise/stack.ts';
import { conclude, growth, percentile, printRound } from './common/figures.ts';
import { readOptions } from './common/options.ts';
import { cpuSeconds, descriptorsOf, residentMb } from './common/processes.ts';
import { buildFor } from './common/town.ts';

const options = readOptions('rooms', { rooms: [10, 1, 100], seats: [5, 2, 20], browsers: [2, 0, 5], seconds: [600, 1, 86400], speakers: [1, 1, 20] }, ['no-build', 'picture']);

const SAMPLE_S = 5, LINE_EVERY_S = 300;

interface Room { id: string; host: Host; guests: { guest: Guest; seat: string }[] }

async function must<T extends { status: number; body: unknown }>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await call();
    if (answer.status < 300) return answer;
    if (answer.status !== 429) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    await pause(2000); // so many a minute come in from one address
  }
}

/** Of all light clients: packets, of them voice, missing voice by its numbers, CPU. */
function sum(light: PeerSeat[]): { rtp: number; voice: number; lost: number; cpu: number } {
  const all = { rtp: 0, voice: 0, lost: 0, cpu: 0 };
  for (const { numbers } of light) {
    all.rtp += numbers.rtp;
    all.voice += numbers.voice;
    all.lost += numbers.voice_lost;
    all.cpu += numbers.cpu_s;
  }
  return all;
}

/** Everybody is let in, nobody has media yet. */
async function makeRoom(stack: Stack, host: Host, n: number): Promise<Room> {
  const at = (hours: number): string => String((Date.now() + (n * 3 + hours) * 3_600_000) * 1000);
  const seats = Array.from({ length: options.seats - 1 }, (_, i) => ({ role: 'official', name: `第${i + 1}席` }));
  const made = await must(() => host.request('POST', '', { kind: 'talk', title: `会商 ${n}`, starts_us: at(0), ends_us: at(1), place: `会议室 ${n}`, seats }));
  const meeting = made.body.meeting as { id: string; seats: { id: string }[] };
  await must(() => host.act(meeting.id, 'open'));
  const guests: Room['guests'] = [];
  for (const { id } of meeting.seats.slice(1)) {
    const guest = new Guest(stack.url);
    const link = await host.invite(meeting.id, id);
    await must(() => guest.enter(link));
    await must(() => host.act(meeting.id, 'admit', { seat: id }));
    guests.push({ guest, seat: id });
  }
  return { id: meeting.id, host, guests };
}

async function joinChromium(browser: Awaited<ReturnType<typeof startMediaBrowser>>, site: string, stack: Stack, room: Room, index: number): Promise<{ seat: PageSeat; wire: Wire; ms: number }> {
  const { guest, seat } = room.guests[index]!;
  const begun = performance.now();
  const wire = await Wire.open(stack.url, guest.cookie, room.id);
  const page = await PageSeat.open(browser, site, wire, seat);
  wire.begin();
  await until('its first picture', async () => (await page.look()).joinMs !== null).catch(async (error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(await page.look())}`);
  });
  return { seat: page, wire, ms: performance.now() - begun };
}

/** Nothing but talk: what the two programs hold meanwhile, and how many descriptors more at its end. */
async function steady(server: number, janus: number, lost: () => number): Promise<{ memory: { server: number; janus: number }[]; descriptors: number }> {
  const count = (): number => descriptorsOf(server) + descriptorsOf(janus);
  const begun = performance.now(), had = count(), memory: { server: number; janus: number }[] = [];
  for (let next = LINE_EVERY_S; ;) {
    const left = options.seconds - (performance.now() - begun) / 1000;
    if (left <= 0) return { memory, descriptors: count() - had };
    await pause(Math.min(SAMPLE_S, left) * 1000);
    memory.push({ server: residentMb(server), janus: residentMb(janus) });
    if (options.seconds - left < next - SAMPLE_S) continue;
    next += LINE_EVERY_S;
    printRound({ phase: 'talk', seconds: Math.round((performance.now() - begun) / 1000), lost: lost(), server_mb: memory.at(-1)!.server, janus_mb: memory.at(-1)!.janus });
  }
}

async function main(): Promise<void> {
  if (!options['no-build']) buildFor(false);
  const stack = await startSmallStack({ cameras: 1, simulator: false, config: { server: { max_clients: 2000 } } });
  const light: PeerSeat[] = [];
  const meetings = new Map<PeerSeat, string>();
  const site = await emptySite();
  const browser = options.browsers > 0 ? await startMediaBrowser() : null;
  try {
    const host = new Host(await Person.login(stack, 'mediator'));
    const rooms: Room[] = [];
    for (let n = 0; n < options.rooms; n++) rooms.push(await makeRoom(stack, host, n));
    for (const [n, room] of rooms.entries()) {
      const pages = n === 0 && browser ? Math.min(options.browsers, room.guests.length) : 0;
      const cookies = [room.host.person.cookie, ...room.guests.slice(pages).map(({ guest }) => guest.cookie)];
      for (const [i, cookie] of cookies.entries()) {
        const flags = ['--sound', ...(i >= options.speakers ? ['--quiet'] : []), ...(options.picture || pages > 0 ? ['--picture'] : [])];
        const seat = new PeerSeat(stack.url, cookie, room.id, ...flags);
        light.push(seat);
        meetings.set(seat, room.id);
        await until('it has begun', () => seat.numbers.gen > 0);
      }
    }
    if (options.seats > 1) await until('all receive', () => light.every((seat) => seat.numbers.joins_ms.length > 0), 180_000);
    const joins = light.map((seat) => seat.numbers.joins_ms[0]!);
    const chromium: number[] = [];
    for (let i = 0; browser && i < options.browsers; i++) chromium.push((await joinChromium(browser, site.url, stack, rooms[0]!, i)).ms);
    printRound({ phase: 'joined', seats: light.length + chromium.length, join_p50_ms: percentile([...joins, ...chromium], 50), chromium_ms: chromium });

    const pid = (name: string): number => stack.children.get(name)!.pid!;
    const before = { server: cpuSeconds(pid('townwalld')), janus: cpuSeconds(pid('janus')), ...sum(light) };
    const { memory, descriptors } = await steady(pid('townwalld'), pid('janus'), () => sum(light).lost - before.lost);
    const used = { server: cpuSeconds(pid('townwalld')) - before.server, janus: cpuSeconds(pid('janus')) - before.janus };
    const now = sum(light);
    const [voice, lost, clients] = [now.voice - before.voice, now.lost - before.lost, now.cpu - before.cpu];
    printRound({ phase: 'steady', packets: now.rtp - before.rtp, voice, lost, server_cpu_s: used.server, janus_cpu_s: used.janus, clients_cpu_s: clients });

    const again: number[] = [];
    for (let i = 0; i < Math.min(20, light.length); i++) {
      const seat = light[randomInt(light.length)]!;
      const had = seat.numbers.joins_ms.length;
      seat.send({ t: 'rtc', meeting: meetings.get(seat)!, op: 'hello', gen: 0 });
      await until('it receives again', () => seat.numbers.joins_ms.length > had);
      again.push(seat.numbers.joins_ms.at(-1)!);
    }
    const people = light.length + chromium.length;
    const cut = light.filter((seat) => seat.said.some((one) => one['op'] === 'gone' && one['why'] === 'media_away')).length;
    const all = [...joins, ...chromium];
    conclude('rooms', {
      rooms: options.rooms, seats: people, seconds: options.seconds, join_p50_ms: percentile(all, 50), join_p99_ms: percentile(all, 99),
      chromium_join_p50_ms: chromium.length ? percentile(chromium, 50) : null, reconnect_p50_ms: percentile(again, 50), reconnect_p99_ms: percentile(again, 99),
      audio_loss_pct: voice > 0 ? (100 * lost) / (voice + lost) : 100, server_cpu_share_of_janus: used.janus > 0 ? used.server / used.janus : 0,
      janus_cpu_pct_per_seat: (100 * used.janus) / options.seconds / people, server_cpu_pct_per_seat: (100 * used.server) / options.seconds / people,
      client_cpu_pct: light.length ? (100 * clients) / options.seconds / light.length : 0, cut,
      server_memory_growth: growth(memory.map(({ server }) => server)), janus_memory_growth: growth(memory.map(({ janus }) => janus)), descriptor_growth: descriptors,
    });
  } finally {
    for (const seat of light) await seat.stop();
    await browser?.close();
    site.server.close();
    await stopStack(stack);
  }
}

await main();
