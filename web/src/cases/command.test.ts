import { describe, expect, it } from 'vitest';
import { emptyForm, withCommand } from './caseForm.ts';
import { casesEn } from '../i18n/cases.en.ts';
import { casesZh } from '../i18n/cases.zh-CN.ts';
import { COMMAND_FIELDS, parseCommand, timeOf, type Lexicon } from './command.ts';

const lexicon: Lexicon = {
  fields: { 类: 'category', 类别: 'category', type: 'category', 级: 'grade', 格: 'area', 派: 'lead', to: 'lead', 协: 'co', 期: 'due', 注: 'text', 题: 'title', 诉: 'about' },
  categories: [{ code: 'safe_town', names: ['平安建设', 'Public safety'] }, { code: 'livelihood', names: ['社会民生', 'Livelihood'] }],
  disputes: [{ code: 'neighbour', names: ['邻里', 'Neighbours'] }, { code: 'other', names: ['其他'] }, { code: 'other_civil', names: ['其他民商事'] }],
  grades: [{ code: 'urgent', names: ['急难事马上办'] }, { code: 'wish', names: ['期盼事全力办'] }],
  scales: [],
  departments: [{ code: 'sifa', names: ['司法所', 'Justice office'] }, { code: 'police', names: ['派出所', 'Police'] }, { code: 'sifa2', names: ['区司法局'] }, { code: 'cunwei', names: ['石桥村委'] }],
  areas: [{ code: '33010500100105', names: ['05', '石桥村 05 网格'], parent: '330105001001' }, { code: '33010500200205', names: ['05', '白塔村 05 网格'], parent: '330105002002' }, { code: '33010500200223', names: ['23'], parent: '330105002002' }],
  near: '33010500100105', times: { h: [], d: [], min: [], today: [], tomorrow: [], after: [] },
};
const TIMES = { h: ['h', '小时'], d: ['d', '天'], min: ['m', '分钟'], today: ['今天'], tomorrow: ['明天', 'tomorrow'], after: ['后天'] };
lexicon.times = TIMES;
const NOW = new Date(2026, 10, 24, 17, 41).getTime();
const parse = (text: string, more: Partial<Lexicon> = {}) => parseCommand(text, { ...lexicon, ...more }, NOW);

describe('command line of a case', () => {
  it('calls each field by a name in both languages', () => {
    for (const { commandNames: names, commandField: shown } of [casesZh, casesEn] as Record<'commandNames' | 'commandField', Record<string, string>>[])
      expect(COMMAND_FIELDS.filter((field) => !names[field]?.split(' ').includes(shown[field]!))).toEqual([]);
  });
  it('fills what is named, in any order, with either sign', () => {
    for (const text of ['类=邻里 格=05 派=司法', '派＝司法  类 = 邻里 格=5']) {
      const { form, lead, faults, tokens } = parse(text);
      expect([form, lead, faults.length, tokens.length]).toEqual([{ dispute: 'neighbour', ledger: 'dispute', category: 'safe_town', area: '33010500100105' }, 'sifa', 0, 3]);
    }
  });
  it('takes codes, English names, several co-handlers, quoted words', () => {
    expect(parse('to=police 协=司法所、村委,police 注="两家 吵架" 级=急难').lead).toBe('police');
    expect(parse('协=司法所、村委').co).toEqual(['sifa', 'cunwei']);
    expect(parse('注="两家 吵架" 题=围墙').form).toEqual({ text: '两家 吵架', title: '围墙' });
    expect(parse('Type=public').form).toEqual({ category: 'safe_town' });
  });
  it('means the number of a cell by a number, never a part of a code', () => {
    for (const text of ['格=33', '格=43', '格=0', '格=105']) expect([text, parse(text).faults[0]?.code]).toEqual([text, 'unknown_value']);
    expect([parse('格=23').form.area, parse('格=023').form.area]).toEqual(['33010500200223', '33010500200223']);
  });
  it('says about which department a complaint is, so that it does not get the case', () => {
    const command = parse('诉=派出所 派=派出所 协=司法所、派出所');
    expect([command.form.about, command.lead]).toEqual(['police', 'police']);
    const { form, lead, co } = withCommand(emptyForm(), command);
    expect([form.about, lead, co]).toEqual(['police', '', ['sifa']]);
  });
  it('prefers a whole name to a part, and a beginning to a middle', () => {
    expect(parse('类=其他').form.dispute).toBe('other');
    expect(parse('派=司法').lead).toBe('sifa');
  });
  it('names the field of whatever is wrong, and fills the rest', () => {
    const { form, lead, faults } = parse('类=火星 派=所 格= 颜色=红 噪音 级=急难 级=期盼 期=随便');
    expect(faults.map((fault) => [fault.code, 'field' in fault ? fault.field : fault.raw])).toEqual([
      ['unknown_value', 'category'], ['ambiguous', 'lead'], ['empty', 'area'], ['unknown_field', '颜色'], ['unknown_word', '噪音'], ['twice', 'grade'], ['bad_time', 'due'],
    ]);
    expect(faults.find(({ code }) => code === 'ambiguous')).toMatchObject({ choices: ['司法所', '派出所'] });
    expect([form, lead]).toEqual([{ grade: 'urgent' }, null]);
  });
  it('takes the cell near the alert, never one of several elsewhere', () => {
    expect(parse('格=05', { near: '33010500200223' }).form.area).toBe('33010500200205');
    expect(parse('格=05', { near: null }).faults[0]).toMatchObject({ code: 'ambiguous', field: 'area' });
    expect(parse('格=23').form.area).toBe('33010500200223');
  });
  it('reads times as people write them', () => {
    const at = (value: string): string => new Date(timeOf(value, NOW, TIMES) ?? 0).toString().slice(4, 21);
    const is = (...parts: [number, number, number, number, number]): string => new Date(...parts).toString().slice(4, 21);
    expect([at('18:00'), at('17:00'), at('3h'), at('2天'), at('明天'), at('11-26'), at('11月26日'), at('11-26T18:30'), at('1-5')]).toEqual([
      is(2026, 10, 24, 18, 0), is(2026, 10, 25, 17, 0), is(2026, 10, 24, 20, 41), is(2026, 10, 26, 17, 41), is(2026, 10, 26, 0, 0), is(2026, 10, 27, 0, 0), is(2026, 10, 27, 0, 0), is(2026, 10, 26, 18, 30), is(2027, 0, 6, 0, 0)]);
    expect([timeOf('25:00', NOW, TIMES), timeOf('2-30', NOW, TIMES), timeOf('soon', NOW, TIMES)]).toEqual([null, null, null]);
  });
  it('survives whatever is typed', () => {
    for (const text of ['', '   ', '=', '= =', '类=', '“', '类="', '="x"', '派=司法=司法', '\u0000', '格=💥', 'a'.repeat(5000)]) expect(() => parse(text)).not.toThrow();
    expect(parse('').faults).toEqual([]);
  });
});
