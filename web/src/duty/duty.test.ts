import { describe, expect, it } from 'vitest';
import { daysLater, peopleFrom, planFrom, planText } from './wire.ts';

const roles = [{ code: 'leader', name: { zh: '带班领导', en: 'Leader' }, need: 1 }, { code: 'operator', name: { zh: '值班员', en: 'Operator' }, need: 1 }];

describe('the roster as it is typed', () => {
  it('takes a role by its code or either name, one person a line', () => {
    expect(peopleFrom('带班领导 宋红霞\n operator：王倩 \n\nLeader Li Na', roles)).toEqual({ wrong: null, people: [
      { role: 'leader', name: '宋红霞', user: null, note: '' }, { role: 'operator', name: '王倩', user: null, note: '' }, { role: 'leader', name: 'Li Na', user: null, note: '' },
    ] });
  });
  it('names the line that it does not understand', () => {
    expect(peopleFrom('值班员 王倩\n国王 甲', roles).wrong).toBe('国王 甲');
    expect(peopleFrom('值班员', roles).wrong).toBe('值班员');
  });
  it('writes roles and times as lines and reads them again', () => {
    const plan = { roles, times: [{ code: 'day', name: { zh: '白班', en: 'Day' }, begin: '08:00', minutes: 720 }], version: 3 };
    const text = planText(plan);
    expect(text.times).toBe('day | 白班 | Day | 08:00 | 720');
    expect(planFrom(text.roles, `${text.times}\n\n`, 3)).toEqual({ plan, wrong: null });
    expect(planFrom('leader | 领导 | Leader', text.times, 3).wrong).toBe('leader | 领导 | Leader');
    expect(planFrom(text.roles, 'day | 白班 | Day | 08:00 | long', 3).wrong).toBe('day | 白班 | Day | 08:00 | long');
  });
  it('counts days over the ends of months and years', () => {
    expect([daysLater('2026-12-31', 1), daysLater('2026-03-01', -1), daysLater('2028-02-28', 1)]).toEqual(['2027-01-01', '2026-02-28', '2028-02-29']);
  });
});
