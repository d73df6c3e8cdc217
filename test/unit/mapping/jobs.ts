import { compileMapping } from '../../../src/core/mapping/compile-mapping.js';
import type { CompiledMapping, MappingFailure } from '../../../src/core/mapping/compile-mapping.js';
import type { ObjectDescribe } from '../../../src/core/describe.js';
import type { JobSpec, MappingEntry } from '../../../src/core/job.js';
import type { Cell, EncodedRecord, PreparedRecord, RecordEncoder, RefusedRecord } from '../../../src/core/record.js';
import { account, related } from './describes.js';

export function job(more: Partial<JobSpec> = {}): JobSpec {
  return {
    name: 'accounts',
    object: 'Account',
    operation: 'upsert',
    externalId: 'Ext_Id__c',
    source: { type: 'csv', path: '/data/accounts.csv' },
    settings: {},
    formerly: [],
    ...more,
  };
}

type Mapping = Readonly<Record<string, MappingEntry | string>>;

export function compile(
  columns: readonly string[],
  mapping?: Mapping,
  more: { describe?: ObjectDescribe; externalId?: string } = {},
): CompiledMapping | MappingFailure {
  const entries = Object.entries(mapping ?? {}).map(([name, entry]) => [
    name,
    typeof entry === 'string' ? { column: entry } : entry,
  ]);
  const spec = job({
    ...(mapping === undefined ? {} : { mapping: Object.fromEntries(entries) as Record<string, MappingEntry> }),
    externalId: more.externalId ?? 'Ext_Id__c',
  });
  return compileMapping({ spec, columns, describe: more.describe ?? account, relatedDescribe: related });
}

export function compiled(...input: Parameters<typeof compile>): CompiledMapping {
  const result = compile(...input);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems, null, 2));
  return result;
}

/** Code and field of all problems, in order. */
export function problemsOf(...input: Parameters<typeof compile>): string[] {
  const result = compile(...input);
  return 'problems' in result
    ? result.problems.map(({ code, field }) => (field === undefined ? code : `${code} ${field}`))
    : [];
}

export function encode(encoder: RecordEncoder, cells: readonly Cell[], row = 1): EncodedRecord {
  return encoder.encode({ kind: 'row', position: { row, line: row + 1 }, cells, end: row * 10 });
}

export function prepared(record: EncodedRecord): PreparedRecord {
  if (record.kind !== 'prepared') throw new Error(JSON.stringify(record));
  return record;
}

export function refused(record: EncodedRecord): RefusedRecord {
  if (record.kind !== 'refused') throw new Error(JSON.stringify(record));
  return record;
}

/** The record of one field besides its key. */
export function one(name: string, cell: Cell): EncodedRecord {
  return encode(compiled(['Ext_Id__c', name]).encoder, ['A-1', cell]);
}
