import { recordError } from '../errors.js';
import type { RecordError } from '../errors.js';
import { matchKey } from '../store/table.js';
import type { DraftRow, FieldValue, Row } from '../values.js';
import type { Change, WriteContext } from './change.js';
import type { DuplicateRule, RuleContext } from './automation.js';

/** One error names all required fields that are empty (facts 7.2). */
const checkRequired = ({ object, errors }: Change, draft: DraftRow): void => {
  const missing = object.required.map(({ name }) => name).filter((name) => (draft[name] ?? null) === null);
  if (missing.length === 0) return;
  errors.push(recordError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing));
};

/** All validation rules are evaluated, so a record may have several errors (facts 3.2). */
const checkRules = ({ org }: WriteContext, change: Change, draft: DraftRow): void => {
  if (change.operation === 'delete') return;
  const context: RuleContext = { operation: change.operation, userId: org.userId, now: org.now() };
  for (const rule of org.rules.active(change.object.name)) {
    if (rule.when !== undefined && rule.when !== 'always' && rule.when !== change.operation) continue;
    if (!rule.predicate(draft, change.old, context)) continue;
    const fields = rule.field === undefined ? [] : [rule.field];
    change.errors.push(recordError(rule.statusCode ?? 'FIELD_CUSTOM_VALIDATION_EXCEPTION', rule.message, fields));
  }
};

const isSame = (a: FieldValue | undefined, b: FieldValue | undefined): boolean =>
  a !== null && a !== undefined && b !== null && b !== undefined && String(a).toLowerCase() === String(b).toLowerCase();

const duplicateDetails = (rule: DuplicateRule, object: string, rows: Row[], message: string): unknown => ({
  allowSave: rule.action !== 'block',
  duplicateRule: rule.name,
  duplicateRuleEntityType: object,
  errorMessage: message,
  matchResults: [
    {
      entityType: object,
      errors: [],
      matchEngine: 'ExactMatchEngine',
      matchRecords: rows.map(({ Id }) => ({
        additionalInformation: [],
        fieldDiffs: [],
        matchConfidence: 100,
        record: { attributes: { type: object }, Id },
      })),
      rule: rule.name,
      size: rows.length,
      success: true,
    },
  ],
});

/** Duplicate rules; an alert passes with `Sforce-Duplicate-Rule-Header: allowSave=true` (facts 2.9, 6). */
const checkDuplicates = ({ org, headers }: WriteContext, change: Change, draft: DraftRow): void => {
  const mayPass = /allowsave\s*=\s*true/i.test(headers['sforce-duplicate-rule-header'] ?? '');
  for (const rule of org.duplicateRules.active(change.object.name)) {
    if (mayPass && rule.action !== 'block') continue;
    const rows = org.database
      .table(change.object.name)
      .rows()
      .filter((row) => row.Id !== draft.Id && rule.matchFields.every((name) => isSame(row[name], draft[name])));
    if (rows.length === 0) continue;
    const message = rule.message ?? 'Use one of these records?';
    const error: RecordError = recordError('DUPLICATES_DETECTED', message);
    change.errors.push({ ...error, duplicateResult: duplicateDetails(rule, change.object.name, rows, message) });
  }
};

/** Required fields, then validation rules, then duplicate rules: each stage only for records that passed the one before. */
export const checkRecord = (context: WriteContext, change: Change): void => {
  const draft = change.draft ?? {};
  for (const check of [(): void => checkRequired(change, draft), (): void => checkRules(context, change, draft)]) {
    if (change.errors.length === 0) check();
  }
  if (change.errors.length === 0) checkDuplicates(context, change, draft);
};

/** Unique fields: the message shows the Id of the other row with 15 characters and names no field (facts 7.2). */
export const checkUnique = ({ org }: WriteContext, change: Change): void => {
  const { object, draft, old, errors } = change;
  const table = org.database.table(object.name);
  for (const field of object.uniqueFields) {
    const value = draft?.[field.name];
    if (value === null || value === undefined) continue;
    const before = old?.[field.name];
    if (before !== null && before !== undefined && matchKey(field, before) === matchKey(field, value)) continue;
    const other = table.idsOf(field, value)?.find((id) => id !== change.id);
    if (other === undefined) continue;
    const message = `duplicate value found: ${field.name} duplicates value on record with id: ${other.slice(0, 15)}`;
    errors.push(recordError('DUPLICATE_VALUE', message));
  }
};
