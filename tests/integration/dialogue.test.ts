// The conversation with a camera: manners of real ones, played by a server that a test scripts word by word.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Link, simulator, top, type Peer, type State } from '../lib/media.ts';
import { digestIsRight, frame, pictures, RtspServer, sdp, type Answer, type Request, type Script } from '../lib/rtsp-server.ts';
import { until } from '../lib/wait.ts';

const link = new Link();
const servers: RtspServer[] = [];
const peers: Peer[] = [];
const cameras = new Map<number, string>();
const watched = 900; // a simulator whose sessions end after 5 s of silence, from the first test to the last

before(async () => {
  pictures();
  await link.start({ no_data_s: 2, backoff_max_s: 1 });
  const peer = simulator(link.dir, '--cameras', '1', '--session-timeout', '5');
  peers.push(peer);
  link.subscribe(watched, await live(`rtsp://127.0.0.1:${await peer.port()}/cam/1/sub`));
});
after(async () => {
  const end = await link.stop().then(() => null, (error: unknown) => error);
  for (const server of servers) server.close();
  for (const peer of peers) await peer.stop();
  if (end) throw end as Error;
});

async function serve(script: Script = {}, path = '/live', address = '127.0.0.1'): Promise<RtspServer> {
  const server = await new RtspServer(script, path).listen(address);
  servers.push(server);
  return server;
}

function set(): void {
  link.cameras([...cameras].map(([n, url]) => ({ n, id: `c${n}`, url })));
}

/** Adds a camera. Returned: its handle. */
function add(url: string): number {
  const n = Math.max(0, ...cameras.keys(), ...link.states.keys()) + 1;
  cameras.set(n, url);
  set();
  return n;
}

function remove(n: number): void {
  cameras.delete(n);
  set();
}

async function live(url: string): Promise<number> {
  const n = add(url);
  await link.until(`${url} live`, () => link.states.get(n)?.state === 'live');
  return n;
}

async function down(url: string, limitMs?: number): Promise<State & { n: number }> {
  const n = add(url);
  await link.until(`${url} down`, () => link.states.get(n)?.state === 'down', limitMs);
  return link.states.get(n)!;
}

/** A camera that plays although it answers like this; then it is taken away and must be torn down. */
async function plays(script: Script, path = '/live'): Promise<RtspServer> {
  const server = await serve(script, path);
  const n = await live(server.url());
  remove(n);
  await until('TEARDOWN', () => server.methods().includes('TEARDOWN'));
  assert.equal(server.sessions.size, 0);
  return server;
}

const video = 'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n';
const describe = (body: string, headers = ['Content-Type: application/sdp']): Script => ({ DESCRIBE: () => ({ headers, body }) });
const transport = (value: string, more: string[] = []): Script => ({
  SETUP: (request) => {
    const server = servers.find((one) => one.requests.includes(request))!;
    server.setup(request, '', 'abc');
    return { headers: [...more, 'Session:   abc;timeout=60 ', `Transport: ${value}`] };
  },
});

// --- FIELD-NOTES "RTSP cameras" 1

test('ssrc with spaces, first, unknown; Transport with a trailing semicolon, none at all', async () => {
  await Promise.all([
    'RTP/AVP/TCP;unicast;interleaved=0-1; ssrc = 11 22 33 44 ;mode="play"', 'ssrc=11223344;RTP/AVP/TCP;unicast;interleaved=0-1;', 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=DEADBEEF;;',
    'RTP/AVP/TCP;unicast', 'RTP/AVP/TCP;interleaved=0', ' rtp/avp/tcp ; unicast ; interleaved = 0 - 1 ; ssrc=zz',
  ].map((value) => plays(transport(value))));
  await plays({ SETUP: (request) => ({ headers: servers.find((one) => one.requests.includes(request))!.setup(request).headers!.slice(0, 1) }) });
});

test('a camera may choose other channels than those asked for', async () => {
  await plays({
    SETUP: (request) => {
      const answer = servers.find((one) => one.requests.includes(request))!.setup(request, '', 'abc');
      request.connection.channel = 4;
      return { ...answer, headers: ['Session: abc', 'Transport: RTP/AVP/TCP;unicast;interleaved=4-5'] };
    },
  });
});

