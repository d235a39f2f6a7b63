// docs/openapi.yaml as a judge of answers: finds an operation, holds an answer's status, type and body against it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

export interface Schema {
  $ref?: string; type?: string; nullable?: boolean; enum?: unknown[]; pattern?: string; allOf?: Schema[]; items?: Schema; format?: string;
  properties?: Record<string, Schema>; required?: string[]; additionalProperties?: boolean | Schema;
  minimum?: number; maximum?: number; minLength?: number; maxLength?: number; minItems?: number; maxItems?: number;
}
export interface Parameter { $ref?: string; name: string; in: string; required?: boolean; schema: Schema }
export interface Answer { $ref?: string; description: string; content?: Record<string, { schema: Schema }> }
export interface Operation {
  operationId: string; parameters?: Parameter[]; responses: Record<string, Answer>; security?: Record<string, string[]>[]; 'x-right'?: string;
}
interface Document { paths: Record<string, Record<string, Operation | Parameter[]>>; components: Record<string, Record<string, unknown>> }

const methods = ['get', 'post', 'put', 'patch', 'delete'];

export class Description {
  readonly document: Document;

  constructor(text = readFileSync(resolve(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8')) {
    this.document = parse(text, { uniqueKeys: true }) as Document;
  }

  /** "GET /api/v1/cameras/{id}" → operation */
  operations(): Map<string, Operation> {
    const found = new Map<string, Operation>();
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of methods) if (item[method]) found.set(`${method.toUpperCase()} ${path}`, item[method] as Operation);
    }
    return found;
  }

  /** Parameters of an operation, those of its path included. */
  parameters(key: string): Parameter[] {
    const [method = '', path = ''] = key.split(' ');
    const item = this.document.paths[path] ?? {};
    const own = (item[method.toLowerCase()] as Operation | undefined)?.parameters ?? [];
    return [...((item.parameters as Parameter[] | undefined) ?? []), ...own].map((p) => this.resolve(p));
  }

  resolve<T extends { $ref?: string }>(value: T): T {
    if (!value.$ref) return value;
    const [, part = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec(value.$ref) ?? [];
    const target = this.document.components[part]?.[name];
    if (!target) throw new Error(`${value.$ref} leads nowhere`);
    return this.resolve(target as T);
  }

  /** Every `$ref` in the document. */
  references(value: unknown = this.document): string[] {
    if (typeof value !== 'object' || value === null) return [];
    const own = (value as { $ref?: unknown }).$ref;
    return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap((v) => this.references(v))];
  }

  /** What is wrong with an answer; empty: nothing. */
  judge(key: string, status: number, type: string | null, body: Uint8Array): string[] {
    const operation = this.operations().get(key);
    if (!operation) return [`${key} is not described`];
    const described = operation.responses[String(status)];
    if (!described) return [`${key}: status ${status} is not described`];
    const { content } = this.resolve(described);
    if (!content) return body.length ? [`${key} ${status}: a body is not described`] : [];
    const bare = (type ?? '').split(';')[0] ?? '';
    const media = content[bare];
    if (!media) return [`${key} ${status}: Content-Type ${bare || 'missing'} is not described`];
    if (!bare.endsWith('json')) return [];
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return this.check(value, media.schema, '').slice(0, 5).map((fault) => `${key} ${status}: ${fault}`);
  }

  /** Faults of a value by a schema. A property that no schema names is a fault too, so that the file tells everything. */
  check(value: unknown, written: Schema, path: string): string[] {
    const schema = this.flatten(written);
    const at = path || 'body';
    if (value === null) return schema.nullable || !schema.type ? [] : [`${at} is null`];
    if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${JSON.stringify(value)} is none of ${schema.enum.join(', ')}`];
    if (schema.type && !hasType(value, schema.type)) return [`${at}: ${JSON.stringify(value)?.slice(0, 80)} is no ${schema.type}`];
    const faults: string[] = [];
    if (typeof value === 'string') faults.push(...checkText(value, schema, at));
    if (typeof value === 'number') {
      if (schema.minimum !== undefined && value < schema.minimum) faults.push(`${at}: ${value} is under ${schema.minimum}`);
      if (schema.maximum !== undefined && value > schema.maximum) faults.push(`${at}: ${value} is over ${schema.maximum}`);
    }
    if (Array.isArray(value)) {
      if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) faults.push(`${at}: ${value.length} items`);
      value.forEach((item, i) => faults.push(...(schema.items ? this.check(item, schema.items, `${path}[${i}]`) : [])));
    } else if (typeof value === 'object') {
      faults.push(...this.checkObject(value as Record<string, unknown>, schema, path));
    }
    return faults;
  }

  private checkObject(value: Record<string, unknown>, schema: Schema, path: string): string[] {
    const faults = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path || 'body'}: ${name} is missing`);
    for (const [name, item] of Object.entries(value)) {
      const known = schema.properties?.[name];
      const other = schema.additionalProperties ?? !schema.properties;
      if (known) faults.push(...this.check(item, known, `${path}.${name}`));
      else if (typeof other === 'object') faults.push(...this.check(item, other, `${path}.${name}`));
      else if (!other) faults.push(`${path}.${name} is not described`);
    }
    return faults;
  }

  private flatten(written: Schema): Schema {
    const schema = this.resolve(written);
    if (!schema.allOf) return schema;
    const parts = schema.allOf.map((part) => this.flatten(part));
    return {
      type: 'object',
      properties: Object.assign({}, ...parts.map((p) => p.properties)) as Record<string, Schema>,
      required: parts.flatMap((p) => p.required ?? []),
    };
  }
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object': return typeof value === 'object' && !Array.isArray(value);
    case 'array': return Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === type;
  }
}

function checkText(value: string, schema: Schema, at: string): string[] {
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) return [`${at}: "${value}" does not fit ${schema.pattern}`];
  if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? Infinity)) return [`${at}: ${value.length} characters`];
  return [];
}
