import { isNumberValue, readNumber } from './exact-number.js';
import { toId18 } from './ids.js';
import type { OrgState } from './org-state.js';
import { Transaction } from './store/transaction.js';
import type { DraftRow, FieldValue } from './values.js';
import { ApexLimits } from './write/apex-limits.js';
import type { Change } from './write/change.js';
import { derive, draftOf } from './write/draft.js';

const newChange = (org: OrgState, name: string, row: Readonly<Record<string, FieldValue>>): Change => {
  const object = org.schema.require(name);
  const id = row.Id === undefined ? undefined : toId18(String(row.Id));
  if (row.Id !== undefined && id === undefined) throw new Error(`Not a Salesforce Id: ${String(row.Id)}`);
  const input = { object, values: new Map(), references: [], errors: [], sent: {} };
  return { object, operation: 'insert', input, errors: [], ...(id === undefined ? {} : { id }) };
};

/**
 * Puts one row into the org as it is: defaults and formulas are filled in, nothing is checked, no trigger runs.
 *
 * @returns its Id
 * @throws Error if a field is unknown or the Id is none
 */
export const seedRow = (org: OrgState, name: string, row: Readonly<Record<string, FieldValue>>): string => {
  const change = newChange(org, name, row);
  const tx = new Transaction(new ApexLimits(org.apexLimits));
  const draft: DraftRow = draftOf({ org, tx, headers: { 'sforce-auto-assign': 'FALSE' } }, change);
  for (const [key, value] of Object.entries(row)) {
    const field = change.object.field(key);
    if (!field) throw new Error(`No field ${key} on ${name}`);
    if (field.type === 'id') continue;
    draft[field.name] = isNumberValue(value) ? (readNumber(String(value)) ?? value) : value;
  }
  derive(change, draft);
  tx.put(org.database.table(name), Object.freeze(draft));
  return String(draft.Id);
};

/** The rows that every org has: the organization and its admin, plus an inactive user to be refused as owner. */
export const systemRows = (org: OrgState, username: string): Array<[string, Record<string, FieldValue>]> => [
  [
    'User',
    { Id: org.userId, Username: username, FirstName: 'Ada', LastName: 'Admin', Email: username, Alias: 'admin' },
  ],
  [
    'User',
    {
      Username: `inactive.${username}`,
      FirstName: 'Ina',
      LastName: 'Inactive',
      Email: username,
      Alias: 'inactive',
      IsActive: false,
    },
  ],
  [
    'Organization',
    {
      Id: org.orgId,
      Name: 'Practice Org',
      InstanceName: 'PRA1',
      IsSandbox: false,
      OrganizationType: 'Developer Edition',
      LanguageLocaleKey: 'en_US',
    },
  ],
];