test('RTP-Info that means nothing', async () => {
  await Promise.all(['url=track1;seq=0;rtptime=0', 'url=track1;seq=1;rtptime=', 'url=;seq=99999999;rtptime=-1,,', 'seq', 'url=rtsp://x/track1;rtptime=4294967297;seq=7;ssrc= 1 2']
    .map((info) => plays({ PLAY: (request) => ({ headers: ['Session: abc', `RTP-Info: ${info}`], after: () => request.connection.play() }) })));
});

test('a camera that knows no Range is asked without it', async () => {
  await plays({ PLAY: (request) => (request.headers.has('range') ? { status: 457 } : { headers: ['Session: abc'], after: () => request.connection.play() }) });
});

// --- 2

test('descriptions without type, without o=, with trailing spaces and bare line feeds', async () => {
  await Promise.all([
    describe(sdp(), []),
    describe(`v=0\r\ns=x\r\n${video}`),
    describe(`v=0 \no=- 1 1 IN IP4 0.0.0.0 \nm=video 0/0 RTP/AVP 96 \na=rtpmap:96  H264/90000  \na=control:track1   \n`),
    describe(`m=video 0/0\r\na=rtpmap:96 h264/90000/1 \r\na=control:track1`),
    describe(`\r\n\r\n${sdp()}\r\n\r\n`, ['Content-Type: text/plain; charset=utf-8', 'this line is no header', 'x:']),
  ].map((script) => plays(script)));
});

test('a description without Content-Length is read until the camera is silent or closes', async () => {
  const head = 'RTSP/1.0 200 OK\r\nCSeq: $CSEQ\r\nContent-Type: application/sdp\r\n\r\n', body = sdp();
  const servers = await Promise.all([
    plays({ DESCRIBE: () => ({ raw: head + body }) }),
    // in pieces, the first with the head
    plays({ DESCRIBE: (request) => ({ raw: head + body.slice(0, 40), after: () => setImmediate(() => request.connection.write(body.slice(40))) }) }),
    // the conversation goes on over another connection
    plays({ DESCRIBE: (request) => ({ raw: head + body, after: () => request.connection.socket.end() }) }),
  ]);
  const methods = servers[2]!.requests;
  assert.notEqual(methods.find(({ method }) => method === 'DESCRIBE')!.connection, methods.find(({ method }) => method === 'SETUP')!.connection);
  const none = await down((await serve({ DESCRIBE: () => ({ raw: head }) })).url());
  assert.match(none.detail!, /DESCRIBE was answered without a description/);
  const endless = await down((await serve({ DESCRIBE: () => ({ raw: head + 'a=x\r\n'.repeat(20_000) }) })).url());
  assert.match(endless.detail!, /DESCRIBE was answered with more than 64 KiB/);
});

test('sections that are nonsense do not take the good one with them', async () => {
  await Promise.all([
    'm=audio 0 RTP/AVP x\r\na=rtpmap:zz\r\na=fmtp:\r\n', 'm=application/TP-LINK 0 RTP/AVP smart/1/90000\r\na=rtpmap:95 TP-LINK/90000\r\na=control:track3\r\n',
    'm=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000\r\na=fmtp:97 config=;;=;\r\na=control:track0\r\nm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n',
    'm=\r\na=\r\na=control:\r\nm=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=control:track9\r\n',
  ].map((sections) => plays(describe(sdp(sections)))));
});

test('of several videos the first one that can be shown is asked for, and the next one if it is refused', async () => {
  const two = `v=0\r\nm=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=control:jpeg\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:broken\r\n${video}`;
  const server = await serve({
    ...describe(two),
    SETUP: (request) => (request.uri.endsWith('broken') ? { status: 404 } : server.setup(request)),
  });
  await live(server.url());
  assert.deepEqual(server.requests.filter((r) => r.method === 'SETUP').map((r) => r.uri.split('/').at(-1)), ['broken', 'track1']);
});

