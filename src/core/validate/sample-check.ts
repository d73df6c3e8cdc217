import { findField, type ObjectDescribe } from '../describe.js';
import type { JobSpec } from '../job.js';
import { payloadField } from '../mapping/payload.js';
import { isRowKey, type EncodedRecord, type PayloadValue } from '../record.js';
import { valueProblems, type ValueProblem } from './value-checks.js';
import type { Finding } from './finding.js';
import { isRequired } from './required-fields.js';

/** So many values that a picklist does not have are told one by one; what comes after them counts with the last. */
const valuesTold = 10;

type Seen = { readonly first: Finding; count: number };

/** What one record would be told: an error of its own conversion, or a check of a value. */
type Remark = Omit<ValueProblem, 'advice'> & { readonly field: string | null; readonly advice: string | null };

const conversionAdvice = 'Correct the value in the source, or translate it with "values" in the mapping.';

/**
 * Goes over records of a sample and gathers what the org would say of them: one finding for each reason, with the
 * first record and the number of records.
 */
export class SampleCheck {
  private readonly seen = new Map<string, Seen>();
  private readonly keys = new Map<string, number>();
  private readonly values = new Map<string, Set<string>>();

  /** @param fields names of the fields that the job's records set */
  public constructor(
    private readonly spec: JobSpec,
    private readonly describe: ObjectDescribe,
    private readonly fields: readonly string[],
  ) {}

  public add(record: EncodedRecord): void {
    // One record counts once for each reason, however many of its values have it.
    const reasons = new Set<string>();
    for (const remark of this.remarksOn(record)) {
      const reason = this.reasonOf(remark);
      if (reasons.has(reason)) continue;
      reasons.add(reason);
      const known = this.seen.get(reason);
      if (known === undefined) this.seen.set(reason, { first: this.findingOf(remark, record), count: 1 });
      else known.count += 1;
    }
  }

  public findings(): Finding[] {
    return [...this.seen.values()].map(({ first, count }) => ({ ...first, count }));
  }

  private *remarksOn(record: EncodedRecord): Generator<Remark> {
    if (record.kind === 'refused') {
      for (const { statusCode, message, fields } of record.errors) {
        const field = fields[0] ?? null;
        yield { severity: 'refusal', code: statusCode, message, advice: conversionAdvice, field };
      }
    }
    if (!isRowKey(record.key.canonical)) yield* this.twice(record);
    const set = new Map<string, PayloadValue>();
    for (const [name, value] of Object.entries(record.payload ?? {})) {
      set.set(payloadField(name, value, this.describe), value);
    }
    const refused = new Set(record.kind === 'refused' ? record.errors.flatMap(({ fields }) => fields) : []);
    for (const [name, value] of set) {
      const field = findField(this.describe, name);
      if (field === undefined || refused.has(name)) continue;
      for (const problem of valueProblems(field, value)) yield { ...problem, field: field.name };
    }
    if (record.payload !== null) yield* this.missing(set);
  }

  private *twice({ key, position }: EncodedRecord): Generator<Remark> {
    const first = this.keys.get(key.canonical);
    if (first === undefined) {
      this.keys.set(key.canonical, position.row);
      return;
    }
    const message = `The key ${key.display} stands in row ${first} already; both rows are sent, in their order.`;
    const advice = 'Nothing, if the later row is meant to win field by field; else remove one of them.';
    yield { severity: 'warning', code: 'KEY_TWICE', message, advice, field: this.spec.externalId };
  }

  /** A mapped field that every new record needs, without a value in this row. */
  private *missing(set: ReadonlyMap<string, PayloadValue>): Generator<Remark> {
    if (!this.describe.createable) return;
    for (const name of this.fields) {
      const field = findField(this.describe, name);
      if (field === undefined || set.has(name) || !isRequired(field)) continue;
      const message = `${name} has no value; a new record needs one.`;
      const advice = 'Fill it in the source, unless these records are in the org already.';
      yield { severity: 'warning', code: 'REQUIRED_FIELD_MISSING', message, advice, field: name };
    }
  }

  private reasonOf({ code, field, severity, value }: Remark): string {
    const kind = JSON.stringify([code, field, severity]);
    if (value === undefined) return kind;
    const told = this.values.get(kind) ?? new Set();
    this.values.set(kind, told);
    if (!told.has(value) && told.size >= valuesTold) return kind;
    told.add(value);
    return kind + JSON.stringify(value);
  }

  private findingOf({ severity, code, message, advice, field }: Remark, { position }: EncodedRecord): Finding {
    const { row, line = null } = position;
    const remark = { severity, code, message, advice, field };
    return { ...remark, job: this.spec.name, column: this.columnOf(field), row, line, count: 1 };
  }

  private columnOf(field: string | null): string | null {
    if (field === null) return null;
    const { mapping } = this.spec;
    if (mapping === undefined) return field;
    const entry = Object.entries(mapping).find(([name]) => this.sets(name, field))?.[1];
    return entry !== undefined && 'column' in entry ? entry.column : null;
  }

  private sets(target: string, field: string): boolean {
    const [relation, key] = target.split('.');
    if (key === undefined) return target.toLowerCase() === field.toLowerCase();
    const name = findField(this.describe, field)?.relationshipName;
    return name?.toLowerCase() === relation?.toLowerCase();
  }
}
