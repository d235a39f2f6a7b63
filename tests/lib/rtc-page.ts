// Real Chromium at a seat: publishes its fake camera and microphone, receives what others send, by the messages of
// docs/mediation.md alone.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Desk } from './rtc-desk.ts';

/** `program`: begins Chromium elsewhere, in a network of its own. */
export function startMediaBrowser(more: string[] = [], program = '/usr/bin/chromium'): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--allow-loopback-in-peer-connection', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns', ...more],
  });
}

/** A page whose address is a secure context, with nothing in it. */
export async function emptySite(): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, answer) => { answer.setHeader('Content-Type', 'text/html'); answer.end('<!doctype html><title>seat</title>'); });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

export interface Track { seat: string; kind: string; packets: number; frames: number; width: number; lost: number; concealed: number; samples: number }
export interface Seen { gen: number; answered: boolean; tracks: Track[]; said: Record<string, unknown>[]; sentPackets: number; joinMs: number | null }

/** What runs in the page. */
function client(kinds: string[]): void {
  type Message = Record<string, unknown> & { op: string };
  const state = { gen: 0, answered: false, said: [] as Message[], streams: new Map<string, { seat: string; kind: string }>(), begun: performance.now(), joinMs: null as number | null, link: 0 };
  let send: RTCPeerConnection | null = null;
  let recv: RTCPeerConnection | null = null;
  const page = window as unknown as Record<string, unknown> & { toServer(message: unknown): void };
  const say = (op: string, more: object = {}): void => page.toServer({ t: 'rtc', op, gen: state.gen, ...more });

  async function publish(): Promise<void> {
    const wanted = kinds.filter((kind) => kind !== 'screen'); // every seat with a screen has both
    const pc = new RTCPeerConnection();
    send = pc;
    pc.onicecandidate = ({ candidate }) => { if (pc === send) say('trickle', { pc: 'send', candidate: candidate?.toJSON() ?? null }); };
    const named: { kind: string; sender: RTCRtpTransceiver }[] = [];
    if (wanted.length) {
      const pictures = wanted.includes('camera') ? (await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360, frameRate: 10 } })).getTracks() : [];
      const sound = new AudioContext(); // a voice that does not stop
      const voice = sound.createMediaStreamDestination();
      const tone = sound.createOscillator();
      tone.connect(voice);
      tone.start();
      for (const track of [...voice.stream.getTracks(), ...pictures]) {
        const video = track.kind === 'video';
        const sender = pc.addTransceiver(track, { direction: 'sendonly', sendEncodings: video ? [
          { rid: 'h', maxBitrate: 400_000 }, { rid: 'l', scaleResolutionDownBy: 2, maxBitrate: 100_000 }] : undefined });
        named.push({ kind: video ? 'camera' : 'mic', sender });
      }
    }
    if (kinds.includes('screen')) {
      const canvas = document.createElement('canvas');
      canvas.width = 320; canvas.height = 180;
      const paint = canvas.getContext('2d');
      setInterval(() => { if (paint) { paint.fillStyle = `hsl(${performance.now() / 10 % 360},80%,50%)`; paint.fillRect(0, 0, 320, 180); } }, 100);
      const track = canvas.captureStream(10).getVideoTracks()[0];
      if (track) named.push({ kind: 'screen', sender: pc.addTransceiver(track, { direction: 'sendonly' }) });
    }
    await pc.setLocalDescription();
    if (pc !== send) return;
    const offer = { sdp: pc.localDescription?.sdp, streams: named.map((one) => ({ mid: one.sender.mid, kind: one.kind })) };
    say('publish', offer);
    page.offerAgain = (): void => say('publish', offer);
    page.closeSend = (): void => pc.close();
  }

  function end(): void {
    send?.close(); recv?.close();
    send = recv = null;
    state.answered = false;
    state.streams.clear();
  }

  async function offered(message: Message): Promise<void> {
    if (recv && message.link !== state.link) { // another connection, whether or not the end of the old one was told
      recv.close();
      recv = null;
    }
    state.link = Number(message.link);
    if (!recv) {
      const fresh = new RTCPeerConnection();
      recv = fresh;
      fresh.onicecandidate = ({ candidate }) => { if (fresh === recv) say('trickle', { pc: 'recv', candidate: candidate?.toJSON() ?? null }); };
      fresh.ontrack = ({ track }) => {
        const element = document.createElement(track.kind === 'video' ? 'video' : 'audio');
        element.autoplay = true; element.muted = true;
        element.srcObject = new MediaStream([track]);
        if (track.kind === 'video') element.addEventListener('loadeddata', () => { state.joinMs ??= performance.now() - state.begun; });
        document.body.append(element);
      };
    }
    const pc = recv;
    await pc.setRemoteDescription({ type: 'offer', sdp: String(message.sdp) });
    await pc.setLocalDescription();
    state.streams.clear();
    for (const one of message.streams as { mid: string; seat: string; kind: string }[]) state.streams.set(one.mid, one);
    if (pc === recv) say('answer', { n: message.n, sdp: pc.localDescription?.sdp });
  }

  async function take(message: Message): Promise<void> {
    state.said.push({ ...message, sdp: undefined });
    if (message.op === 'ice' && message.gen === state.gen && send) return; // told twice
    if (message.op === 'ice') {
      end();
      state.gen = Number(message.gen);
      state.begun = performance.now();
      state.joinMs = null;
      await publish();
    } else if (message.gen !== state.gen) { /* of the past */
    } else if (message.op === 'answer') { await send?.setRemoteDescription({ type: 'answer', sdp: String(message.sdp) }); state.answered = true;
    } else if (message.op === 'offer') await offered(message);
    else if (message.op === 'gone') end();
    else if (message.op === 'pc' && message.pc === 'recv' && message.up === false) { recv?.close(); recv = null; }
  }
  let queue = Promise.resolve();
  page.fromServer = (message: Message): void => { queue = queue.then(() => take(message)).catch((error: unknown) => { state.said.push({ op: 'fault', why: String(error) }); }); };
  page.say = say;
  page.look = async (): Promise<unknown> => {
    const tracks: unknown[] = [];
    let sentPackets = 0;
    for (const report of send ? (await send.getStats()).values() : []) if (report.type === 'outbound-rtp') sentPackets += report.packetsSent;
    for (const report of recv ? (await recv.getStats()).values() : []) {
      const stream = report.type === 'inbound-rtp' ? state.streams.get(report.mid) : undefined;
      if (stream) tracks.push({ seat: stream.seat, kind: stream.kind, packets: report.packetsReceived, frames: report.framesDecoded ?? 0, width: report.frameWidth ?? 0,
        lost: report.packetsLost ?? 0, concealed: report.concealedSamples ?? 0, samples: report.totalSamplesReceived ?? 0 });
    }
    return { gen: state.gen, answered: state.answered, tracks, said: state.said, sentPackets, joinMs: state.joinMs };
  };
}