test('the session is that of SETUP, whatever DESCRIBE and PLAY say', async () => {
  const server = await plays({
    DESCRIBE: (request) => ({ headers: ['Session: first;timeout=30', `Content-Base: ${request.uri}/`], body: sdp() }),
    SETUP: (request) => server_of(request).setup(request, '', 'second'),
    PLAY: (request) => ({ headers: ['Session: third;timeout=60'], after: () => request.connection.play() }),
  });
  const session = (method: string) => server.requests.findLast((r) => r.method === method)?.headers.get('session');
  assert.deepEqual(['SETUP', 'PLAY', 'TEARDOWN'].map(session), ['first', 'second', 'second']);
});

function server_of(request: Request): RtspServer {
  return servers.find((server) => server.requests.includes(request))!;
}

const joined: [name: string, base: string | null, sessionControl: string, control: string, setup: string, play: string][] = [
  ['relative', '$/', '*', 'track1', '$/track1', '$/'],
  ['no Content-Base', null, '*', 'track1', '$/track1', '$'],
  ['base without a slash', '$', '*', 'track1', '$/track1', '$'],
  ['absolute', '$/', '$/all', '$/track1?x=1', '$/track1?x=1', '$/all'],
  ['another host behind a gateway', 'rtsp://192.168.5.106:554/ch/', '*', 'track1', 'rtsp://192.168.5.106:554/ch/track1', 'rtsp://192.168.5.106:554/ch/'],
  ['a query in the base', '$?channel=1&subtype=1/', '*', 'trackID=0', '$?channel=1&subtype=1/trackID=0', '$?channel=1&subtype=1/'],
  ['a query without a slash', '$?x=1', '*', 'trackID=0', '$?x=1/trackID=0', '$?x=1'],
  ['a query as control', '$', '*', '?track=1', '$?track=1', '$'],
  ['a path as control', '$', '*', '/track1', '$/track1', '$'],
  ['no control at all', '$/', '', '', '$/', '$/'],
  ['a base that is none', '/live', '*', 'track1', '$/track1', '$'],
];
test('controls are joined to their base as cameras mean it', async () => {
  await Promise.all(joined.map(async ([name, base, sessionControl, control, setup, play]) => {
    const at = (request: Request, text: string) => text.replaceAll('$', `rtsp://127.0.0.1:${server_of(request).port}/live`);
    const server = await plays({
      DESCRIBE: (request) => ({
        headers: base === null ? [] : [`Content-Base: ${at(request, base)}`],
        body: `v=0\r\na=control:${at(request, sessionControl)}\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:${at(request, control)}\r\n`,
      }),
    });
    for (const [method, expected] of [['SETUP', setup], ['PLAY', play], ['TEARDOWN', play]] as const) {
      const request = server.requests.find((r) => r.method === method)!;
      assert.equal(request.uri, at(request, expected), `${name}: ${method}`);
    }
  }));
});

// --- 3

test('media of a stale session, on unknown channels, after stray line ends and before the answer to PLAY', async () => {
  const stale = Buffer.concat([frame(0, Buffer.alloc(40, 0x80)), Buffer.from('\r\n'), frame(9, Buffer.alloc(100)), frame(1, Buffer.alloc(3)), frame(0, Buffer.alloc(0))]);
  const noise = (request: Request): null => {
    request.connection.write(stale);
    return null;
  };
  const server = await plays({
    OPTIONS: (request) => (noise(request), server_of(request).usual(request)),
    DESCRIBE: (request) => (noise(request), server_of(request).usual(request)),
    SETUP: (request) => (noise(request), server_of(request).setup(request)),
    PLAY: (request) => ({ headers: [`Session: ${request.connection.session}`], after: () => {
      request.connection.write(Buffer.concat([Buffer.from('\r\n\r\n'), frame(200, Buffer.alloc(10))]));
      request.connection.play();
    } }),
  });
  assert.ok(server.requests.length >= 5);
});

