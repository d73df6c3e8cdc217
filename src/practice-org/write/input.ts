import { ApiError, recordError } from '../errors.js';
import type { RequestError } from '../errors.js';
import { positionOf } from '../json.js';
import type { Field } from '../schema/definitions.js';
import type { ObjectSchema, Schema } from '../schema/schema.js';
import { isJsonObject } from '../values.js';
import type { FieldValue, JsonObject } from '../values.js';
import type { Behaviour } from '../org-state.js';
import { convert } from './convert.js';
import type { RecordInput, ReferenceInput } from './change.js';

/** `body` is the text of the request, for positions in messages. */
export type InputContext = { schema: Schema; badFields: Behaviour['badFields']; body: string };

/** Refuses the request, or only the record, as the org is set (facts 3.7). */
const refuse = ({ badFields, body }: InputContext, input: RecordInput, error: RequestError, raw: unknown): void => {
  const isParserError = error.errorCode === 'JSON_PARSER_ERROR';
  if (badFields === 'request') {
    const message = isParserError ? `${error.message} at ${positionOf(body, raw)}` : error.message;
    throw new ApiError(400, [{ ...error, message }]);
  }
  const [name] = error.fields ?? [];
  const label = input.object.field(name ?? '')?.label ?? name;
  input.errors.push(
    isParserError
      ? recordError(
          'INVALID_TYPE_ON_FIELD_IN_RECORD',
          `${label}: value not of required type: ${String(raw)}`,
          error.fields,
        )
      : recordError(error.errorCode, error.message, error.fields),
  );
};

const noSuchColumn = (key: string, object: ObjectSchema): RequestError => ({
  message: `No such column '${key}' on sobject of type ${object.name}`,
  errorCode: 'INVALID_FIELD',
});

const readValue = (context: InputContext, input: RecordInput, field: Field, raw: unknown): FieldValue | undefined => {
  const converted = convert(field, raw);
  if ('value' in converted) return converted.value;
  if ('error' in converted) input.errors.push(converted.error);
  else {
    const error = { message: converted.unreadable, errorCode: 'JSON_PARSER_ERROR', fields: [field.name] };
    refuse(context, input, error, raw);
  }
  return undefined;
};

/** The object that a nested reference points at: named by `attributes.type`, else the only one that has the key field. */
const targetOf = (schema: Schema, field: Field, nested: JsonObject, keyName: string): ObjectSchema | undefined => {
  const named = isJsonObject(nested.attributes) ? nested.attributes.type : undefined;
  const candidates = field.referenceTo
    .filter((name) => typeof named !== 'string' || name.toLowerCase() === named.toLowerCase())
    .flatMap((name) => schema.readable(name) ?? [])
    .filter((object) => object.visible(keyName) !== undefined);
  return candidates.length === 1 ? candidates[0] : undefined;
};

/** `"Parent": {"Ext__c": "A-1"}`: exactly one key, and that field must be idLookup (facts 3.6). */
const readReference = (context: InputContext, input: RecordInput, field: Field, key: string, raw: unknown): void => {
  const refused = (message: string): void => void input.errors.push(recordError('INVALID_FIELD', message));
  if (!isJsonObject(raw)) return refused(`The relationship ${key} needs an object with one external ID field`);
  const keys = Object.keys(raw).filter((name) => name !== 'attributes');
  const [keyName] = keys;
  if (keyName === undefined || keys.length > 1)
    return refused(`The relationship ${key} needs exactly one external ID field`);
  const target = targetOf(context.schema, field, raw, keyName);
  const keyField = target?.visible(keyName);
  if (!target || !keyField?.idLookup) {
    const names = field.referenceTo.join(', ');
    return refused(`Field name provided, ${keyName} is not an External ID or an indexed field of ${names}`);
  }
  const value = readValue(context, input, keyField, raw[keyName]);
  if (value === undefined) return undefined;
  if (value === null) return refused(`${keyName} not specified`);
  const reference: ReferenceInput = { field, target: target.name, keyField, value };
  input.references.push(reference);
  return undefined;
};

/** An Id beside the relationship of the same lookup contradicts it (facts 3.6). */
const checkDoubles = (input: RecordInput): void => {
  for (const { field } of input.references) {
    if (!input.values.has(field)) continue;
    const both = `an external ID reference ${field.relationshipName} and a salesforce id, ${field.name}`;
    input.errors.push(recordError('INVALID_FIELD', `Cannot specify both ${both}`));
  }
};

/**
 * Reads one record of a request: field names in any case, values by the type of the field.
 *
 * @throws ApiError 400 INVALID_FIELD or JSON_PARSER_ERROR where a bad field rejects the whole request
 */
export const readRecord = (context: InputContext, object: ObjectSchema, json: JsonObject): RecordInput => {
  const sent = Object.fromEntries(Object.entries(json).filter(([key]) => key !== 'attributes'));
  const input: RecordInput = { object, values: new Map(), references: [], errors: [], sent };
  for (const [key, raw] of Object.entries(sent)) {
    const field = object.visible(key);
    const relation = field ? undefined : object.relationship(key);
    if (field?.type === 'id') input.id = raw;
    else if (field) {
      const value = readValue(context, input, field, raw);
      if (value !== undefined) input.values.set(field, value);
    } else if (relation) readReference(context, input, relation, key, raw);
    else refuse(context, input, noSuchColumn(key, object), raw);
  }
  checkDoubles(input);
  return input;
};
