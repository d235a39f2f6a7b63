import { describe, expect, it } from 'vitest';
import type { Area } from '../stores/areas.ts';
import { emptyForm, triageForm, withCommand } from './caseForm.ts';
import type { Command } from './command.ts';
import { bodyOf, ACT_FIELDS } from './asks.ts';
import { cellAt, NO_PLACE, placeClicked, placeDiffers, placeNamed, placeTaken } from './place.ts';

const square = (code: string, level: 'village' | 'cell', west: number, east: number): Area => ({
  type: 'Feature', properties: { code, parent: null, level, name: code }, geometry: { type: 'Polygon', coordinates: [[[west, 0], [east, 0], [east, 1], [west, 1], [west, 0]]] },
});
const areas = [square('100000000001', 'village', 0, 2), square('100000000001001', 'cell', 0, 1), square('100000000001002', 'cell', 1, 2)];
const [village, first, second] = areas.map(({ properties: { code } }) => code) as [string, string, string];

describe('a place by its name', () => {
  const places = [['1', '石桥村'], ['11', '石桥村 05 网格'], ['12', '石桥村 15 网格'], ['2', '竹园村'], ['21', '竹园村 33 网格']].map(([code, words]) => ({ code: code!, words: words! }));
  const named = (typed: string, done = true): string | null => placeNamed(places, typed, done)?.code ?? null;
  it('is found however its whole name is written, also while it is typed', () => {
    for (const typed of ['石桥村05', '石桥村05网格', '石桥村 05', '石桥村 05 网格', ' 石桥村  05网格 ']) expect([typed, named(typed, false)]).toEqual([typed, '11']);
    expect(named('石桥村', false)).toBe('1');
  });
  it('is found by a number or a part that only one has, when no more is typed', () => {
    expect([named('05网格'), named('5'), named('33 网格'), named('竹园 33')]).toEqual(['11', '11', '21', '21']);
    expect([named('05', false), named('33', false)]).toEqual([null, null]);
  });
  it('is none where several or none are meant', () => {
    expect([named('村'), named('竹园'), named('东门市场'), named(''), named('  ')]).toEqual([null, null, null, null, null]);
  });
});

describe('a place', () => {
  it('is asked about where the name and the coordinate differ, not where one holds the other', () => {
    expect(cellAt(areas, [1.5, 0.5])).toBe(second);
    expect(placeDiffers(areas, { area: first, lon: 1.5, lat: 0.5 })).toEqual({ cell: second, named: first });
    expect(placeDiffers(areas, { area: first, lon: 9, lat: 9 })).toEqual({ cell: null, named: first });
    for (const fine of [{ area: village, lon: 1.5, lat: 0.5 }, { area: second, lon: 1.5, lat: 0.5 }, { area: first, lon: null, lat: null }, { area: null, lon: 1.5, lat: 0.5 }, NO_PLACE]) expect(placeDiffers(areas, fine)).toBeNull();
  });
  it('gives up what was not taken', () => {
    expect(placeTaken(areas, { area: first, lon: 1.5, lat: 0.5 }, 'point')).toEqual({ area: second, lon: 1.5, lat: 0.5 });
    expect(placeTaken(areas, { area: first, lon: 1.5, lat: 0.5 }, 'cell')).toEqual({ area: first, lon: null, lat: null });
    expect(placeTaken(areas, { area: first, lon: 9, lat: 9 }, 'point')).toEqual({ area: null, lon: 9, lat: 9 });
  });
  it('follows a click unless somebody named another cell', () => {
    expect(placeClicked(areas, NO_PLACE, [1.5, 0.5]).area).toBe(second);
    expect(placeClicked(areas, { area: first, lon: 0.5, lat: 0.5 }, [1.5, 0.5]).area).toBe(second); // it came from the coordinate
    expect(placeClicked(areas, { area: first, lon: null, lat: null }, [1.5, 0.5]).area).toBe(first); // it was named
    expect(placeClicked(areas, { area: village, lon: null, lat: null }, [1.5, 0.5]).area).toBe(second); // and is told nearer
  });
  it('that was asked about stays as it was answered, whatever the command line said', () => {
    const command = { form: { area: first }, lead: '', co: [], dueMs: null, faults: [], tokens: [] } as unknown as Command;
    const own = emptyForm({ area: second, lon: 1.5, lat: 0.5 });
    expect(withCommand(own, command).form.area).toBe(first);
    expect(withCommand({ ...own, from: { area: 'asked' } }, command).form.area).toBe(second);
  });
  it('is sent when it was changed, also what was given up', () => {
    expect(triageForm({ title: 'a', area: first, lon: null, lat: null }, { title: 'a', area: second, lon: 1.5, lat: 0.5 })).toEqual({ area: first, lon: null, lat: null });
    expect(triageForm({ title: 'a', area: null, lon: 9, lat: 9 }, { title: 'a', area: second, lon: 1.5, lat: 0.5 })).toEqual({ area: null, lon: 9, lat: 9 });
    const fields = ACT_FIELDS.edit!;
    expect(bodyOf('edit', fields, { 'form.area': first, 'form.lon': 1 }).form).toEqual({});
    expect(bodyOf('edit', fields, { 'form.placed': true, 'form.area': '', 'form.lon': 1.5, 'form.lat': 0.5 }).form).toEqual({ area: null, lon: 1.5, lat: 0.5 });
  });
});
