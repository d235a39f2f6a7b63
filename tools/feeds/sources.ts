// What each source is like: how exact its positions are, how wrong its clock, what it leaves out.
import type { SourceId } from './kinds.ts';

export interface Source {
  id: SourceId;
  name: string;
  /** Two thirds of its positions are nearer than this to the truth. */
  errorM: number;
  /** Shares of reports without a position, with one of somewhere else (the town's offices, a neighbouring village). */
  noPosition: number;
  wrongPosition: number;
  /** Shares that name the area by its code, and the place in words. */
  area: number;
  address: number;
  /** Does a person report, whose voice is known again? */
  reporter: boolean;
  /** How far its clock may be off, and whether that is known. */
  skewS: number;
  skewKnown: boolean;
  /** Seconds from its hands to ours: the usual, and the share that comes hours late. */
  transportS: readonly [least: number, most: number];
  late: number;
  /** Share that is sent twice under the same id, and under a new one. */
  again: number;
  anew: number;
  title: (address: string, words: string) => string;
}

const usual = { reporter: false, skewS: 3, skewKnown: false, transportS: [0.3, 3] as const, late: 0, again: 0.01, anew: 0, wrongPosition: 0, noPosition: 0, area: 0, address: 0.9 };

export const sources: Record<SourceId, Source> = {
  '110': { ...usual, id: '110', name: '110 接处警', errorM: 30, noPosition: 0.06, wrongPosition: 0.003, area: 0.5, address: 0.95, reporter: true, skewS: 5, title: (at, words) => `${at}${words}` },
  hotline: { ...usual, id: 'hotline', name: '镇值班热线', errorM: 35, noPosition: 0.2, wrongPosition: 0.003, area: 0.8, reporter: true, skewS: 20, title: (at, words) => `${at}${words}` },
  '12345': { ...usual, id: '12345', name: '12345 热线工单', errorM: 40, noPosition: 0.25, wrongPosition: 0.008, area: 0.9, address: 1, reporter: true, skewS: 90, skewKnown: true, transportS: [60, 1200], late: 0.004, again: 0.02, anew: 0.03, title: (at, words) => `关于${at}${words}的诉求` },
  grid: { ...usual, id: 'grid', name: '网格员上报', errorM: 12, noPosition: 0.03, area: 1, address: 0.8, skewS: 10, late: 0.004, title: (at, words) => `网格员上报：${at}${words}` },
  urban: { ...usual, id: 'urban', name: '综合执法', errorM: 15, noPosition: 0.05, area: 0.5, transportS: [1, 20], title: (at, words) => `执法巡查：${at}${words}` },
  traffic: { ...usual, id: 'traffic', name: '道路交通', errorM: 20, noPosition: 0.05, wrongPosition: 0.003, area: 0.2, address: 1, reporter: true, title: (at, words) => `${at}${words}` },
  petition: { ...usual, id: 'petition', name: '信访', errorM: 30, noPosition: 0.3, area: 1, address: 1, transportS: [30, 600], late: 0.005, title: (at, words) => `信访登记：${at}${words}` },
  dispute: { ...usual, id: 'dispute', name: '矛盾纠纷', errorM: 25, noPosition: 0.15, area: 1, address: 0.9, transportS: [2, 60], title: (at, words) => `矛盾纠纷：${at}${words}` },
  analytics: { ...usual, id: 'analytics', name: '视频分析', errorM: 0, address: 0, skewS: 40, transportS: [0.2, 1.5], title: (at, words) => `${at} ${words}` },
  'camera-health': { ...usual, id: 'camera-health', name: '视频设备', errorM: 0, address: 0, transportS: [0.5, 6], title: (at, words) => `${at} ${words}` },
  sensors: { ...usual, id: 'sensors', name: '物联感知', errorM: 0, address: 0, skewS: 15, transportS: [0.1, 2], again: 0.02, title: (at, words) => `${at}${words}` },
  cap: { ...usual, id: 'cap', name: '预警发布', errorM: 0, address: 0, again: 0, transportS: [2, 20], title: (_at, words) => words },
};
