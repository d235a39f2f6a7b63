// A ledger that is brought in: CSV as it is, a workbook's first sheet as CSV. The server reads and checks it (docs/cases.md).
import { api } from '../stores/api.ts';
import type { Words } from '../wire/messages.ts';

export type CellValue = string | number | boolean | Date | null | undefined;

const two = (n: number): string => String(n).padStart(2, '0');
/** Times of a workbook have no zone: they are read as UTC. */
function cellText(value: CellValue): string {
  if (value === null || value === undefined) return '';
  if (!(value instanceof Date)) return String(value);
  const day = `${value.getUTCFullYear()}-${two(value.getUTCMonth() + 1)}-${two(value.getUTCDate())}`;
  const clock = `${two(value.getUTCHours())}:${two(value.getUTCMinutes())}`;
  return clock === '00:00' ? day : `${day} ${clock}`;
}
/** Rows as CSV (RFC 4180), each on one line, so that a line that is told is the row of the sheet. Pure. */
export function toCsv(rows: readonly (readonly CellValue[])[]): string {
  const field = (value: CellValue): string => {
    const text = cellText(value).replace(/\s*[\r\n]+\s*/g, ' ');
    return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

/** UTF-8, else GB 18030, as Chinese spreadsheets save CSV. Pure. */
export function decodeCsv(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
const isWorkbook = (bytes: ArrayBuffer): boolean => [0x50, 0x4b, 3, 4].every((one, i) => new Uint8Array(bytes)[i] === one);

export async function csvOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  if (!isWorkbook(bytes)) return decodeCsv(bytes);
  const { readSheet } = await import('read-excel-file/universal');
  return toCsv((await readSheet(bytes)) as CellValue[][]);
}

export interface Imported {
  batch: string;
  dry_run: boolean;
  rows: number;
  ready: number;
  bad: number;
  imported: number;
  errors: { line: number; column: string; message: Words }[];
  duplicates: { line: number; case?: { id: string; code: string; title: string; state: string } }[];
  columns: { name: string; field: string | null }[];
}
export interface ImportWish {
  csv: string;
  columns: Record<string, string>;
  dry_run?: boolean;
  partial?: boolean;
  doubles?: boolean;
}
export const bringIn = (wish: ImportWish, key: string): Promise<Imported> => api<Imported>('POST', '/cases/import', { key, ...wish });

export const LEDGER_FIELDS = ['title', 'accepted', 'code', 'channel', 'name', 'phone', 'id_number', 'area', 'address', 'text', 'category', 'grade', 'ledger', 'dispute', 'scale', 'colour', 'lead', 'result', 'closed', 'satisfaction', 'state', 'lon', 'lat'] as const;