test('a keyframe that comes before the answer to PLAY is not lost', async () => {
  const server = await serve({
    PLAY: (request) => {
      request.connection.sendPicture(); // the only keyframe: what follows has none
      return { headers: [`Session: ${request.connection.session}`], after: () => {
        for (let i = 0; i < 5; i++) request.connection.sendPicture();
      } };
    },
  });
  await live(server.url());
});

// --- 4

test('a session is kept at half its timeout, by the method that is offered', async () => {
  const short = (methods: string[]): Script => ({
    OPTIONS: () => ({ headers: methods }),
    SETUP: (request) => {
      const answer = server_of(request).setup(request, '', 'kept');
      return { headers: ['Session: kept ; Timeout = 2', answer.headers![1]!] };
    },
  });
  const kept = (server: RtspServer, method: string) => server.requests.filter((r) => r.method === method && r.headers.get('session') === 'kept').length;
  const [get, options, refused] = await Promise.all([serve(short(['Public: OPTIONS, DESCRIBE', 'Public: SETUP, GET_PARAMETER'])), serve(short(['Public: DESCRIBE, SETUP'])),
    serve({ ...short(['Public: GET_PARAMETER']), GET_PARAMETER: () => ({ status: 451 }) })]);
  await Promise.all([get, options, refused].map((server) => live(server.url())));
  await until('keep-alives', () => kept(get, 'GET_PARAMETER') > 2 && kept(options, 'OPTIONS') > 2 && kept(refused, 'OPTIONS') > 1, 20000);
  assert.equal(kept(get, 'OPTIONS'), 0);
  assert.equal(kept(refused, 'GET_PARAMETER'), 1);
  assert.ok([get, options, refused].every((server) => server.connections.length === 1));
});

test('TEARDOWN on every way out', async () => {
  const hold: Script = { PLAY: () => null };
  const [refused, removed, silent, none, lost] = await Promise.all([
    serve({ PLAY: () => ({ status: 453 }) }), serve(hold), serve({ PLAY: (r) => ({ headers: [`Session: ${r.connection.session}`] }) }),
    serve({ SETUP: (r) => (server_of(r).setup(r, '', 'x'), { headers: ['Session: x', 'Transport: RTP/AVP;unicast;server_port=1-2'] }) }),
    serve({ PLAY: (r) => ({ headers: ['Session: x'], after: () => (r.connection.sendPicture(), r.connection.write('garbage that is no frame')) }) }),
  ] as Promise<RtspServer>[]);
  const urls = [refused, silent, none, lost].map((server) => server!.url().replace('rtsp:', 'rtspt:'));
  const states = Promise.all(urls.map((url) => down(url)));
  const n = add(removed!.url());
  await until('PLAY', () => removed!.methods().includes('PLAY'));
  remove(n); // in the middle of the conversation
  await states;
  for (const server of [refused, removed, silent, none, lost])
    await until(`TEARDOWN of ${[refused, removed, silent, none, lost].indexOf(server)}`, () => server!.sessions.size === 0 && server!.methods().includes('TEARDOWN'));
});

// --- 6, 7

test('what is not RTSP ends the connection with what was seen', async () => {
  const [web, flood] = await Promise.all([serve({ OPTIONS: () => ({ raw: '<html>no such thing</html>' }) }),
    serve({ OPTIONS: (r) => ({ raw: 'RTSP/1.0 200 OK\r\n', after: () => r.connection.write(Buffer.alloc(1 << 20, 'x')) }) })]);
  for (const state of await Promise.all([down(web.url()), down(flood.url())])) {
    assert.equal(state.reason, 'protocol');
    assert.match(state.detail!, /OPTIONS was answered with something that is not RTSP/);
  }
});

