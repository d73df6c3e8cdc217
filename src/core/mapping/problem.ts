/** Why a job cannot run as it is mapped. Stable: `--json` shows it. */
export type MappingProblemCode =
  | 'object-not-writable'
  | 'external-id-is-id'
  | 'external-id-unknown'
  | 'external-id-not-a-key'
  | 'external-id-not-mapped'
  | 'external-id-constant'
  | 'wrong-delimiter'
  | 'unknown-column'
  | 'unknown-field'
  | 'field-not-writable'
  | 'field-mapped-twice'
  | 'lookup-mapped-twice'
  | 'unknown-relation'
  | 'relation-object-not-visible'
  | 'relation-key-unknown'
  | 'relation-key-not-a-key'
  | 'relation-ambiguous'
  | 'value-not-valid';

/** One thing that is wrong with a job's mapping: a run-level error, found before anything is sent (P23, P32). */
export type MappingProblem = {
  readonly code: MappingProblemCode;
  readonly message: string;
  /** The field or relation as the mapping (or the header) names it. */
  readonly field?: string;
  readonly column?: string;
  /** What was probably meant. */
  readonly suggestion?: string;
};
