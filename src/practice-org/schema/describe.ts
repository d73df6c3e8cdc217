import type { JsonObject } from '../values.js';
import { isNumeric } from './definitions.js';
import type { Field } from './definitions.js';
import type { ObjectSchema, Schema } from './schema.js';

const SOAP_TYPES: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
};

const picklistValues = (field: Field): JsonObject[] =>
  field.picklistValues.map((value) => ({
    active: true,
    defaultValue: field.defaultValue === value,
    label: value,
    validFor: null,
    value,
  }));

const typeFacts = (field: Field): JsonObject => ({
  type: field.type,
  soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
  length: isNumeric(field.type) ? 0 : field.length,
  byteLength: isNumeric(field.type) ? 0 : field.length * 3,
  digits: field.digits,
  precision: field.precision,
  scale: field.scale,
  extraTypeInfo: field.type === 'textarea' ? 'plaintextarea' : null,
  htmlFormatted: false,
});

const referenceFacts = (field: Field): JsonObject => ({
  referenceTo: field.referenceTo,
  relationshipName: field.relationshipName ?? null,
  polymorphicForeignKey: field.referenceTo.length > 1,
  namePointing: field.referenceTo.length > 1,
  cascadeDelete: field.masterDetail !== undefined || field.cascadeDelete === true,
  relationshipOrder: field.masterDetail ? 0 : null,
  writeRequiresMasterRead: false,
  restrictedDelete: false,
});

/** One field as the login user sees it (facts 2.2). */
const describeField = (object: ObjectSchema, field: Field): JsonObject => ({
  name: field.name,
  label: field.label,
  custom: field.custom,
  ...typeFacts(field),
  nillable: field.nillable,
  createable: object.permissions.createable && object.mayWrite(field, 'insert'),
  updateable: object.permissions.updateable && object.mayWrite(field, 'update'),
  defaultedOnCreate: field.defaultedOnCreate,
  defaultValue: field.type === 'boolean' ? (field.defaultValue ?? false) : (field.defaultValue ?? null),
  defaultValueFormula: null,
  externalId: field.externalId,
  idLookup: field.idLookup,
  unique: field.unique,
  caseSensitive: field.caseSensitive,
  calculated: field.formula !== undefined,
  calculatedFormula: field.formula?.text ?? null,
  autoNumber: field.autoNumber !== undefined,
  nameField: field.nameField ?? false,
  picklistValues: picklistValues(field),
  restrictedPicklist: field.restrictedPicklist,
  dependentPicklist: false,
  controllerName: null,
  ...referenceFacts(field),
  encrypted: false,
  permissionable: field.nillable && field.createable,
  filterable: field.type !== 'textarea',
  sortable: field.type !== 'textarea',
  groupable: false,
  aggregatable: true,
  deprecatedAndHidden: false,
  inlineHelpText: null,
});

const objectFacts = (object: ObjectSchema, base: string): JsonObject => ({
  name: object.name,
  label: object.label,
  labelPlural: object.definition.labelPlural ?? `${object.label}s`,
  keyPrefix: object.definition.keyPrefix,
  custom: object.name.endsWith('__c'),
  customSetting: false,
  createable: object.permissions.createable,
  updateable: object.permissions.updateable,
  deletable: object.permissions.deletable,
  undeletable: object.permissions.deletable,
  queryable: object.permissions.readable,
  retrieveable: object.permissions.readable,
  searchable: true,
  layoutable: true,
  triggerable: true,
  replicateable: true,
  feedEnabled: false,
  mruEnabled: true,
  mergeable: false,
  activateable: false,
  deprecatedAndHidden: false,
  urls: {
    sobject: `${base}/sobjects/${object.name}`,
    describe: `${base}/sobjects/${object.name}/describe`,
    rowTemplate: `${base}/sobjects/${object.name}/{ID}`,
  },
});

const childRelationships = (schema: Schema, object: ObjectSchema): JsonObject[] =>
  schema.all.flatMap((child) =>
    child.visibleFields
      .filter(({ referenceTo }) => referenceTo.includes(object.name))
      .map((field) => ({
        childSObject: child.name,
        field: field.name,
        relationshipName: null,
        cascadeDelete: field.masterDetail !== undefined || field.cascadeDelete === true,
        deprecatedAndHidden: false,
        restrictedDelete: false,
      })),
  );

/** Answer of Describe Global. `base` is `/services/data/vXX.X`. */
export const describeGlobal = (schema: Schema, base: string): JsonObject => ({
  encoding: 'UTF-8',
  maxBatchSize: 200,
  sobjects: schema.all.filter(({ permissions }) => permissions.readable).map((object) => objectFacts(object, base)),
});

/** Answer of sObject Describe: what this user sees, so hidden fields are absent. */
export const describeObject = (
  schema: Schema,
  object: ObjectSchema,
  base: string,
  recordTypes: JsonObject[],
): JsonObject => ({
  ...objectFacts(object, base),
  fields: object.visibleFields.map((field) => describeField(object, field)),
  recordTypeInfos: recordTypes,
  childRelationships: childRelationships(schema, object),
});
