import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import { isKeyField } from '../mapping/target.js';
import { holdsIds, type SampledColumn } from './columns.js';
import type { ColumnMatch } from './match.js';

/** A field by which an upsert could find records. */
export type KeyField = {
  readonly field: FieldDescribe;
  /** The column that sets it; null while none does. */
  readonly column: string | null;
};

/**
 * The fields that can be the external ID, the best first: those a column sets before the others, then unique external
 * IDs, external IDs that are not unique (several records may match: such an upsert is refused), and standard fields
 * that Salesforce looks records up by.
 */
export function keyFields(describe: ObjectDescribe, matches: readonly ColumnMatch[]): KeyField[] {
  const keys = describe.fields.filter((field) => isKeyField(field) && field.type !== 'id');
  return keys
    .map((field) => ({ field, column: matches.find(({ target }) => target === field.name)?.column ?? null }))
    .sort((a, b) => rank(b) - rank(a));
}

function rank({ field, column }: KeyField): number {
  return (column === null ? 0 : 4) + (field.externalId ? (field.unique ? 3 : 2) : 1);
}

/** The key that can be proposed: the best one, if no other is as good. */
export function clearKey(keys: readonly KeyField[]): KeyField | undefined {
  const [best, second] = keys;
  return best === undefined || (second !== undefined && rank(second) === rank(best)) ? undefined : best;
}

/** The last word of a name, seen by a space, an underscore or a change of case: `client_id`, `ClientId`, not `paid`. */
const keyEnd = /(?:^|[^\p{L}\p{N}])(?:id|key|code|uuid|guid)$|\p{Ll}(?:Id|ID|Key|Code)$/u;

/**
 * The column that seems to hold what tells the records apart, though it is named like no field: "id", "client id".
 * Never a column of Salesforce Ids, of values that come twice, or one of two that are as good.
 * @param columns those that set nothing yet
 */
export function keyColumn(columns: readonly SampledColumn[]): SampledColumn | undefined {
  const fits = columns.filter(
    (column) => endsLikeKey(column.name) && column.tellsRowsApart && holdsIds(column) !== true,
  );
  return fits.length === 1 ? fits[0] : undefined;
}

function endsLikeKey(name: string): boolean {
  return keyEnd.test(name) || keyEnd.test(name.toLowerCase());
}
