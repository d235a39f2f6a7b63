// What the demo knows of mediation beside its logins (docs/mediation.md "Pool"): shared rooms, teams, what its mediator takes on.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

interface Answer { status: number; cookie: string; body: string }
interface Place { code: string; name: string; level: string; label?: [number, number] }

const days = (last: number, from: string, to: string): object[] => Array.from({ length: last }, (_, i) => ({ day: i + 1, from, to }));

/** One session of a login of the demo; the certificate may be self-signed. */
class Session {
  private readonly url: string;
  private cookie = '';
  private csrf = '';
  constructor(url: string) {
    this.url = url;
  }
  async enter(login: string, password: string): Promise<void> {
    const answer = await this.ask('POST', 'session', { login, password });
    this.cookie = answer.cookie;
    this.csrf = (JSON.parse(answer.body) as { csrf: string }).csrf;
  }
  async list<T>(path: string, key: string): Promise<T[]> {
    return (JSON.parse((await this.ask('GET', path)).body) as Record<string, T[]>)[key] ?? [];
  }
  /** `taken`: a start that was broken off left it there. */
  async put(path: string, body: object): Promise<void> {
    await this.ask('PUT', `mediation/${path}`, { version: 0, ...body }, [409]);
  }
  leave(): Promise<Answer> {
    return this.ask('DELETE', 'session');
  }
  private ask(method: string, path: string, body?: object, also: number[] = []): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', ...(this.cookie ? { Cookie: this.cookie, 'X-CSRF-Token': this.csrf } : {}) };
    const go = this.url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((done, fail) => {
      const request = go(`${this.url}/api/v1/${path}`, { method, headers, rejectUnauthorized: false, timeout: 20_000 }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', fail);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          const text = Buffer.concat(parts).toString('utf8');
          if (status >= 300 && !also.includes(status)) return fail(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`));
          return done({ status, cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '', body: text });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', fail);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** Written by `planner`, who may (`duty.edit`). What is there already stays as it is. */
export async function makePool(url: string, planner: { login: string; password: string }): Promise<void> {
  const session = new Session(url);
  await session.enter(planner.login, planner.password);
  const places = (await session.list<{ properties: Place }>('areas', 'features')).map(({ properties }) => properties);
  const at = (place: Place): object => (place.label ? { lon: place.label[0], lat: place.label[1] } : {});
  const town = places.find(({ level }) => level === 'town');
  const [village] = places.filter(({ level }) => level === 'village').sort((a, b) => a.code.localeCompare(b.code));
  const [mediator] = await session.list<{ id: string }>('mediation/mediators', 'mediators');
  if (town)
    await session.put('rooms/hall', {
      name: '镇综治中心共享调解室', unit: '综治中心', area: town.code, address: `${town.name}综治中心一楼`, ...at(town), seats: 12,
      equipment: ['camera', 'screen', 'microphone', 'printer', 'scanner', 'recorder', 'accessible', 'side_room'], hours: days(7, '08:30', '20:00'),
    });
  if (village)
    await session.put('rooms/village', {
      name: `${village.name}共享调解室`, unit: `${village.name}村民委员会`, area: village.code, address: `${village.name}党群服务中心`, ...at(village), seats: 6,
      equipment: ['terminal', 'printer', 'accessible'], hours: days(6, '09:00', '17:00'),
    });
  const members = mediator ? { lead: mediator.id, members: [mediator.id] } : {};
  if (town) await session.put('teams/town', { name: '镇人民调解委员会', unit: '司法所', area: town.code, kind: 'town', disputes: ['neighbour', 'contract', 'labour'], ...members });
  if (mediator) await session.put(`mediators/${mediator.id}`, { kind: 'full_time', disputes: ['neighbour', 'contract', 'labour'] });
  await session.leave();
}
