import type { Faults } from './http/faults.js';
import type { IdSequence } from './ids.js';
import type { Schema } from './schema/schema.js';
import type { Database } from './store/database.js';
import type { ApexLimitValues } from './write/apex-limits.js';
import type { AssignmentRule, DuplicateRule, Switchboard, Trigger, ValidationRule } from './write/automation.js';

/** Points where the documents are silent or contradict each other: each can be set either way. */
export type Behaviour = {
  /** an unknown field or a wrong JSON type rejects the whole collection, or only its record (facts 3.7) */
  badFields: 'request' | 'record';
  /** which bad records show their own error when all is rolled back (facts 3.3): the first, the last, or all */
  rollback: 'first' | 'last' | 'all';
  /** the code of the records that were good (facts 3.3) */
  rolledBackCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' | 'PROCESSING_HALTED';
  /** rolled-back records show an Id that does not exist (facts 3.3) */
  rolledBackIds: boolean;
  /** order of collated subrequests that nothing binds (facts 4.1) */
  collation: 'inOrder' | 'reversed';
  /** Apex limits and statics under a Composite request that is not all-or-none (facts 4.4) */
  compositeApex: 'shared' | 'perSubrequest';
  /** answers are compressed when the client accepts it (facts 2.7) */
  gzip: boolean;
};

export const DEFAULT_BEHAVIOUR: Behaviour = {
  badFields: 'request',
  rollback: 'first',
  rolledBackCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  rolledBackIds: false,
  collation: 'reversed',
  compositeApex: 'shared',
  gzip: true,
};

export type Limit = { Max: number; Remaining: number };

/** Everything that the resources work on. */
export type OrgState = {
  readonly orgId: string;
  readonly userId: string;
  readonly schema: Schema;
  readonly database: Database;
  readonly ids: IdSequence;
  readonly rules: Switchboard<ValidationRule>;
  readonly triggers: Switchboard<Trigger>;
  readonly duplicateRules: Switchboard<DuplicateRule>;
  readonly assignmentRules: Switchboard<AssignmentRule>;
  readonly faults: Faults;
  readonly behaviour: Behaviour;
  readonly apexLimits: ApexLimitValues;
  readonly limits: { DailyApiRequests: Limit } & Record<string, Limit>;
  /** Ids of recently viewed records, newest last; fed by writes without `Sforce-Mru: updateMru=false` (facts 6) */
  readonly recentlyViewed: string[];
  readonly autoNumbers: Map<string, number>;
  readonly queryLocators: Map<string, unknown>;
  readonly now: () => Date;
};
