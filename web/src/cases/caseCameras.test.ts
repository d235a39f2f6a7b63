import { describe, expect, it } from 'vitest';
import type { Camera } from '../wire/messages.ts';
import { camerasBeside } from './caseCameras.ts';

const camera = (id: string, metresEast: number, state = 'live'): Camera => ({ id, name: id, lon: 120 + metresEast / 96_500, lat: 30, state, azimuth: null, fov: null }) as unknown as Camera;
const ids = (list: { id: string; insteadOf: Camera | null }[]): string[] => list.map(({ id, insteadOf }) => (insteadOf ? `${id} for ${insteadOf.id}` : id));

describe('cameras beside a case', () => {
  const town = [camera('a', 10, 'down'), camera('b', 50), camera('c', 120), camera('d', 290), camera('e', 700), camera('far', 5000)];
  it('are those linked, then the nearest that work', () => {
    expect(ids(camerasBeside(['c'], town, [120, 30]))).toEqual(['c', 'b', 'd']);
    expect(ids(camerasBeside([], town, [120, 30]))).toEqual(['b', 'c', 'd']);
    expect(camerasBeside(['c'], town, [120, 30])[0]!.m).toBeCloseTo(120, 0);
  });
  it('have the nearest that works behind one that shows nothing', () => {
    expect(ids(camerasBeside(['a'], town, [120, 30]))).toEqual(['a', 'b for a', 'c', 'd']);
    expect(ids(camerasBeside(['a', 'b'], town, [120, 30]))).toEqual(['a', 'c for a', 'b', 'd']);
    expect(ids(camerasBeside(['a'], [camera('a', 0, 'down'), camera('e', 700)], null))).toEqual(['a', 'e for a']);
    expect(ids(camerasBeside(['a'], [camera('a', 0, 'down'), camera('far', 1500)], null))).toEqual(['a']);
  });
  it('stay when they are not in the list any more, and without a place', () => {
    expect(ids(camerasBeside(['gone'], town, null))).toEqual(['gone']);
    expect(camerasBeside(['gone'], town, null)[0]!.m).toBeNull();
  });
});
