import type { MappingProblem, MappingProblemCode } from '../mapping/problem.js';
import { finding, type Finding } from './finding.js';

const mapOrRename =
  'Correct the name in the mapping (or in the header), or ask an admin for the right to see the field.';

/** What to do about each thing that can be wrong with a mapping. */
const advice: { readonly [C in MappingProblemCode]: string } = {
  'object-not-writable': 'Give the user who exports the right to create or edit these records, by a permission set.',
  'external-id-is-id': 'Name a field that is marked as External ID in Setup.',
  'external-id-unknown': mapOrRename,
  'external-id-not-a-key': 'Mark the field as External ID (and unique) in Setup, or name another one.',
  'external-id-not-mapped': 'Map a column to the external ID.',
  'external-id-constant': 'Map a column to the external ID.',
  'wrong-delimiter': 'Say in the source of the job which character separates the columns.',
  'unknown-column': 'Correct the name of the column in the mapping.',
  'unknown-field': mapOrRename,
  'field-not-writable': 'Take the field out of the mapping, or give the user who exports the right to edit it.',
  'field-mapped-twice': 'Keep one of the two entries.',
  'lookup-mapped-twice': 'Keep one of the two entries.',
  'unknown-relation': 'Correct the name of the relation; for a custom lookup it ends in __r.',
  'relation-object-not-visible': 'Give the user who exports the right to read the object the lookup points to.',
  'relation-key-unknown': 'Name an external ID field of the object the lookup points to.',
  'relation-key-not-a-key': 'Mark the field as External ID in Setup, or name another one.',
  'relation-ambiguous': 'Map the lookup field itself, with Ids.',
  'value-not-valid': 'Correct the value in the mapping.',
};

export function mappingFinding(job: string, { code, message, field, column }: MappingProblem): Finding {
  return finding(job, 'error', code, message, { advice: advice[code], field: field ?? null, column: column ?? null });
}
