import { ApiError } from '../errors.js';
import { ok } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import { parseQuery } from '../soql/parser.js';
import type { Condition, Query } from '../soql/query.js';
import type { FieldValue, JsonObject } from '../values.js';
import { eventsOf } from '../write/apex-runner.js';
import type { Trigger, TriggerEvent } from '../write/automation.js';

const USAGE: Record<string, TriggerEvent | 'after undelete'> = {
  UsageBeforeInsert: 'before insert',
  UsageAfterInsert: 'after insert',
  UsageBeforeUpdate: 'before update',
  UsageAfterUpdate: 'after update',
  UsageBeforeDelete: 'before delete',
  UsageAfterDelete: 'after delete',
  UsageAfterUndelete: 'after undelete',
};

/** One Apex trigger as the Tooling API shows it, with the paths that the practice org knows. */
const triggerRow = (trigger: Trigger, at: number): Record<string, FieldValue> => {
  const events: string[] = eventsOf(trigger);
  const usage = Object.entries(USAGE).map(([name, event]) => [name, events.includes(event)] as const);
  return {
    Id: `01q000${String(at + 1).padStart(9, '0')}AAA`,
    Name: trigger.name,
    Status: trigger.active === false ? 'Inactive' : 'Active',
    NamespacePrefix: null,
    TableEnumOrId: trigger.object,
    'EntityDefinition.QualifiedApiName': trigger.object,
    EntityDefinitionId: trigger.object,
    ...Object.fromEntries(usage),
  };
};

const same = (a: FieldValue | undefined, b: FieldValue): boolean => String(a).toLowerCase() === String(b).toLowerCase();

/** Metadata objects refuse `!=` and OR (facts 8.1); the rest of WHERE is `=`, IN and AND. */
const matches = (query: Query, condition: Condition, row: Record<string, FieldValue>): boolean => {
  if (condition.kind === 'and') return condition.parts.every((part) => matches(query, part, row));
  if (condition.kind === 'or') throw ApiError.of(400, 'MALFORMED_QUERY', 'Disjunctions not supported');
  if (condition.kind !== 'compare' || !['=', 'IN'].includes(condition.operator)) {
    throw ApiError.of(400, 'MALFORMED_QUERY', 'The practice org answers =, IN and AND on ApexTrigger');
  }
  const key = keyOf(row, condition.path);
  return condition.literals.some((literal) => literal.kind === 'value' && same(row[key], literal.value));
};

const keyOf = (row: Record<string, FieldValue>, path: string): string => {
  const key = Object.keys(row).find((name) => name.toLowerCase() === path.toLowerCase());
  if (key !== undefined) return key;
  throw ApiError.of(400, 'INVALID_FIELD', `No such column '${path}' on entity 'ApexTrigger'.`);
};

const project =
  (query: Query, base: string) =>
  (row: Record<string, FieldValue>): JsonObject => {
    const url = `${base}/tooling/sobjects/ApexTrigger/${String(row.Id)}`;
    const shown: JsonObject = { attributes: { type: 'ApexTrigger', url } };
    for (const { path } of query.select) {
      const key = keyOf(row, path);
      const [relation = '', field] = key.split('.');
      if (field === undefined) shown[key] = row[key];
      else shown[relation] = { attributes: { type: relation }, [field]: row[key] };
    }
    return shown;
  };

const empty = (): Record<string, FieldValue> => triggerRow({ name: '', object: '', run: () => undefined }, 0);

/** `GET …/tooling/query`: only ApexTrigger is known (facts 8.1). */
export const toolingQuery = (call: Call): Answer => {
  const query = parseQuery(call.query.get('q') ?? '');
  if (query.from.toLowerCase() !== 'apextrigger') {
    throw ApiError.of(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
  }
  const { where } = query;
  for (const { path, count } of query.select) if (count !== true) keyOf(empty(), path);
  if (where) matches(query, where, empty());
  const all = call.org.triggers.all.map(triggerRow);
  const rows = where ? all.filter((row) => matches(query, where, row)) : all;
  const isCount = query.select.some(({ count }) => count === true);
  const records = isCount ? [] : rows.slice(0, query.limit).map(project(query, call.base));
  const entity = {
    size: records.length,
    totalSize: rows.length,
    done: true,
    queryLocator: null,
    entityTypeName: 'ApexTrigger',
  };
  return ok({ ...entity, records });
};
