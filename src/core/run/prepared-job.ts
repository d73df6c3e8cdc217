import type { ApiBudget } from '../budget/api-budget.js';
import type { ObjectDescribe } from '../describe.js';
import type { RelatedDescribe } from '../mapping/target.js';
import type { JobSpec } from '../job.js';
import type { OrgFacts } from '../ports/org.js';
import type { RecordSource } from '../ports/source.js';
import type { RecordSink } from '../ports/sink.js';
import type { RecordEncoder } from '../record.js';

/** A job that passed every check, ready to run. */
export type PreparedJob = {
  readonly spec: JobSpec;
  readonly source: RecordSource;
  readonly sink: RecordSink;
  /** As the org gave it when the job was checked. */
  readonly describe: ObjectDescribe;
  /** Compiles mapping and columns; the columns are those of the source as it is opened for the run. */
  readonly compile: (columns: readonly string[]) => CompiledMapping;
  readonly settings: JobRunSettings;
  /** API calls that the checks cost. */
  readonly apiCalls: number;
  readonly warnings: readonly string[];
  /** Describes of the objects that its lookups name. */
  readonly relatedDescribe: RelatedDescribe;
  /** Names of the fields that its records set. */
  readonly fields: readonly string[];
};

export type CompiledMapping = {
  readonly encoder: RecordEncoder;
  /** Names of the fields that records of this mapping set. */
  readonly fields: readonly string[];
};

export type JobRunSettings = {
  readonly pauseOnErrors: boolean;
  readonly batchSize: number;
  /** Collections in one request, `auto` resolved. */
  readonly collections: number;
  readonly maxExportErrors: number;
};

/** Facts of the org that a running job may ask again, and the API calls it may make there. */
export type RunOrg = {
  readonly orgId: string;
  readonly facts: OrgFacts;
  readonly apiCalls: () => number;
  readonly budget: ApiBudget;
};
