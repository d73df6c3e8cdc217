import { findField, findRelation } from '../describe.js';
import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import type { MappingEntry } from '../job.js';
import { didYouMean, nearMiss } from './near-miss.js';
import type { MappingProblem } from './problem.js';

/** Describes of the objects that lookups point to; undefined: no such object, or not visible to this user. */
export type RelatedDescribe = (object: string) => ObjectDescribe | undefined;

/** What one name in a mapping sets: a field itself, or a lookup by a key field of the record it points to. */
export type Target = {
  /** The field of the job's object; for a relation its lookup field. */
  readonly field: FieldDescribe;
  /** The field whose type the value has: the field itself, or the key field of the related object. */
  readonly valueField: FieldDescribe;
  readonly relation?: {
    readonly name: string;
    readonly object: string;
    /** The lookup may point to several objects: the request has to say which (API 3.6). */
    readonly typed: boolean;
  };
};

/** An entry of a mapping that names something that exists. */
export type EntryDraft = {
  readonly name: string;
  readonly target: Target;
  readonly entry: MappingEntry;
  /** Place of its column; -1 for a constant. */
  readonly index: number;
};

export type Resolved = { readonly target: Target } | { readonly problem: MappingProblem };

/** `Parent.Ext_Id__c` as its two parts, or undefined for a plain field name. */
export function relationParts(name: string): { readonly relation: string; readonly key: string } | undefined {
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : { relation: name.slice(0, dot), key: name.slice(dot + 1) };
}

/** May the field be used as upsert key, or as the key of a lookup (API 2.2)? */
export function isKeyField(field: FieldDescribe): boolean {
  return field.idLookup || field.externalId;
}

/** Finds what a name in a mapping (or a column name without one) sets, or says why it sets nothing. */
export function resolveTarget(name: string, describe: ObjectDescribe, related: RelatedDescribe): Resolved {
  const parts = relationParts(name);
  if (parts !== undefined) return resolveRelation(name, parts, describe, related);
  const field = findField(describe, name);
  return field === undefined ? unknownField(name, describe) : { target: { field, valueField: field } };
}

function unknownField(name: string, describe: ObjectDescribe): Resolved {
  const suggestion = nearestField(name, describe);
  const relation = findRelation(describe, name);
  const hint =
    relation === undefined
      ? didYouMean(suggestion)
      : ` It is a relation: write ${name}.<external ID field>, or ${relation.name} for an Id.`;
  const message = `${describe.name} has no field "${name}", or it is not visible to this user.${hint}`;
  return { problem: { code: 'unknown-field', message, field: name, suggestion } };
}

/** The field that was probably meant; a header often has the label of a field instead of its name. */
export function nearestField(name: string, describe: ObjectDescribe): string | undefined {
  const label = name.trim().toLowerCase();
  const labelled = describe.fields.find((field) => field.label.toLowerCase() === label);
  const names = describe.fields.map((field) => field.name);
  return labelled?.name ?? nearMiss(name, names);
}

type RelationParts = { readonly relation: string; readonly key: string };

function resolveRelation(
  name: string,
  parts: RelationParts,
  describe: ObjectDescribe,
  related: RelatedDescribe,
): Resolved {
  const field = findRelation(describe, parts.relation);
  if (field === undefined) return unknownRelation(name, parts, describe);
  // The Id of the related record is what the lookup field itself holds.
  if (parts.key.toLowerCase() === 'id') return { target: { field, valueField: field } };
  const visible = field.referenceTo.flatMap((object) => related(object) ?? []);
  if (visible.length === 0) {
    const message = `"${name}": ${field.referenceTo.join(', ')}, which ${field.name} points to, is not visible to this user.`;
    return { problem: { code: 'relation-object-not-visible', message, field: name } };
  }
  const keys = visible.flatMap((object) => {
    const key = findField(object, parts.key);
    return key === undefined ? [] : [{ object: object.name, key }];
  });
  const usable = keys.filter(({ key }) => isKeyField(key));
  if (usable.length > 1) {
    const objects = usable.map(({ object }) => object).join(', ');
    const message = `"${name}": ${objects} all have a key field ${parts.key}, so it does not say which object is meant. Map ${field.name} with Ids instead.`;
    return { problem: { code: 'relation-ambiguous', message, field: name } };
  }
  const found = usable[0];
  if (found === undefined) return noRelationKey(name, parts.key, visible, keys[0]);
  const relation = { name: field.relationshipName!, object: found.object, typed: field.referenceTo.length > 1 };
  return { target: { field, valueField: found.key, relation } };
}

function unknownRelation(name: string, parts: RelationParts, describe: ObjectDescribe): Resolved {
  const lookups = describe.fields.filter((field) => field.relationshipName !== null);
  const wanted = parts.relation.toLowerCase();
  const byField = lookups.find((field) => field.name.toLowerCase() === wanted)?.relationshipName;
  const names = lookups.map((field) => field.relationshipName!);
  const relation = byField ?? nearMiss(parts.relation, names);
  const suggestion = relation === undefined ? undefined : `${relation}.${parts.key}`;
  const message = `${describe.name} has no relation "${parts.relation}", or it is not visible to this user.${didYouMean(suggestion)}`;
  return { problem: { code: 'unknown-relation', message, field: name, suggestion } };
}

function noRelationKey(
  name: string,
  key: string,
  visible: readonly ObjectDescribe[],
  found: { readonly object: string } | undefined,
): Resolved {
  const objects = visible.map((object) => object.name).join(', ');
  if (found !== undefined) {
    const message = `"${name}": ${key} of ${found.object} is not an external ID field, so no lookup can be set by it.`;
    return { problem: { code: 'relation-key-not-a-key', message, field: name } };
  }
  const keyNames = visible.flatMap((object) => object.fields.filter(isKeyField).map((field) => field.name));
  const nearest = nearMiss(key, keyNames);
  const suggestion = nearest === undefined ? undefined : `${name.slice(0, name.indexOf('.'))}.${nearest}`;
  const message = `"${name}": ${objects} has no field "${key}", or it is not visible to this user.${didYouMean(suggestion)}`;
  return { problem: { code: 'relation-key-unknown', message, field: name, suggestion } };
}
