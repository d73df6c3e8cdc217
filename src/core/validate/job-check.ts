import type { RecordEncoder, SourceRow } from '../record.js';
import type { ObjectDescribe } from '../describe.js';
import type { JobSpec } from '../job.js';
import { finding, type Finding } from './finding.js';
import { requiredFields } from './required-fields.js';
import { SampleCheck } from './sample-check.js';

export type CheckedJob = {
  readonly spec: JobSpec;
  readonly describe: ObjectDescribe;
  readonly encoder: RecordEncoder;
  /** Names of the fields that its records set. */
  readonly fields: readonly string[];
};

/** What the describe tells of a sample of a job's rows, and of the fields that no column sets. */
export function checkRows({ spec, describe, encoder, fields }: CheckedJob, rows: readonly SourceRow[]): Finding[] {
  const sample = new SampleCheck(spec, describe, fields);
  for (const row of rows) sample.add(encoder.encode(row));
  return [...requiredFindings(spec.name, describe, fields), ...sample.findings()];
}

/** Fields that a new record must have and the job does not set. */
export function requiredFindings(job: string, describe: ObjectDescribe, fields: readonly string[]): Finding[] {
  return requiredFields(describe, new Set(fields)).map((field) => {
    const message = `${field.name} ("${field.label}") is required, and the job does not set it: new records would be refused.`;
    const advice = 'Map a column or a constant to it, unless every record is in the org already.';
    return finding(job, 'warning', 'required-not-mapped', message, { advice, field: field.name });
  });
}
