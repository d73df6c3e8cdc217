/** A field as the describe gives it to this user (API 2.2); fields the user may not see are not there at all. */
export type FieldDescribe = {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly length: number;
  readonly digits: number;
  readonly precision: number;
  readonly scale: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly nillable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly externalId: boolean;
  /** May be used as upsert key and as the key of a lookup. */
  readonly idLookup: boolean;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly calculated: boolean;
  readonly autoNumber: boolean;
  readonly restrictedPicklist: boolean;
  readonly picklistValues: readonly { readonly value: string; readonly active: boolean }[];
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
};

/** An object as the describe gives it to this user. */
export type ObjectDescribe = {
  readonly name: string;
  readonly label: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly fields: readonly FieldDescribe[];
};

/** Field names are matched without regard to case, as the API does. */
export function findField(describe: ObjectDescribe, name: string): FieldDescribe | undefined {
  const wanted = name.toLowerCase();
  return describe.fields.find((field) => field.name.toLowerCase() === wanted);
}

/** The lookup field behind a relation name (`Parent`, `Account__r`), matched without regard to case. */
export function findRelation(describe: ObjectDescribe, relation: string): FieldDescribe | undefined {
  const wanted = relation.toLowerCase();
  return describe.fields.find((field) => field.relationshipName?.toLowerCase() === wanted);
}
