// A table of cases to take along (docs/cases.md "Tables to take along").
import { ApiError, csrfToken } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export const TABLES = ['request_ledger', 'dispute_ledger', 'requests', 'assigned', 'done'] as const;
export type TableName = (typeof TABLES)[number];

/** Microseconds of a local day's beginning. */
function dayUs(day: string, later = 0): string | null {
  const [y = 0, m = 0, d = 0] = day.split('-').map(Number);
  return day && y ? String(new Date(y, m - 1, d + later).getTime() * 1000) : null;
}

/** The board's filter, what the table itself is about, and the days, the last one included. Pure. */
export function tableQuery(filter: Record<string, string>, table: TableName, from = '', until = ''): string {
  const query = new URLSearchParams(filter);
  for (const name of ['case', 'ledger', 'list']) query.delete(name);
  if (table === 'request_ledger') query.set('ledger', 'request');
  else if (table === 'dispute_ledger') query.set('ledger', 'dispute');
  else query.set('list', table);
  const [fromUs, untilUs] = [dayUs(from), dayUs(until, 1)];
  if (fromUs) query.set('from_us', fromUs);
  if (untilUs) query.set('until_us', untilUs);
  return query.toString();
}

export interface TakenTable {
  blob: Blob;
  name: string;
  rows: number;
}
export async function takeTable(query: string, wish: object): Promise<TakenTable> {
  const answer = await fetch(`/api/v1/cases/export?${query}`, {
    method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken() }, body: JSON.stringify(wish),
  }).catch(() => {
    throw new ApiError(0, 'offline', { zh: '连不上服务器', en: 'the server cannot be reached' });
  });
  if (!answer.ok) {
    const { error } = (await answer.json().catch(() => ({}))) as { error?: { code: string; message: Words } };
    throw new ApiError(answer.status, error?.code ?? '', error?.message ?? { zh: answer.statusText, en: answer.statusText });
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? 'table';
  return { blob: await answer.blob(), name, rows: Number(answer.headers.get('X-Townwall-Rows') ?? 0) };
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
