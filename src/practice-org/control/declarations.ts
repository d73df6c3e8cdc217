import type { Fault } from '../http/faults.js';
import { isJsonObject } from '../values.js';
import type { DraftRow, FieldValue, JsonObject } from '../values.js';
import type { ApexLimitValues } from '../write/apex-limits.js';
import type { Trigger, TriggerContext, TriggerEvent, ValidationRule } from '../write/automation.js';
import { isOperator, meets } from './conditions.js';
import type { FieldCondition } from './conditions.js';

/** A validation rule as JSON: refuses the records that meet the conditions. */
export type RuleDeclaration = Omit<ValidationRule, 'predicate' | 'name'> & {
  /** default: made of object and message */
  name?: string;
  conditions: FieldCondition | FieldCondition[];
};

/** A trigger as JSON. */
export type TriggerDeclaration = {
  name: string;
  object: string;
  active?: boolean;
  events?: TriggerEvent[];
  /** a static "already ran" guard: only the first chunk of a transaction is worked on */
  oncePerTransaction?: boolean;
  /** Apex limits that each record of a chunk uses */
  spendPerRecord?: Partial<ApexLimitValues>;
  /** throws, and so fails the chunk, if a record meets the conditions */
  throwWhen?: FieldCondition | FieldCondition[];
  /** message of what it throws */
  message?: string;
  /** refuses single records */
  addErrorWhen?: FieldCondition | FieldCondition[];
  /** sets fields in before triggers */
  set?: Record<string, FieldValue>;
};

/** A fault as JSON: `match.path` is a prefix, `where` a list of conditions on the record as sent. */
export type FaultDeclaration = Omit<Fault, 'where'> & { where?: FieldCondition | FieldCondition[] };

const checkConditions = (raw: unknown): void => {
  for (const condition of [raw].flat()) {
    if (isJsonObject(condition) && typeof condition.field === 'string' && isOperator(condition.op)) continue;
    throw new Error(`A condition needs field, op and value, not ${JSON.stringify(condition)}`);
  }
};

const requireText = (raw: JsonObject, names: string[]): void => {
  const missing = names.filter((name) => typeof raw[name] !== 'string');
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(', ')}`);
};

/**
 * A rule from JSON: `{object, field, op, value, message}`, or with `conditions` in place of field, op and value. In the
 * short form the error is shown at the field.
 *
 * @throws Error if something is missing
 */
export const ruleFrom = (raw: unknown): ValidationRule => {
  if (!isJsonObject(raw)) throw new Error('A rule is an object');
  requireText(raw, ['object', 'message']);
  const { conditions: listed, op, value, ...rest } = raw;
  const conditions = listed ?? { field: raw.field, op, value };
  checkConditions(conditions);
  const rule = rest as Omit<ValidationRule, 'predicate'>;
  const name = rule.name ?? `${rule.object}: ${rule.message}`;
  return { ...rule, name, predicate: (record) => meets(record, conditions as FieldCondition[]) };
};

const spend = ({ limits }: TriggerContext, { spendPerRecord = {} }: TriggerDeclaration): void => {
  for (const [limit, amount] of Object.entries(spendPerRecord)) limits.spend(limit as keyof ApexLimitValues, amount);
};

const workBefore = (context: TriggerContext, declaration: TriggerDeclaration, record: DraftRow): void => {
  const { addErrorWhen, message, set } = declaration;
  spend(context, declaration);
  if (addErrorWhen && meets(record, addErrorWhen)) context.addError(record, message ?? 'Refused by the trigger');
  if (context.operation !== 'delete') Object.assign(record, set);
};

const runDeclared =
  (declaration: TriggerDeclaration) =>
  (context: TriggerContext): void => {
    const guard = `${declaration.name} ${context.event}`;
    if (declaration.oncePerTransaction === true && context.statics.has(guard)) return;
    context.statics.set(guard, true);
    const records: DraftRow[] = context.operation === 'delete' ? (context.old as DraftRow[]) : context.new;
    for (const record of records) {
      if (declaration.throwWhen && meets(record, declaration.throwWhen)) {
        throw new Error(declaration.message ?? 'Attempt to de-reference a null object');
      }
      if (context.isBefore) workBefore(context, declaration, record);
    }
  };

/** A trigger from JSON. @throws Error if something is missing */
export const triggerFrom = (raw: unknown): Trigger => {
  if (!isJsonObject(raw)) throw new Error('A trigger is an object');
  requireText(raw, ['name', 'object']);
  for (const conditions of [raw.throwWhen, raw.addErrorWhen]) if (conditions !== undefined) checkConditions(conditions);
  const declaration = raw as TriggerDeclaration;
  const { name, object, active, events } = declaration;
  const known = { ...(active === undefined ? {} : { active }), ...(events === undefined ? {} : { events }) };
  return { name, object, ...known, run: runDeclared(declaration) };
};

/** A fault from JSON. `"times": "always"` never ends. @throws Error if something is missing */
export const faultFrom = (raw: unknown): Fault => {
  if (!isJsonObject(raw)) throw new Error('A fault is an object');
  requireText(raw, ['kind']);
  const { where, times, ...rest } = raw;
  if (where !== undefined) checkConditions(where);
  const declared = {
    ...rest,
    ...(times === undefined ? {} : { times: times === 'always' ? Infinity : times }),
    ...(where === undefined ? {} : { where: (record: JsonObject) => meets(record, where as FieldCondition[]) }),
  };
  return declared as unknown as Fault;
};
