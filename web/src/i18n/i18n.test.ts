import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTICES, REASONS, STATES } from '../wire/messages.ts';
import { en } from './en.ts';
import { localeOf } from './locale.ts';
import { zhCN } from './zh-CN.ts';

type Tree = { [key: string]: Tree | string | string[] };

/** "bar.weekdays[0]" → text. */
function texts(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[path + key, value]];
    if (Array.isArray(value)) return value.map((one, i): [string, string] => [`${path}${key}[${i}]`, one]);
    return texts(value, `${path}${key}.`);
  });
}
const zh = new Map(texts(zhCN as unknown as Tree));
const english = new Map(texts(en as unknown as Tree));
const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort();
const CJK = /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/;

describe('the language of a page', () => {
  it('is what was chosen, else the browser\'s, else Chinese', () => {
    for (const [chosen, languages, locale] of [
      ['en', ['zh-CN'], 'en'], ['zh-CN', ['en-US'], 'zh-CN'], [null, ['en-US', 'zh-CN'], 'en'], [null, ['zh-TW', 'en'], 'zh-CN'], [null, ['de-DE', 'en-GB'], 'en'],
      [null, ['de', 'fr'], 'zh-CN'], [null, [], 'zh-CN'], ['xx', ['EN'], 'en'],
    ] as const) expect([chosen, languages, localeOf(chosen, languages)]).toEqual([chosen, languages, locale]);
  });
});

describe('words', () => {
  it('are there in both languages, with the same places to fill', () => {
    expect([...english.keys()].sort()).toEqual([...zh.keys()].sort());
    for (const [key, text] of zh) expect([key, placeholders(english.get(key)!)]).toEqual([key, placeholders(text)]);
  });

  it('are never empty', () => {
    for (const list of [zh, english]) for (const [key, text] of list) expect([key, text.trim() !== '']).toEqual([key, true]);
  });

  it('are of one language', () => {
    const own = ['common.language']; // says the other one's name
    for (const [key, text] of english) if (!own.includes(key)) expect([key, CJK.test(text)]).toEqual([key, false]);
    const kept = /[A-Z]{4,}|docs\/[\w.-]+|WebGL2|WebCodecs|MSE|CSV|wallctl cameras import|townwall-media|town\.dir|town\.json|\btown\b|Redis|Enter|Esc|Shift|p50|p99|\{\w+\}|GB|KB|Mbit\/s|crs|[A-Za-z_]+_[a-z]+|s\b|\b[a-z]{2,8}\b(?=[、；，。]|$)/g;
    const technical = /^(devices|first|advice|feeds)\./; // protocols, file names and methods are called what they are called
    for (const [key, text] of zh)
      if (!own.includes(key) && !technical.test(key)) expect([key, text.replace(kept, '').match(/[A-Za-z]{4,}/)?.[0]]).toEqual([key, undefined]);
  });

  it('name every state, reason and notice', () => {
    for (const list of [zh, english]) {
      for (const state of STATES) expect(list.has(`state.${state}`), state).toBe(true);
      for (const reason of REASONS) expect(list.has(`why.${reason}`), reason).toBe(true);
      for (const notice of NOTICES) for (const end of ['', 'Next']) expect(list.has(`notice.${notice}${end}`), notice).toBe(true);
    }
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'i18n' ? [] : sources(path);
    return /\.(vue|ts)$/.test(name) && !name.endsWith('.test.ts') ? [path] : [];
  });
}

describe('pages', () => {
  const files = sources(join(import.meta.dirname, '..')).map((path) => [path, readFileSync(path, 'utf8')] as const);

  it('ask for no word that is missing', () => {
    const known = new Set([...zh.keys()].map((key) => key.replace(/\[\d+\]$/, '')));
    for (const [path, text] of files)
      for (const [, key] of text.matchAll(/\b(?:t|counted|tm)\('([a-z]\w*(?:\.\w+)+)'/g)) expect([path, key, known.has(key!)]).toEqual([path, key, true]);
  });

  it('name every key they take in both languages', () => {
    for (const [path, text] of files)
      for (const [, name] of text.matchAll(/keysFor\('(\w+)'/g)) expect([path, name, zh.has(`keys.${name}`)]).toEqual([path, name, true]);
  });

  it('have no words of their own', () => {
    for (const [path, text] of files) {
      const sample = /\['gate-1'.*$/gm; // a row of the list that can be had
      const code = text.replace(sample, '').replace(/zh: (`[^`]*`|'[^']*')/g, '').replace(/fonts\.load\(.*$/gm, '').replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '').replace(/<!--[\s\S]*?-->/g, '');
      expect([path, code.match(/[\u4e00-\u9fff]/)?.[0]]).toEqual([path, undefined]);
    }
  });
});
