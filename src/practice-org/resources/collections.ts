import { ApiError } from '../errors.js';
import { toId18 } from '../ids.js';
import { bodyObject, inputContext, objectOf, ok, writeContext } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import { isJsonObject } from '../values.js';
import type { JsonObject } from '../values.js';
import type { Change } from '../write/change.js';
import { saveCollection } from '../write/collection.js';
import { readRecord } from '../write/input.js';
import { upsertChanges } from '../write/upsert.js';
import { showRow } from '../store/row-view.js';

const MAX_RECORDS = 200;
const MAX_RETRIEVE = 2000;
const MAX_CHUNKS = 10;

const tooMany = (max: number): ApiError =>
  ApiError.of(400, 'EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${max} records into this call`);

/** The records of the body, checked for number and shape. @throws ApiError 400 */
const recordsOf = (call: Call): JsonObject[] => {
  const { records } = bodyObject(call);
  if (!Array.isArray(records) || !records.every(isJsonObject)) {
    throw ApiError.of(400, 'JSON_PARSER_ERROR', 'The request body needs a list named records');
  }
  if (records.length > MAX_RECORDS) throw tooMany(MAX_RECORDS);
  return records;
};

const typeOf = ({ org }: Call, record: JsonObject): ObjectSchema => {
  const name = isJsonObject(record.attributes) ? String(record.attributes.type) : '';
  const object = org.schema.readable(name);
  if (!object) throw ApiError.of(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`);
  return object;
};

/** Runs of one type; more than ten are refused (facts 3.1). */
const checkChunks = (objects: ObjectSchema[]): void => {
  const chunks = objects.filter((object, at) => object !== objects[at - 1]).length;
  if (chunks <= MAX_CHUNKS) return;
  const message = `Cannot have more than ${MAX_CHUNKS} chunks in a single operation.`;
  throw ApiError.of(400, 'LIMIT_EXCEEDED', `${message} Please rearrange the data to reduce chunking.`);
};

/** Saves under the flags of facts 4.2: the outer flag decides what happens, the inner one how a failure looks. */
const answer = (call: Call, changes: Change[], inner: boolean): Answer => {
  const outer = call.outer?.allOrNone === true;
  const { results, failed } = saveCollection(writeContext(call), changes, {
    allOrNone: outer || inner,
    failureForm: inner ? 'rolledBack' : 'asIfSaved',
  });
  return { status: 200, body: results, failed };
};

const save = (call: Call, operation: 'insert' | 'update'): Answer => {
  const records = recordsOf(call);
  const objects = records.map((record) => typeOf(call, record));
  checkChunks(objects);
  const context = inputContext(call);
  const changes = records.map((record, at): Change => {
    const object = objects[at] ?? typeOf(call, record);
    return { object, operation, input: readRecord(context, object, record), errors: [] };
  });
  return answer(call, changes, bodyObject(call).allOrNone === true);
};

export const createCollection = (call: Call): Answer => save(call, 'insert');

export const updateCollection = (call: Call): Answer => save(call, 'update');

/** The key field of an upsert. @throws ApiError 404 if it is unknown, hidden or no key (facts 2.6) */
export const keyFieldOf = (object: ObjectSchema, name: string): Field => {
  const field = object.visible(name);
  if (field?.idLookup) return field;
  throw ApiError.notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
};

export const upsertCollection = (call: Call): Answer => {
  const object = objectOf(call, call.params.object ?? '');
  const field = keyFieldOf(object, call.params.field ?? '');
  const context = inputContext(call);
  const inputs = recordsOf(call).map((record) => {
    if (typeOf(call, record) !== object) {
      throw ApiError.of(400, 'INVALID_TYPE', `All records of an upsert must be of type ${object.name}`);
    }
    return readRecord(context, object, record);
  });
  return answer(call, upsertChanges(writeContext(call), inputs, field), bodyObject(call).allOrNone === true);
};

const idsOf = ({ query }: Call): string[] => (query.get('ids') ?? '').split(',').filter((id) => id !== '');

/** An Id that belongs to no object is refused for itself; it still needs an object to stand in its place. */
const deleteChange = ({ org }: Call, id: string): Change => {
  const full = toId18(id);
  const known = full === undefined ? undefined : org.schema.byKeyPrefix(full);
  const object = known ?? org.schema.require('User');
  const input = { object, values: new Map(), references: [], errors: [], sent: { Id: id } };
  const errors = known ? [] : [{ statusCode: 'MALFORMED_ID', message: `malformed id ${id}`, fields: [] }];
  return { object, operation: 'delete', input, id, errors };
};

export const deleteCollection = (call: Call): Answer => {
  const ids = idsOf(call);
  if (ids.length > MAX_RECORDS) throw tooMany(MAX_RECORDS);
  const changes = ids.map((id) => deleteChange(call, id));
  return answer(call, changes, call.query.get('allOrNone') === 'true');
};

const fieldsOf = (object: ObjectSchema, names: string[]): Field[] =>
  names.map((name) => {
    const field = object.visible(name.trim());
    if (field) return field;
    throw ApiError.of(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
  });

/** Rows in the order of the Ids, `null` for one that is missing (facts 3.1). */
const retrieve = (call: Call, ids: string[], names: string[]): Answer => {
  const object = objectOf(call, call.params.object ?? '');
  const fields = fieldsOf(object, names);
  if (ids.length > MAX_RETRIEVE) throw tooMany(MAX_RETRIEVE);
  const table = call.org.database.table(object.name);
  const rows = ids.map((id) => table.get(toId18(id) ?? ''));
  return ok(rows.map((row) => (row ? showRow(object, row, call.base, fields) : null)));
};

export const retrieveByQuery = (call: Call): Answer =>
  retrieve(call, idsOf(call), (call.query.get('fields') ?? 'Id').split(','));

export const retrieveByBody = (call: Call): Answer => {
  const { ids, fields } = bodyObject(call);
  if (!Array.isArray(ids) || !Array.isArray(fields)) {
    throw ApiError.of(400, 'JSON_PARSER_ERROR', 'The request body needs lists named ids and fields');
  }
  return retrieve(call, ids.map(String), fields.map(String));
};