test('401, 403, 453 and 503 at any step are told and not asked again at once', async () => {
  const refuse = (method: string, status: number): Script => ({ [method]: () => ({ status, headers: status === 401 ? ['WWW-Authenticate: Digest realm="r", nonce="n"'] : [] }) });
  const cases: [method: string, status: number, reason: string][] = [['OPTIONS', 401, 'wrong_password'], ['DESCRIBE', 401, 'wrong_password'], ['DESCRIBE', 403, 'wrong_password'],
    ['SETUP', 401, 'wrong_password'], ['PLAY', 401, 'wrong_password'], ['SETUP', 453, 'limit_reached'], ['PLAY', 453, 'limit_reached'], ['DESCRIBE', 503, 'limit_reached']];
  await Promise.all(cases.map(async ([method, status, reason]) => {
    const server = await serve(refuse(method, status));
    const state = await down(server.url('u:p'));
    assert.equal(state.reason, reason, `${method} ${status}`);
    assert.match(state.detail!, new RegExp(`${method} was answered ${status}`));
    // once without and once with credentials: cameras lock accounts
    assert.equal(server.methods().filter((m) => m === method).length, status === 401 ? 2 : 1, `${method} ${status}`);
    assert.equal(server.sessions.size, 0, `${method} ${status}: torn down`);
  }));
});

test('a full camera that says when to come again is asked then, inside of our limits', async () => {
  const full = (status: number, after: string): Script => {
    let asked = 0;
    return { DESCRIBE: (request) => (asked++ ? server_of(request).usual(request) : { status, headers: [`Retry-After: ${after}`] }) };
  };
  // `backoff_max_s` is 1 here: without the header it would be half a minute at least
  const servers = await Promise.all([serve(full(503, '1')), serve(full(453, '3600 (a comment)'))]);
  const begun = performance.now();
  await Promise.all(servers.map((server) => live(server.url())));
  assert.ok(performance.now() - begun >= 1000, 'not at once');
  for (const server of servers) assert.equal(server.methods().filter((method) => method === 'DESCRIBE').length, 2);
});

// --- 8

test('Digest with SHA-256 goes before MD5 and Basic; a stale nonce is renewed; Basic where there is nothing else', async () => {
  const nonces = ['n1', 'n2', 'n3'];
  const guard = (challenges: (nonce: string) => string[], right: (r: Request, nonce: string) => boolean, stale = false): Script => {
    let asked = 0;
    const answer = (request: Request): Answer => {
      const nonce = nonces[Math.min(2, stale && asked > 3 ? 1 : 0)]!;
      asked++;
      return right(request, nonce) ? server_of(request).usual(request)
        : { status: 401, headers: challenges(nonce).map((c) => `WWW-Authenticate: ${c}${request.headers.has('authorization') && c.startsWith('Digest') ? ', stale=true' : ''}`) };
    };
    return Object.fromEntries(['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY'].map((method) => [method, answer]));
  };
  const digest = (hash: 'md5' | 'sha256') => (r: Request, nonce: string) => digestIsRight(r, hash, 'admin', 'p@ss:w?rd%', 'r', nonce);
  const md5 = (nonce: string) => `Digest realm="r", nonce="${nonce}"`, sha = (nonce: string) => `Digest realm="r", nonce="${nonce}", algorithm=SHA-256`;
  const servers = await Promise.all([
    serve(guard((n) => ['Basic realm="r"', md5(n), sha(n)], digest('sha256'))),
    serve(guard((n) => [`${sha(n)}, qop="auth,auth-int", opaque="o"`], digest('sha256'))),
    serve(guard((n) => [`${md5(n)}, Basic realm="r"`], digest('md5'))),
    serve(guard((n) => [md5(n)], digest('md5'), true)),
    serve(guard(() => ['Basic realm="r"'], (r) => r.headers.get('authorization') === `Basic ${Buffer.from('admin:p@ss:w?rd%').toString('base64')}`)),
  ]);
  await Promise.all(servers.flatMap((server) => [live(server.url('admin:p@ss:w?rd%')), live(server.url('admin:p%40ss%3Aw%3Frd%25'))]));
});

test('a percent sign that was meant as it stands is tried after its decoded form, once', async () => {
  const server = await serve({ DESCRIBE: (r) => (digestIsRight(r, 'md5', 'u', '100%25', 'r', 'n') ? server_of(r).usual(r) : { status: 401, headers: ['WWW-Authenticate: Digest realm="r",nonce="n"'] }) });
  await live(server.url('u:100%25'));
  assert.equal(server.methods().filter((m) => m === 'DESCRIBE').length, 3);
});