export class Seat {
  readonly id: string;
  readonly page: Page;
  private held: { op: string; messages: Record<string, unknown>[] } | null = null;
  private constructor(id: string, page: Page) { this.id = id; this.page = page; }

  static async open(browser: Browser, url: string, desk: Pick<Desk, 'do' | 'browsers'>, id: string, kinds = ['mic', 'camera']): Promise<Seat> {
    const page = await (await browser.newContext()).newPage();
    await page.exposeFunction('toServer', (message: unknown) => desk.do('message', { seat: id, message }));
    await page.goto(url);
    await page.evaluate(client, kinds);
    const seat = new Seat(id, page);
    desk.browsers.set(id, (message) => {
      if (message.op === seat.held?.op) seat.held?.messages.push(message);
      else seat.give(message);
    });
    return seat;
  }

  private give(message: Record<string, unknown>): void {
    void this.page.evaluate((m) => (window as unknown as { fromServer(m: unknown): void }).fromServer(m), message).catch(() => undefined);
  }

  /** Messages of this kind come late: all at once, when the returned function is called. */
  hold(op: string): { messages: Record<string, unknown>[]; release(): void } {
    const held = this.held = { op, messages: [] as Record<string, unknown>[] };
    return { messages: held.messages, release: () => { this.held = null; for (const message of held.messages) this.give(message); } };
  }

  /** The last offer once more. */
  offerAgain(): Promise<void> {
    return this.page.evaluate(() => (window as unknown as { offerAgain(): void }).offerAgain());
  }

  /** What it sends ends without a word to the server. */
  closeSend(): Promise<void> {
    return this.page.evaluate(() => (window as unknown as { closeSend(): void }).closeSend());
  }

  look(): Promise<Seen> {
    return this.page.evaluate(() => (window as unknown as { look(): Promise<Seen> }).look());
  }

  say(op: string, more: object): Promise<void> {
    return this.page.evaluate(([o, m]) => (window as unknown as { say(o: unknown, m: unknown): void }).say(o, m), [op, more] as const);
  }

  async track(seat: string, kind: string): Promise<Track | undefined> {
    return (await this.look()).tracks.find((one) => one.seat === seat && one.kind === kind);
  }
}
