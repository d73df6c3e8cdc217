import type { FieldDescribe, ObjectDescribe } from '../core/describe.js';

type Raw = { readonly [name: string]: unknown };

/**
 * The part of a describe answer that is used. A property that is not there counts as false, empty or zero.
 * @returns undefined when the answer is no describe
 */
export function readDescribe(answer: unknown): ObjectDescribe | undefined {
  if (!isRaw(answer) || typeof answer['name'] !== 'string' || !Array.isArray(answer['fields'])) return undefined;
  return {
    name: answer['name'],
    label: text(answer['label']),
    createable: answer['createable'] === true,
    updateable: answer['updateable'] === true,
    fields: answer['fields'].filter(isRaw).map(readField),
  };
}

function readField(raw: Raw): FieldDescribe {
  const flag = (name: string): boolean => raw[name] === true;
  return {
    name: text(raw['name']),
    label: text(raw['label']),
    type: text(raw['type']),
    length: count(raw['length']),
    digits: count(raw['digits']),
    precision: count(raw['precision']),
    scale: count(raw['scale']),
    createable: flag('createable'),
    updateable: flag('updateable'),
    nillable: flag('nillable'),
    defaultedOnCreate: flag('defaultedOnCreate'),
    externalId: flag('externalId'),
    idLookup: flag('idLookup'),
    unique: flag('unique'),
    caseSensitive: flag('caseSensitive'),
    calculated: flag('calculated'),
    autoNumber: flag('autoNumber'),
    restrictedPicklist: flag('restrictedPicklist'),
    picklistValues: list(raw['picklistValues'])
      .filter(isRaw)
      .map((entry) => ({ value: text(entry['value']), active: entry['active'] === true })),
    referenceTo: list(raw['referenceTo']).filter((name) => typeof name === 'string'),
    relationshipName: typeof raw['relationshipName'] === 'string' ? raw['relationshipName'] : null,
  };
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