test('credentials are in no state and no log', async () => {
  const server = await serve({ DESCRIBE: () => ({ status: 302, headers: ['Location: rtsp://geheim:passwort@127.0.0.1:1/x'] }) });
  const state = await down(server.url('admin:s3cr%3At'));
  assert.doesNotMatch(JSON.stringify(state) + link.log, /s3cr|passwort/);
});

// --- redirects

test('redirects are followed, and the password goes to no other host', async () => {
  const target = await serve({ DESCRIBE: (r) => (r.headers.has('authorization') ? server_of(r).usual(r) : { status: 401, headers: ['WWW-Authenticate: Basic realm="r"'] }) }, '/there');
  await Promise.all([301, 302, 303, 305].map(async (status) => live((await serve({ DESCRIBE: () => ({ status, headers: [`Location: ${target.url()}`] }) })).url('u:p'))));
  const elsewhere = await serve({ DESCRIBE: () => ({ status: 302, headers: [`Location: ${target.url('', 'localhost')}`] }) });
  const state = await down(elsewhere.url('u:p'));
  assert.equal(state.reason, 'wrong_password');
  assert.match(state.detail!, /none is configured/);
  await live((await serve({ DESCRIBE: (r) => (r.uri.endsWith('/live') ? { status: 302, headers: ['Location: /other'] } : server_of(r).usual(r)) })).url());
});

test('redirects that lead nowhere or in a circle end', async () => {
  const circle = await serve({ DESCRIBE: (r) => ({ status: 301, headers: [`Location: ${r.uri}`] }) });
  const [round, nowhere, web] = await Promise.all([down(circle.url()), down((await serve({ DESCRIBE: () => ({ status: 301 }) })).url()),
    down((await serve({ DESCRIBE: () => ({ status: 302, headers: ['Location: http://127.0.0.1/login'] }) })).url())]);
  assert.match(round.detail!, /too many redirects/);
  assert.ok(circle.methods().filter((m) => m === 'DESCRIBE').length <= 12);
  assert.match(nowhere.detail!, /redirected \(301\) to nowhere/);
  assert.match(web.detail!, /http:\/\/127.0.0.1\/login: an address begins with/);
  for (const state of [round, nowhere, web]) assert.equal(state.reason, 'refused');
});

// --- in mid-stream

test('requests of the server in mid-stream are answered, and the pictures go on', async () => {
  const server = await serve();
  const n = await live(server.url());
  link.subscribe(901, n);
  const [connection] = server.connections;
  server.ask(connection!, 'OPTIONS', 71);
  server.ask(connection!, 'ANNOUNCE', 72, ['Content-Type: application/sdp'], sdp());
  server.ask(connection!, 'PLAY_NOTIFY', 73);
  connection!.write('OPTIONS * RTSP/1.0\nCSeq: 74\n\n');
  await until('answers', () => server.answered.length === 4);
  assert.deepEqual(server.answered, ['RTSP/1.0 200 OK 71', 'RTSP/1.0 200 OK 72', 'RTSP/1.0 501 Not Implemented 73', 'RTSP/1.0 200 OK 74']);
  const seen = link.unitsOf(901).length;
  await link.until('more units', () => link.unitsOf(901).length > seen + 5);
  assert.equal(server.connections.length, 1);
  link.send({ t: 'unsubscribe', sub: 901 });
});

test('REDIRECT in mid-stream leads to the other server without a word to the wall', async () => {
  const [one, other] = await Promise.all([serve(), serve()]);
  const n = await live(one.url());
  link.subscribe(902, n);
  await link.until('units', () => link.unitsOf(902).length > 2);
  const told = link.messages.length;
  one.ask(one.connections[0]!, 'REDIRECT', 5, [`Location: ${other.url()}`]);
  await until('the other one plays', () => other.methods().includes('PLAY'));
  const seen = link.unitsOf(902).length;
  await link.until('units of the other one', () => link.unitsOf(902).length > seen + 3);
  await until('TEARDOWN', () => one.methods().includes('TEARDOWN'));
  const states = link.messages.slice(told).flatMap((m) => (m.t === 'states' ? (m.list as State[]) : [])).filter((s) => s.n === n);
  assert.ok(states.every((s) => s.state === 'live'));
  link.send({ t: 'unsubscribe', sub: 902 });
});

