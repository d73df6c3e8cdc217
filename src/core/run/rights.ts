import { findField, type ObjectDescribe } from '../describe.js';
import type { OrgFacts } from '../ports/org.js';
import { RightsGone } from './stop.js';

/**
 * Asks a fresh describe whether the object and the fields may still be written by this user (design.md 3.2).
 * @throws RightsGone
 * @throws OrgFault
 */
export async function assertRights(facts: OrgFacts, object: string, fields: readonly string[]): Promise<void> {
  const describe = await facts.describe(object);
  if (describe === undefined || !(describe.createable || describe.updateable)) throw new RightsGone(object, []);
  const gone = fields.filter((name) => !isWritable(describe, name));
  if (gone.length > 0) throw new RightsGone(object, gone);
}

function isWritable(describe: ObjectDescribe, name: string): boolean {
  const field = findField(describe, name);
  return field !== undefined && (field.createable || field.updateable);
}
