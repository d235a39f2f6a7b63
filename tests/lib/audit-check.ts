// A stranger's check of an exported audit log or record of a case, by docs/audit.md alone: Node's own crypto, nothing of ours.
import { createHash, createPublicKey, verify } from 'node:crypto';

/** What the log says when it holds; throws with the line that does not. `noted`: the public key that somebody wrote down. */
export function checkAudit(file: Buffer, noted: string): { records: number; heads: number; signedTo: number; json: Record<string, unknown>[] } {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(noted, 'hex')]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const lines = file.toString('utf8').split('\n');
  const first = lines.shift();
  if (!['townwall-audit 1', 'townwall-case 1'].includes(first ?? '') || lines.pop() !== '') throw new Error('no exported audit log');
  const ofCase = first === 'townwall-case 1';
  let chain = ofCase ? '' : 'audit';
  const found = { records: 0, heads: 0, signedTo: 0, json: [] as Record<string, unknown>[] };
  let previous = Buffer.alloc(0);
  let seq = 0;
  let ended = false;
  for (const [i, line] of lines.entries()) {
    const say = (why: string): never => { throw new Error(`line ${i + 2}: ${why}`); };
    const [word, ...rest] = line.split(' ');
    if (ended) say('after the end');
    if (word === 'key' && rest[0] !== noted) say('another key');
    if (word === 'case') chain = `case/${rest[0]}`;
    if (word === 'from' && ofCase && (rest[0] !== '1' || /[^0]/.test(rest[1] ?? 'x'))) say('a case begins with its first record');
    if (word === 'from') [seq, previous] = [Number(rest[0]) - 1, Buffer.from(rest[1] ?? '', 'hex')];
    if (word === 'record') {
      const json = line.slice('record '.length + 65);
      previous = createHash('sha256').update(ofCase ? previous.toString('hex') : previous).update(json, 'utf8').digest();
      if (previous.toString('hex') !== rest[0]) say('hash does not follow');
      found.json.push(JSON.parse(json) as Record<string, unknown>);
      if (found.json.at(-1)!.seq !== ++seq) say('number does not follow');
      found.records++;
    }
    if (word === 'head') {
      const [at, hash, signedUs, , signature] = rest;
      const text = `townwall head\n${chain}\n${at}\n${hash}\n${signedUs}\n`;
      if (Number(at) !== seq || hash !== previous.toString('hex')) say('head of another record');
      if (!verify(null, Buffer.from(text), key, Buffer.from(signature ?? '', 'hex'))) say('signature does not hold');
      [found.heads, found.signedTo] = [found.heads + 1, seq];
    }
    if (word === 'end' && seq > 0 && found.signedTo !== seq) say('the newest record is not signed');
    if (word === 'end') ended = Number(rest[0]) === seq && rest[1] === previous.toString('hex') ? true : say('another end');
  }
  if (!ended) throw new Error('cut off');
  return found;
}