test('a session that the camera forgot (454) or ended is begun again', async () => {
  const script: Script = {
    SETUP: (r) => ({ headers: ['Session: s;timeout=2', server_of(r).setup(r, '', 's').headers![1]!] }),
    GET_PARAMETER: () => (lost++ ? {} : { status: 454 }),
  };
  let lost = 0;
  const [forgets, ends] = await Promise.all([serve(script), serve()]);
  await Promise.all([live(forgets.url()), live(ends.url())]);
  ends.ask(ends.connections[0]!, 'TEARDOWN', 9);
  const plays = (server: RtspServer) => server.methods().filter((m) => m === 'PLAY').length;
  await until('both begun again', () => plays(forgets) === 2 && plays(ends) === 2, 20000);
});

// --- TCP and UDP

test('461 on one transport leads to the other, and what worked is remembered over connections', async () => {
  const only = (kind: RegExp): Script => ({ SETUP: (r) => (kind.test(r.headers.get('transport')!) ? server_of(r).setup(r, ';server_port=6000-6001') : { status: 461 }) });
  const asked = (server: RtspServer) => server.requests.filter((r) => r.method === 'SETUP').map((r) => (r.headers.get('transport')!.includes('TCP') ? 'tcp' : 'udp'));
  const server = await serve(only(/AVP;/));
  await live(server.url());
  assert.deepEqual(asked(server), ['tcp', 'udp']);
  server.connections[0]!.socket.destroy();
  await until('again', () => asked(server).length === 3);
  assert.equal(asked(server)[2], 'udp'); // straight away
  // and back: now it takes TCP only
  server.script = only(/TCP/);
  await until('it played again', () => server.connections.some((c) => c.playing && c.next > 10));
  server.connections[0]!.socket.destroy();
  await until('TCP', () => asked(server).length === 5);
  assert.deepEqual(asked(server).slice(3), ['udp', 'tcp']);
  await until('it played over TCP', () => server.connections.some((c) => c.playing));
});

test('what worked is remembered by the next townwall-media', async () => {
  const other = new Link();
  try {
    await other.start({ no_data_s: 2, backoff_max_s: 1 });
    const asked = (server: RtspServer) => server.requests.filter((r) => r.method === 'SETUP').map((r) => (r.headers.get('transport')!.includes('TCP') ? 'tcp' : 'udp'));
    const server = await serve({
      SETUP: (r) => (/AVP;/.test(r.headers.get('transport')!) ? server_of(r).setup(r, ';server_port=6000-6001') : { status: 461 }),
    });
    const plays = async (): Promise<void> => {
      other.cameras([{ n: 1, id: 'c1', url: server.url('u:secret') }]);
      await other.until('live', () => other.states.get(1)?.state === 'live');
    };
    await plays();
    assert.deepEqual(asked(server), ['tcp', 'udp']);
    const file = join(other.dir, 'cameras-over-udp');
    await until('it is written', () => existsSync(file));
    assert.equal(readFileSync(file, 'utf8'), `${server.url()}\n`);
    await other.again();
    await plays();
    assert.deepEqual(asked(server).slice(2), ['udp']);
  } finally {
    await other.stop();
  }
});

