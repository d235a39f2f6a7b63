import { expect, it } from 'vitest';
import { tableQuery } from './table.ts';

it('asks for what the board shows, in the table\'s own part of it', () => {
  expect(tableQuery({ area: '330106001', q: '噪音', case: 'x', ledger: 'dispute' }, 'request_ledger')).toBe('area=330106001&q=%E5%99%AA%E9%9F%B3&ledger=request');
  expect(tableQuery({}, 'assigned')).toBe('list=assigned');
});
it('takes whole days, the last one too', () => {
  const query = new URLSearchParams(tableQuery({}, 'done', '2026-01-01', '2026-01-31'));
  expect(query.get('from_us')).toBe(String(new Date(2026, 0, 1).getTime() * 1000));
  expect(query.get('until_us')).toBe(String(new Date(2026, 1, 1).getTime() * 1000));
});
