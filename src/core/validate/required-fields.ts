import type { FieldDescribe, ObjectDescribe } from '../describe.js';

/** Must a new record have this field, and does the org not fill it by itself? */
export function isRequired(field: FieldDescribe): boolean {
  return field.createable && !field.nillable && !field.defaultedOnCreate;
}

/** Fields that a new record must have, but for those in `set`; none where this user creates no records. */
export function requiredFields(describe: ObjectDescribe, set: ReadonlySet<string>): FieldDescribe[] {
  return describe.createable ? describe.fields.filter((field) => isRequired(field) && !set.has(field.name)) : [];
}
