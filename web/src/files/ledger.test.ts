import { expect, it } from 'vitest';
import { decodeCsv, toCsv } from './ledger.ts';

it('makes CSV of a sheet: quotes, line ends, times without a zone', () => {
  expect(toCsv([['标题', '受理时间', '内容'], ['路灯, "东"', new Date(Date.UTC(2026, 0, 5, 8, 30)), 'a\nb'], ['x', new Date(Date.UTC(2026, 0, 6)), null], [12, true, undefined]]))
    .toBe('标题,受理时间,内容\r\n"路灯, ""东""",2026-01-05 08:30,a b\r\nx,2026-01-06,\r\n12,true,\r\n');
});
it('reads UTF-8 and GB 18030', () => {
  expect(decodeCsv(new TextEncoder().encode('标题').buffer as ArrayBuffer)).toBe('标题');
  expect(decodeCsv(new Uint8Array([0xb1, 0xea, 0xcc, 0xe2]).buffer)).toBe('标题');
});
