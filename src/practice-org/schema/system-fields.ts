import type { FieldDefinition, ObjectDefinition } from './definitions.js';

const audit = (
  name: string,
  label: string,
  type: 'datetime' | 'reference',
  relationshipName?: string,
): FieldDefinition => ({
  name,
  label,
  type,
  nillable: false,
  createable: false,
  updateable: false,
  defaultedOnCreate: true,
  ...(relationshipName === undefined ? {} : { referenceTo: ['User'], relationshipName }),
});

const ID: FieldDefinition = { name: 'Id', label: 'Record ID', type: 'id', nillable: false, defaultedOnCreate: true };

const OWNER: FieldDefinition = {
  name: 'OwnerId',
  label: 'Owner ID',
  type: 'reference',
  referenceTo: ['User'],
  relationshipName: 'Owner',
  nillable: false,
  defaultedOnCreate: true,
};

const AFTER: FieldDefinition[] = [
  { name: 'IsDeleted', label: 'Deleted', type: 'boolean', createable: false, updateable: false },
  audit('CreatedDate', 'Created Date', 'datetime'),
  audit('CreatedById', 'Created By ID', 'reference', 'CreatedBy'),
  audit('LastModifiedDate', 'Last Modified Date', 'datetime'),
  audit('LastModifiedById', 'Last Modified By ID', 'reference', 'LastModifiedBy'),
  audit('SystemModstamp', 'System Modstamp', 'datetime'),
];

/** The fields that every object has, around those of the definition. */
export const withSystemFields = (definition: ObjectDefinition): FieldDefinition[] => {
  const own = new Set(definition.fields.map(({ name }) => name));
  const system = [ID, ...(definition.ownerless === true ? [] : [OWNER])];
  return [...system, ...definition.fields, ...AFTER].filter(
    (field, at, all) => all.indexOf(field) === at && (definition.fields.includes(field) || !own.has(field.name)),
  );
};
