// Asks a wall that tools/run started: does it answer, does a generated login open it, is a camera live?
//
//   tools/node tests/fresh/check.ts URL DATA_DIR
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

interface CameraList { cameras: { id: string; state: string }[] }

const [url = '', dir = ''] = process.argv.slice(2);
const limitMs = 60000;

function fail(message: string): never {
  console.error(`check: ${message}`);
  process.exit(1);
}

const health = await fetch(`${url}/healthz`);
if (health.status !== 200) fail(`/healthz answers ${health.status}: ${await health.text()}`);

const operator = readFileSync(`${dir}/logins.txt`, 'utf8').split('\n').map((line) => line.split('\t'))
  .find(([, , role]) => role === 'operator');
if (!operator) fail('logins.txt has no operator');
const [login, password] = operator;

const refused = await fetch(`${url}/api/v1/cameras`);
if (refused.status !== 401) fail(`the camera list answers ${refused.status} without a session, expected 401`);

const session = await fetch(`${url}/api/v1/session`, {
  method: 'POST', body: JSON.stringify({ login, password }), headers: { 'Content-Type': 'application/json' },
});
const cookie = session.headers.getSetCookie()[0]?.split(';')[0];
if (!session.ok || !cookie) fail(`login answers ${session.status}: ${await session.text()}`);

const end = Date.now() + limitMs;
let states: string[] = [];
while (!states.includes('live')) {
  if (Date.now() > end) fail(`no camera is live after ${limitMs / 1000} s: ${[...new Set(states)].join(', ')}`);
  const answer = await fetch(`${url}/api/v1/cameras`, { headers: { cookie } });
  if (!answer.ok) fail(`the camera list answers ${answer.status}: ${await answer.text()}`);
  states = ((await answer.json()) as CameraList).cameras.map((camera) => camera.state);
  if (!states.includes('live')) await pause(200);
}
const page = await fetch(`${url}/`, { headers: { cookie } });
if (!page.ok || !(await page.text()).includes('<script')) fail(`the page of the wall answers ${page.status}`);
console.log(`check: ${states.filter((s) => s === 'live').length} of ${states.length} listed cameras are live`);
