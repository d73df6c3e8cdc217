import { createHash } from 'node:crypto';
import { ApiError, asRequestError } from '../errors.js';
import { toId18 } from '../ids.js';
import { bodyObject, conditional, inputContext, objectOf, ok, writeContext } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { FieldValue, Row } from '../values.js';
import type { Change } from '../write/change.js';
import { saveCollection } from '../write/collection.js';
import { convert } from '../write/convert.js';
import { readRecord } from '../write/input.js';
import { keyFieldOf } from './collections.js';
import { showRow } from '../store/row-view.js';

const UPSERT_RESULT_SINCE = 46;

const notFound = (what: string): ApiError =>
  ApiError.notFound(`Provided external ID field does not exist or is not accessible: ${what}`);

/** Status of a single-record error by its code; 403 for access is one of two captured forms (facts 7.4). */
const statusOf = ({ errors }: Change): number => {
  const code = errors[0]?.statusCode ?? '';
  if (code === 'ENTITY_IS_DELETED') return 404;
  return code.startsWith('INSUFFICIENT_ACCESS') ? 403 : 400;
};

/** Saves one record. @throws ApiError with all errors of the record */
const saveOne = (call: Call, change: Change): Change => {
  saveCollection(writeContext(call), [change], { allOrNone: false });
  if (change.errors.length > 0) throw new ApiError(statusOf(change), change.errors.map(asRequestError));
  return change;
};

const saved = (call: Call, { object, id = '', created }: Change, status: number): Answer => ({
  status,
  body: { id, success: true, errors: [], ...(created === undefined ? {} : { created }) },
  headers: status === 201 ? { Location: `${call.base}/sobjects/${object.name}/${id}` } : {},
});

export const createRow = (call: Call): Answer => {
  const object = objectOf(call, call.params.object ?? '');
  const input = readRecord(inputContext(call), object, bodyObject(call));
  return saved(call, saveOne(call, { object, operation: 'insert', input, errors: [] }), 201);
};

const rowById = (call: Call): { object: ObjectSchema; row: Row } => {
  const object = objectOf(call, call.params.object ?? '');
  const sent = call.params.id ?? '';
  const id = toId18(sent);
  const table = call.org.database.table(object.name);
  const row = id === undefined ? undefined : table.get(id);
  if (row) return { object, row };
  if (id !== undefined && table.deleted(id)) throw ApiError.of(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  throw notFound(sent);
};

const keyValueOf = (field: Field, text: string): FieldValue => {
  const converted = convert(field, text);
  return 'value' in converted ? converted.value : null;
};

/** Rows behind an external id in the path; several are answered with 300 and their URLs (facts 2.6). */
const rowsByKey = (call: Call): { object: ObjectSchema; field: Field; ids: string[]; value: FieldValue } => {
  const object = objectOf(call, call.params.object ?? '');
  const field = keyFieldOf(object, call.params.field ?? '');
  const value = keyValueOf(field, call.params.value ?? '');
  const table = call.org.database.table(object.name);
  const known = field.type === 'id' ? [toId18(String(value)) ?? ''].filter((id) => table.get(id)) : undefined;
  const ids = known ?? (value === null ? [] : (table.idsOf(field, value) ?? []));
  return { object, field, ids, value };
};

const multiple = (call: Call, object: ObjectSchema, ids: string[]): Answer => ({
  status: 300,
  body: ids.map((id) => `${call.base}/sobjects/${object.name}/${id}`),
  failed: true,
});

/** Only Account rows have an ETag (facts 2.3). */
const etagOf = (object: ObjectSchema, row: Row): string | undefined =>
  object.name === 'Account'
    ? `"${createHash('sha1')
        .update(`${String(row.Id)}${JSON.stringify(row)}`)
        .digest('hex')}--gzip"`
    : undefined;

const checkEtag = ({ headers, method }: Call, etag: string | undefined): Answer | undefined => {
  if (etag === undefined) return undefined;
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && !wanted.includes(etag)) {
    throw ApiError.of(412, 'PRECONDITION_FAILED', 'The precondition of the request was not met.');
  }
  return method === 'GET' && headers['if-none-match']?.includes(etag) === true ? { status: 304 } : undefined;
};

