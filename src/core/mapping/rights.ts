import { findField } from '../describe.js';
import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import type { JobSpec } from '../job.js';
import { didYouMean, nearMiss } from './near-miss.js';
import type { MappingProblem } from './problem.js';
import { isKeyField } from './target.js';
import type { EntryDraft, Target } from './target.js';

/** An upsert needs one of the two rights on the object (design.md 3.2). */
export function objectProblem(describe: ObjectDescribe): MappingProblem[] {
  if (describe.createable || describe.updateable) return [];
  const message = `This user may neither create nor update records of ${describe.name}.`;
  return [{ code: 'object-not-writable', message }];
}

/** What is wrong with the field that makes the key, or with where its value comes from. */
export function keyProblem(
  spec: JobSpec,
  describe: ObjectDescribe,
  drafts: readonly EntryDraft[],
  columns: readonly string[],
): MappingProblem[] {
  const field = spec.externalId;
  if (field.toLowerCase() === 'id') {
    const message = `An upsert cannot have Id as its external ID: Salesforce gives Ids itself, so a record is either new or already has one. Name an external ID field of ${describe.name}.`;
    return [{ code: 'external-id-is-id', message, field }];
  }
  const key = findField(describe, field);
  if (key === undefined) return [unknownKey(field, describe)];
  if (!isKeyField(key)) {
    const suggestion = keysOf(describe)[0];
    const hint =
      suggestion === undefined ? '' : ` External ID fields of ${describe.name}: ${keysOf(describe).join(', ')}.`;
    const message = `${key.name} of ${describe.name} is not an external ID field, so records cannot be found by it.${hint}`;
    return [{ code: 'external-id-not-a-key', message, field: key.name, suggestion }];
  }
  const draft = drafts.find(({ target }) => target.relation === undefined && target.field === key);
  if (draft !== undefined && 'constant' in draft.entry) {
    const message = `The external ID ${key.name} is mapped to a constant: all records would be one.`;
    return [{ code: 'external-id-constant', message, field: key.name }];
  }
  return draft === undefined && !isNamed(spec, key) ? [keyNotMapped(spec, key, columns)] : [];
}

/** Named in the mapping, though something else is wrong with the entry: that is told already. */
function isNamed(spec: JobSpec, key: FieldDescribe): boolean {
  return Object.keys(spec.mapping ?? {}).some((name) => name.toLowerCase() === key.name.toLowerCase());
}

function keysOf(describe: ObjectDescribe): string[] {
  return describe.fields.filter((field) => isKeyField(field) && field.type !== 'id').map((field) => field.name);
}

function unknownKey(field: string, describe: ObjectDescribe): MappingProblem {
  const suggestion = nearMiss(field, keysOf(describe));
  const message = `${describe.name} has no field "${field}" to be the external ID, or it is not visible to this user.${didYouMean(suggestion)}`;
  return { code: 'external-id-unknown', message, field, suggestion };
}

function keyNotMapped(spec: JobSpec, key: FieldDescribe, columns: readonly string[]): MappingProblem {
  const suggestion = nearMiss(key.name, columns);
  const message =
    spec.mapping === undefined
      ? `The source has no column for the external ID ${key.name}.${didYouMean(suggestion)}`
      : `The mapping has no entry for the external ID ${key.name}.`;
  return { code: 'external-id-not-mapped', message, field: key.name, suggestion };
}

/** A field that this user may set neither on create nor on update (formula, auto-number, field-level security). */
export function rightsProblem(name: string, { field }: Target, describe: ObjectDescribe): MappingProblem[] {
  if (field.createable || field.updateable) return [];
  const reason = field.calculated
    ? 'is a formula'
    : field.autoNumber
      ? 'is an auto-number'
      : field.type === 'id'
        ? 'is given by Salesforce'
        : 'may not be written by this user';
  const message = `${field.name} of ${describe.name} ${reason}: take it out of the job.`;
  return [{ code: 'field-not-writable', message, field: name }];
}

/** One field, or one lookup, named by two entries: which of them counts would be chance (API 3.6). */
export function twiceProblems(drafts: readonly EntryDraft[]): MappingProblem[] {
  const first = new Map<string, EntryDraft>();
  return drafts.flatMap((draft) => {
    const { field, relation } = draft.target;
    const earlier = first.get(field.name);
    if (earlier === undefined) {
      first.set(field.name, draft);
      return [];
    }
    const lookup = relation !== undefined || earlier.target.relation !== undefined;
    const code = lookup ? ('lookup-mapped-twice' as const) : ('field-mapped-twice' as const);
    const message = `"${earlier.name}" and "${draft.name}" both set ${field.name}: keep one of them.`;
    return [{ code, message, field: draft.name }];
  });
}

/** What only one half of the upsert may write: no reason to stop, but something an admin should know. */
export function rightsWarnings(describe: ObjectDescribe, key: FieldDescribe, drafts: readonly EntryDraft[]): string[] {
  const others = drafts.map(({ target }) => target.field).filter((field) => field !== key);
  const names = (fields: readonly FieldDescribe[]): string => fields.map((field) => field.name).join(', ');
  const onlyNew = others.filter((field) => field.createable && !field.updateable);
  const onlyOld = others.filter((field) => !field.createable && field.updateable);
  return [
    ...(describe.createable
      ? []
      : [`This user may not create records of ${describe.name}: only existing ones can be updated.`]),
    ...(describe.updateable
      ? []
      : [`This user may not update records of ${describe.name}: only new ones can be created.`]),
    ...(key.createable || !describe.createable
      ? []
      : [`${key.name}, the external ID, may not be set on new records: only existing ones can be updated.`]),
    ...(onlyNew.length > 0 ? [`May be set on new records only: ${names(onlyNew)}.`] : []),
    ...(onlyOld.length > 0 ? [`May be set on existing records only: ${names(onlyOld)}.`] : []),
  ];
}
