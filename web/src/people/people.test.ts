import { describe, expect, it } from 'vitest';
import { peopleEn } from '../i18n/people.en.ts';
import { peopleZh } from '../i18n/people.zh-CN.ts';
import { auditQuery, fieldOfMoment, grantsOf, grantState, momentOfField, momentText, qrPath } from './rest.ts';

const NONE = { action: '', login: '', object: '', from: '', until: '' };

describe('the audit filter', () => {
  it('asks only for what was given', () => {
    expect(auditQuery(NONE)).toBe('limit=100');
    expect(auditQuery({ ...NONE, action: 'person.', login: ' li ' }, '7')).toBe('action=person.&login=li&before=7&limit=100');
  });
  it('takes whole days of this browser', () => {
    const query = new URLSearchParams(auditQuery({ ...NONE, from: '2026-11-22', until: '2026-11-22' }));
    expect(Number(query.get('from_us'))).toBe(new Date(2026, 10, 22).getTime() * 1000);
    expect(Number(query.get('to_us'))).toBe(new Date(2026, 10, 23).getTime() * 1000);
    expect(auditQuery({ ...NONE, from: 'soon' })).toBe('limit=100');
  });
});

describe('a QR code', () => {
  it('is squares in a quiet zone', () => {
    expect(qrPath(['10', '01'])).toEqual({ size: 10, d: 'M4 4h1v1h-1zM5 5h1v1h-1z' });
  });
});

describe('grants', () => {
  it('are there once, without those that were not chosen', () => {
    expect(grantsOf([{ role: 'operator', area: '' }, { role: '', area: '1' }, { role: 'operator', area: '' }, { role: 'operator', area: '1' }]))
      .toEqual([{ role: 'operator', area: '', from_us: null, until_us: null }, { role: 'operator', area: '1', from_us: null, until_us: null }]);
    const twice = [{ role: 'deputy', area: '' }, { role: 'deputy', area: '', until_us: '5' }]; // for the server to refuse
    expect(grantsOf(twice)).toHaveLength(2);
  });
  it('hold from one moment until before another', () => {
    const grant = { role: 'deputy_observe', area: '', from_us: '2000000', until_us: '5000000' };
    expect([1999, 2000, 4999, 5000].map((ms) => grantState(grant, ms))).toEqual(['waits', 'holds', 'holds', 'over']);
    expect(grantState({ role: 'deputy', area: '' }, 0)).toBe('holds');
  });
  it('have times to the minute of this browser', () => {
    const us = String(new Date(2026, 11, 1, 8, 30).getTime() * 1000);
    expect([momentText(us), fieldOfMoment(us), momentOfField('2026-12-01T08:30')]).toEqual(['2026-12-01 08:30', '2026-12-01T08:30', us]);
    expect([momentText(null), fieldOfMoment(undefined), momentOfField(''), momentOfField('soon')]).toEqual(['', '', null, null]);
  });
});

describe('words of people', () => {
  it('name the same roles and rights in both languages', () => {
    expect(Object.keys(peopleEn.roles)).toEqual(Object.keys(peopleZh.roles));
    expect(Object.keys(peopleEn.rights)).toEqual(Object.keys(peopleZh.rights));
  });
});