const modifiedOf = (row: Row): number =>
  Math.floor(Date.parse(String(row.LastModifiedDate ?? '').replace('+0000', 'Z')) / 1000) || 0;

const show = (call: Call, object: ObjectSchema, row: Row): Answer => {
  const etag = etagOf(object, row);
  const unchanged = checkEtag(call, etag) ?? conditional(call, modifiedOf(row));
  if (unchanged) return unchanged;
  const names = call.query.get('fields')?.split(',');
  const fields = names?.map((name) => {
    const field = object.visible(name.trim());
    if (field) return field;
    throw ApiError.of(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
  });
  const headers = { 'Last-Modified': new Date(modifiedOf(row) * 1000).toUTCString(), ...(etag ? { ETag: etag } : {}) };
  return ok(showRow(object, row, call.base, fields), headers);
};

export const getRow = (call: Call): Answer => {
  const { object, row } = rowById(call);
  return show(call, object, row);
};

export const getRowByKey = (call: Call): Answer => {
  const { object, ids } = rowsByKey(call);
  const row = call.org.database.table(object.name).get(ids[0] ?? '');
  if (!row) throw ApiError.notFound();
  return ids.length > 1 ? multiple(call, object, ids) : show(call, object, row);
};

const refuseInBody = (body: Readonly<Record<string, unknown>>, names: string[]): void => {
  const named = Object.keys(body).find((key) => names.some((name) => name.toLowerCase() === key.toLowerCase()));
  if (named === undefined) return;
  throw ApiError.of(400, 'INVALID_FIELD', `The ${named} field should not be specified in the sobject data.`);
};

export const updateRow = (call: Call): Answer => {
  const body = bodyObject(call);
  const { object, row } = rowById(call);
  refuseInBody(body, ['Id']);
  checkEtag(call, etagOf(object, row));
  conditional(call, modifiedOf(row));
  const input = readRecord(inputContext(call), object, body);
  saveOne(call, { object, operation: 'update', input, id: String(row.Id), errors: [] });
  return { status: 204 };
};

/** Single-record upsert (facts 2.8): 201 created, 200 updated (204 before v46), 300 ambiguous. */
export const upsertRow = (call: Call): Answer => {
  const body = bodyObject(call);
  const { object, field, ids, value } = rowsByKey(call);
  refuseInBody(body, ['Id', field.name]);
  if (ids.length > 1) return multiple(call, object, ids);
  const [id] = ids;
  if (value === null) throw ApiError.notFound();
  if (id === undefined && (call.query.get('updateOnly') === 'true' || field.type === 'id')) throw ApiError.notFound();
  const input = readRecord(inputContext(call), object, body);
  input.values.set(field, value);
  const operation = id === undefined ? 'insert' : 'update';
  const key = { field, value, sent: call.params.value };
  const change = saveOne(call, {
    object,
    operation,
    input,
    key,
    errors: [],
    created: id === undefined,
    ...(id && { id }),
  });
  if (id !== undefined && call.version < UPSERT_RESULT_SINCE) return { status: 204 };
  return saved(call, change, id === undefined ? 201 : 200);
};

const remove = (call: Call, object: ObjectSchema, id: string): Answer => {
  const input = { object, values: new Map(), references: [], errors: [], sent: { Id: id } };
  saveOne(call, { object, operation: 'delete', input, id, errors: [] });
  return { status: 204 };
};

export const deleteRow = (call: Call): Answer => {
  const { object, row } = rowById(call);
  return remove(call, object, String(row.Id));
};

export const deleteRowByKey = (call: Call): Answer => {
  const { object, ids } = rowsByKey(call);
  const [id] = ids;
  if (id === undefined) throw ApiError.notFound();
  return ids.length > 1 ? multiple(call, object, ids) : remove(call, object, id);
};
