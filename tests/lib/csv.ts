// Reads RFC 4180 text into rows of named fields.

export type Row = Record<string, string>;

export function parseCsv(text: string): { columns: string[]; rows: Row[] } {
  const records: string[][] = [[]];
  const fields = /("(?:[^"]|"")*"|[^",\n]*)(,|\n|$)/gy;
  for (let match = fields.exec(text); match !== null && fields.lastIndex <= text.length; match = fields.exec(text)) {
    const [whole, field, end] = match;
    if (whole === '' && match.index === text.length) break;
    records.at(-1)!.push(field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!);
    if (end === '\n') records.push([]);
  }
  if (records.at(-1)!.length === 0) records.pop();
  const [columns = [], ...rest] = records;
  const rows = rest.map((record, i) => {
    if (record.length !== columns.length)
      throw new Error(`line ${i + 2} has ${record.length} fields, the header ${columns.length}`);
    return Object.fromEntries(record.map((value, k) => [columns[k]!, value]));
  });
  return { columns, rows };
}