test('UDP that brings nothing falls back to TCP in the same attempt', async () => {
  let first = true;
  const server = await serve({
    SETUP: (r) => {
      const udp = !r.headers.get('transport')!.includes('TCP');
      if (!udp && first) return { status: 461 };
      first = false;
      const answer = server_of(r).setup(r);
      if (udp) {
        r.connection.udp!.close();
        r.connection.udp = null;
        r.connection.channel = 77; // what is sent goes nowhere
      }
      return answer;
    },
  });
  const n = await live(server.url());
  assert.deepEqual(server.requests.filter((r) => r.method === 'SETUP').map((r) => /client_port|interleaved/.exec(r.headers.get('transport')!)![0]), ['interleaved', 'client_port', 'interleaved']);
  const states = link.messages.flatMap((m) => (m.t === 'states' ? (m.list as State[]) : [])).filter((s) => s.n === n);
  assert.ok(states.every((s) => s.state !== 'down'), JSON.stringify(states));
});

test('TCP that brings nothing and never has leads to UDP, and back', async () => {
  let over: 'udp' | 'tcp' = 'udp';
  const server = await serve({
    SETUP: (r) => {
      const udp = !r.headers.get('transport')!.includes('TCP');
      const answer = server_of(r).setup(r);
      if (udp !== (over === 'udp')) {
        r.connection.udp?.close();
        r.connection.udp = null;
        r.connection.channel = 77;
      }
      return answer;
    },
  });
  const n = await live(server.url()); // TCP is silent for no_data_s, then UDP
  const kinds = () => server.requests.filter((r) => r.method === 'SETUP').map((r) => (r.headers.get('transport')!.includes('TCP') ? 'tcp' : 'udp'));
  assert.deepEqual(kinds(), ['tcp', 'udp']);
  over = 'tcp';
  const before = kinds().length;
  server.connections.forEach((c) => c.socket.destroy());
  await until('UDP, then TCP', () => kinds().slice(before).join() === 'udp,tcp', 20000);
  await link.until('live', () => link.states.get(n)?.state === 'live');
});

test('an address may fix the transport', async () => {
  const [udp, tcp] = await Promise.all([serve(), serve()]);
  await Promise.all([live(udp.url('', '127.0.0.1', 'rtspu')), live(tcp.url('', '127.0.0.1', 'rtspt'))]);
  assert.match(udp.requests.find((r) => r.method === 'SETUP')!.headers.get('transport')!, /client_port/);
  assert.match(udp.requests[0]!.uri, /^rtsp:\/\//);
  assert.match(tcp.requests.find((r) => r.method === 'SETUP')!.headers.get('transport')!, /TCP/);
});

// --- recorded

const recordings = resolve(top, '../shared/data/rtsp');
const recording = (name: string): string => readFileSync(join(recordings, name), 'latin1').replace(/^CSeq:[^\r]*/m, 'CSeq: $CSEQ');

test('cameras that answer as recorded play', async () => {
  if (!existsSync(recordings)) return; // other people's material, not part of the project
  const ssrc = 0x5eed;
  await Promise.all([['hikvision', 96], ['bunny', 97], ['reolink', 96], ['dahua', 96], ['missing_content_type', 96]].map(async ([name, type]) => {
    const described = `${name === 'dahua' ? 'dahua_describe_h264_aac_onvif' : `${name}_describe`}.txt`;
    const own = name === 'missing_content_type' ? 'bunny' : name;
    const server = await serve({
      OPTIONS: () => (name === 'dahua' ? { raw: recording('dahua_options.txt') } : { status: 405 }),
      DESCRIBE: (r) => (r.headers.has('authorization') ? { raw: recording(described) } : { raw: recording('longse_unauthorized.txt') }),
      SETUP: (r) => {
        server_of(r).setup(r);
        Object.assign(r.connection, { payloadType: type, ssrc });
        return { raw: recording(`${own}_setup.txt`) };
      },
      PLAY: (r) => ({ raw: recording(`${own}_play.txt`), after: () => r.connection.play() }),
    });
    await live(server.url('admin:secret'));
  }));
});

test('a simulator that closes silent sessions after its timeout was watched without a break', async () => {
  const units = () => link.unitsOf(watched);
  await link.until('15 s of pictures', () => units().length > 2 && units().at(-1)!.wall - units()[0]!.wall > 15_000_000n);
  assert.ok(units().every((unit, i) => i === 0 || !(unit.flags & 4)));
});
