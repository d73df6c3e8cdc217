/**
 * How a column was matched to what it sets. `name`: the API name, or Relation.Field__c, as it stands; `label`: the
 * field's label; `words`: the same word in another dress (`ext id`); `relation`: the name of a lookup, whose parent is
 * found by its external ID; `key`: a name such as "id", taken for the external ID; `near`: a misspelling, perhaps;
 * `given`: a person said so.
 */
export type MatchedBy = 'name' | 'label' | 'words' | 'relation' | 'key' | 'near' | 'given';

export type ColumnMatch = {
  readonly column: string;
  /** The name in the mapping: a field, or Relation.Field__c. */
  readonly target: string;
  readonly by: MatchedBy;
};

/** Why a column sets nothing. */
export type LeftOutReason =
  | 'left-out'
  | 'no-field'
  | 'not-writable'
  | 'salesforce-id'
  | 'taken'
  | 'ambiguous'
  | 'lookup-without-key'
  | 'values-do-not-fit';

export type LeftOutColumn = {
  readonly column: string;
  readonly reason: LeftOutReason;
  /** What it may have meant. */
  readonly candidates: readonly string[];
};

/** These matches are guesses: a person is asked, or told to look at them. */
export function isGuess(by: MatchedBy): boolean {
  return by === 'near' || by === 'key' || by === 'relation';
}
