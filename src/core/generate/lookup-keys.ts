import { findRelation, type FieldDescribe, type ObjectDescribe } from '../describe.js';
import { isKeyField, resolveTarget, type RelatedDescribe } from '../mapping/target.js';
import { wordOf, type SampledColumn } from './columns.js';

/** A lookup as columns may speak of it. */
export type Lookup = {
  readonly field: FieldDescribe;
  readonly relation: string;
  /** `account`, `parent`: its relation, its field and its label without the trailing Id. */
  readonly words: readonly string[];
};

/** The lookups of an object that this user may set. */
export function lookupsOf(describe: ObjectDescribe): Lookup[] {
  return describe.fields.flatMap((field) => {
    const relation = field.relationshipName;
    if (relation === null || field.referenceTo.length === 0 || !(field.createable || field.updateable)) return [];
    const words = [relation, field.name, field.label].map((name) => wordOf(name).replace(/(.)id$/, '$1'));
    return [{ field, relation, words: [...new Set(words)].filter((word) => word !== '') }];
  });
}

/** A lookup to anything (the WhatId of tasks) would cost a describe of each, and its parents' keys are not told apart. */
const mostParents = 5;

/**
 * Objects whose describes are needed to propose lookups for these columns, and to understand the relations that a
 * person named; the job's own is left out.
 */
export function objectsToDescribe(
  columns: readonly SampledColumn[],
  targets: readonly string[],
  describe: ObjectDescribe,
): string[] {
  const lookups = lookupsOf(describe).filter(({ field }) => field.referenceTo.length <= mostParents);
  const spoken = lookups.filter((lookup) => columns.some((column) => speaksOf(column.word, lookup)));
  const relations = [...targets, ...columns.map(({ name }) => name)].filter((name) => name.includes('.'));
  const named = relations.flatMap((target) => findRelation(describe, target.split('.')[0] ?? '') ?? []);
  const objects = [...spoken.map(({ field }) => field), ...named].flatMap(({ referenceTo }) => referenceTo);
  return [...new Set(objects)].filter((name) => name !== describe.name);
}

function speaksOf(word: string, lookup: Lookup): boolean {
  return lookup.words.some((start) => word.startsWith(start));
}

/** One way to set a lookup: `Parent.Ext_Id__c`. */
export type LookupKey = { readonly lookup: Lookup; readonly target: string; readonly key: FieldDescribe };

/** All ways by which this lookup's parent can be found; Ids apart. */
export function lookupKeys(lookup: Lookup, describe: ObjectDescribe, related: RelatedDescribe): LookupKey[] {
  const objects = lookup.field.referenceTo.flatMap((name) => related(name) ?? []);
  const names = new Set(objects.flatMap((object) => object.fields.filter(isParentKey).map((field) => field.name)));
  return [...names].flatMap((name) => {
    const target = `${lookup.relation}.${name}`;
    const resolved = resolveTarget(target, describe, related);
    return 'problem' in resolved ? [] : [{ lookup, target, key: resolved.target.valueField }];
  });
}

function isParentKey(field: FieldDescribe): boolean {
  return isKeyField(field) && field.type !== 'id';
}

/**
 * The key that is meant where a column names only the parent: the only unique external ID, or the one that is called
 * like the job's own; undefined where that stays open.
 */
export function usualKey(keys: readonly LookupKey[], externalId: string | undefined): LookupKey | undefined {
  const external = keys.filter(({ key }) => key.externalId);
  const unique = external.filter(({ key }) => key.unique);
  const some = unique.length > 0 ? unique : external;
  if (some.length === 1) return some[0];
  return some.find(({ key }) => key.name.toLowerCase() === externalId?.toLowerCase());
}

const keyWords = ['id', 'key', 'code', 'externalid', 'extid', 'ref', 'reference'];

/** Does the column name this key of the parent (`Parent External Id`)? */
export function namesKey(word: string, { lookup, key }: LookupKey): boolean {
  return lookup.words.some((start) => word === start + wordOf(key.name) || word === start + wordOf(key.label));
}

/** Does the column name the parent, and not by which key (`account`, `Account Id`, `parent_key`)? */
export function namesParent(word: string, lookup: Lookup): boolean {
  return lookup.words.some((start) => word === start || keyWords.some((end) => word === start + end));
}
