import type { DraftRow, FieldValue } from '../values.js';

/** The field types of a describe that the practice org knows (facts 2.2). */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'multipicklist'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'reference';

/** A field as a test or a JSON config states it; everything but name and type has the default of a real org. */
export type FieldDefinition = {
  name: string;
  type: FieldType;
  label?: string;
  /** characters; default by type */
  length?: number;
  precision?: number;
  scale?: number;
  /** int only */
  digits?: number;
  /** default true; false without a default makes the field required */
  nillable?: boolean;
  createable?: boolean;
  updateable?: boolean;
  externalId?: boolean;
  /** may be upsert or relationship key; default: Id, and fields that are externalId */
  idLookup?: boolean;
  unique?: boolean;
  caseSensitive?: boolean;
  defaultValue?: FieldValue;
  /** the org fills it by itself on create (OwnerId, Status) */
  defaultedOnCreate?: boolean;
  picklistValues?: string[];
  restrictedPicklist?: boolean;
  referenceTo?: string[];
  /** JSON key for references by external id and for parent fields in SOQL */
  relationshipName?: string;
  /** master-detail: deleted with its parent, and never moved to another unless reparentable */
  masterDetail?: { reparentable: boolean };
  /** deleted together with its parent though it is a lookup (Contact.AccountId) */
  cascadeDelete?: boolean;
  /** formula: the text for the describe and its value from the record's own fields; evaluated at each save */
  formula?: { text: string; value: (row: Readonly<DraftRow>) => FieldValue };
  /** like a formula, for compound standard fields (Contact.Name) that describe does not call calculated */
  derived?: (row: Readonly<DraftRow>) => FieldValue;
  /** display format such as `INV-{00000}` */
  autoNumber?: string;
  nameField?: boolean;
};

export type ObjectDefinition = {
  name: string;
  /** three characters, first of every Id */
  keyPrefix: string;
  label?: string;
  labelPlural?: string;
  fields: FieldDefinition[];
  createable?: boolean;
  updateable?: boolean;
  deletable?: boolean;
  queryable?: boolean;
  /** leaves out OwnerId (details of a master, and system objects) */
  ownerless?: boolean;
};

/** A field with every property decided. */
export type Field = Required<Pick<FieldDefinition, 'name' | 'type' | 'label' | 'length'>> &
  Omit<FieldDefinition, 'name' | 'type' | 'label' | 'length'> & {
    custom: boolean;
    precision: number;
    scale: number;
    digits: number;
    nillable: boolean;
    createable: boolean;
    updateable: boolean;
    externalId: boolean;
    idLookup: boolean;
    unique: boolean;
    caseSensitive: boolean;
    defaultedOnCreate: boolean;
    restrictedPicklist: boolean;
    picklistValues: string[];
    referenceTo: string[];
  };

type Size = 'length' | 'precision' | 'scale' | 'digits';
type KeyFact = 'externalId' | 'idLookup' | 'unique' | 'caseSensitive';
type WriteFact = 'nillable' | 'createable' | 'updateable' | 'defaultedOnCreate';

const DEFAULT_LENGTHS: Partial<Record<FieldType, number>> = {
  id: 18,
  reference: 18,
  string: 255,
  textarea: 255,
  picklist: 255,
  multipicklist: 4099,
  email: 80,
  phone: 40,
  url: 255,
};

export const isNumeric = (type: FieldType): boolean =>
  type === 'int' || type === 'double' || type === 'currency' || type === 'percent';

const isFraction = (type: FieldType): boolean => isNumeric(type) && type !== 'int';

const labelOf = (name: string): string =>
  name
    .replace(/__c$/, '')
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/\bId$/, 'ID');

const isComputed = ({ formula, derived, autoNumber }: FieldDefinition): boolean =>
  formula !== undefined || derived !== undefined || autoNumber !== undefined;

const sizeOf = ({ type, length, precision, scale, digits }: FieldDefinition): Pick<Field, Size> => ({
  length: length ?? DEFAULT_LENGTHS[type] ?? 0,
  precision: precision ?? (isFraction(type) ? 18 : 0),
  scale: scale ?? (isFraction(type) ? 2 : 0),
  digits: digits ?? (type === 'int' ? 8 : 0),
});

const keyFactsOf = (definition: FieldDefinition): Pick<Field, KeyFact> => {
  const { type, externalId = false, idLookup, unique = false, caseSensitive = false } = definition;
  return { externalId, idLookup: idLookup ?? (externalId || type === 'id'), unique, caseSensitive };
};

const writeFactsOf = (definition: FieldDefinition): Pick<Field, WriteFact> => {
  const { type, nillable, createable, updateable, masterDetail, defaultedOnCreate, defaultValue } = definition;
  const computed = isComputed(definition);
  const writable = !computed && type !== 'id';
  return {
    nillable: nillable ?? (type !== 'boolean' && type !== 'id'),
    createable: createable ?? writable,
    updateable: updateable ?? (writable && masterDetail?.reparentable !== false),
    defaultedOnCreate: defaultedOnCreate ?? (type === 'boolean' || computed || defaultValue !== undefined),
  };
};

/** Fills in what a definition leaves open. */
export const resolveField = (definition: FieldDefinition): Field => ({
  ...definition,
  label: definition.label ?? labelOf(definition.name),
  custom: definition.name.endsWith('__c'),
  ...sizeOf(definition),
  ...keyFactsOf(definition),
  ...writeFactsOf(definition),
  restrictedPicklist: definition.restrictedPicklist ?? false,
  picklistValues: definition.picklistValues ?? [],
  referenceTo: definition.referenceTo ?? [],
});
