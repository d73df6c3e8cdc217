import { findField, type FieldDescribe, type ObjectDescribe } from '../describe.js';
import { requiredFields } from '../validate/required-fields.js';
import type { RelatedDescribe } from '../mapping/target.js';
import type { SampledColumn } from './columns.js';
import { clearKey, keyColumn, keyFields, type KeyField } from './external-id.js';
import type { ColumnMatch, LeftOutColumn } from './match.js';
import { matchColumns, optionOf, type MatchInput } from './match-columns.js';

export type ProposalInput = {
  readonly columns: readonly SampledColumn[];
  readonly describe: ObjectDescribe;
  /** The job's own object included: a lookup may point to it. */
  readonly related: RelatedDescribe;
  readonly decisions: Decisions;
};

/** What a person (or a flag) has said. */
export type Decisions = {
  readonly externalId: string | undefined;
  /** Column (in lower case) to the field or relation it sets; null leaves it out. */
  readonly columns: ReadonlyMap<string, string | null>;
};

export type Proposal = {
  /** As the describe spells it; undefined: several fields are as good, or there is none. */
  readonly externalId: string | undefined;
  readonly keyFields: readonly KeyField[];
  readonly matches: readonly ColumnMatch[];
  readonly leftOut: readonly LeftOutColumn[];
  /** Fields that a new record must have and no column sets. */
  readonly requiredFields: readonly FieldDescribe[];
};

/** From columns and describe to a job: pure, so that each answer of a person simply proposes anew. */
export function propose(input: ProposalInput): Proposal {
  const { describe, columns, related, decisions } = input;
  const asked = decisions.externalId === undefined ? undefined : findField(describe, decisions.externalId);
  const first = matchColumns(matchInput(input, asked?.name));
  const key = decisions.externalId === undefined ? clearKeyOf(describe, first.matches) : asked?.name;
  // What the key is called decides by which key parents are found: match again, knowing it.
  const second = matchColumns(matchInput(input, key));
  const nameless = second.leftOut.filter(({ reason }) => reason === 'no-field' || reason === 'salesforce-id');
  const free = columns.filter(({ name }) => nameless.some(({ column }) => column === name));
  const isSet = second.matches.some(({ target }) => optionOf(target, describe, related)?.field.name === key);
  const guessed = key === undefined || isSet ? undefined : keyColumn(free);
  const matches: ColumnMatch[] =
    guessed === undefined || key === undefined
      ? [...second.matches]
      : inOrderOf(columns, [...second.matches, { column: guessed.name, target: key, by: 'key' }]);
  return {
    externalId: key ?? decisions.externalId,
    keyFields: keyFields(describe, matches),
    matches,
    leftOut: second.leftOut.filter(({ column }) => column !== guessed?.name),
    requiredFields: requiredFields(describe, fieldsOf(matches, input)),
  };
}

function matchInput(
  { columns, describe, related, decisions }: ProposalInput,
  externalId: string | undefined,
): MatchInput {
  return { columns, describe, related, given: decisions.columns, externalId };
}

/** Without a person to ask, a key that no column is named like must be the only unique external ID there is. */
function clearKeyOf(describe: ObjectDescribe, matches: readonly ColumnMatch[]): string | undefined {
  const clear = clearKey(keyFields(describe, matches));
  if (clear === undefined) return undefined;
  return clear.column !== null || clear.field.externalId ? clear.field.name : undefined;
}

function inOrderOf(columns: readonly SampledColumn[], matches: readonly ColumnMatch[]): ColumnMatch[] {
  const order = columns.map(({ name }) => name);
  return matches.toSorted((a, b) => order.indexOf(a.column) - order.indexOf(b.column));
}

function fieldsOf(matches: readonly ColumnMatch[], { describe, related }: ProposalInput): Set<string> {
  return new Set(matches.flatMap(({ target }) => optionOf(target, describe, related)?.field.name ?? []));
}
