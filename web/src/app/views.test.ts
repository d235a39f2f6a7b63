import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { zhCN } from '../i18n/zh-CN.ts';
import { ICONS } from '../ui/icons.ts';
import { VIEWS, viewsFor } from './views.ts';

describe('views', () => {
  it('have a key that the help tells, a name and a shape each', () => {
    for (const { name, tab, n } of VIEWS)
      for (const words of [zhCN, en]) {
        expect((words.keys as Record<string, string>)[`g${n}`], name).toBeTruthy();
        expect((words.view as Record<string, string>)[name], name).toBeTruthy();
        expect(ICONS[tab], name).toBeDefined();
      }
  });
  it('keep their keys where one may not be seen', () => {
    expect(viewsFor((right) => right === 'feed.see' || right === 'camera.list').map(({ name, n }) => `${name} ${n}`)).toEqual(['map 1', 'mosaic 2', 'live 3', 'devices 4', 'ultra 5', 'feeds 7']);
    expect(viewsFor((right) => right === 'case.own').map(({ name, n }) => `${name} ${n}`)).toEqual(['cases 9', 'work 0']);
  });
});
