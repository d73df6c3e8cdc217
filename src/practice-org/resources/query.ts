import { ApiError } from '../errors.js';
import { ok } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import { runQuery } from '../soql/run.js';
import type { QueryResult } from '../soql/run.js';
import { isNumeric } from '../schema/definitions.js';
import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { JsonObject } from '../values.js';

const PAGE = 2000;
const SMALLEST_PAGE = 200;

type Locator = { totalSize: number; records: JsonObject[]; page: number };

const isLocator = (value: unknown): value is Locator => typeof value === 'object' && value !== null && 'page' in value;

/** `Sforce-Query-Options: batchSize=n`, 200 to 2,000 (facts 2.4). */
const pageSize = ({ headers }: Call): number => {
  const wanted = Number(/batchsize\s*=\s*(\d+)/i.exec(headers['sforce-query-options'] ?? '')?.[1] ?? PAGE);
  return Math.min(PAGE, Math.max(SMALLEST_PAGE, wanted));
};

const pageOf = ({ base }: Call, name: string, { totalSize, records, page }: Locator, from: number): Answer => {
  const done = from + page >= records.length;
  const next = done ? {} : { nextRecordsUrl: `${base}/query/${name}-${from + page}` };
  return ok({ totalSize, done, ...next, records: records.slice(from, from + page) });
};

const columnInfo = (displayName: string, aggregate: boolean, field: Field | undefined): JsonObject => {
  const isNumber = aggregate || (field !== undefined && isNumeric(field.type));
  const isBoolean = field?.type === 'boolean';
  return {
    aggregate,
    apexType: field?.type ?? 'Integer',
    booleanType: isBoolean,
    columnName: displayName,
    custom: field?.custom ?? false,
    displayName,
    foreignKeyName: null,
    insertable: field?.createable ?? false,
    joinColumns: [],
    numberType: isNumber,
    textType: !isNumber && !isBoolean,
    updatable: field?.updateable ?? false,
  };
};

const fieldOf = ({ org }: Call, object: ObjectSchema, path: string): Field | undefined => {
  const [relation = '', name] = path.split('.');
  if (name === undefined) return object.visible(path);
  const targets = object.relationship(relation)?.referenceTo ?? [];
  return targets.flatMap((target) => org.schema.readable(target)?.visible(name) ?? [])[0];
};

/** Descriptions of the columns, which `sf data query` asks for by `columns=true` (facts 1.5). */
const columnMetadata = (call: Call, { query: parsed, object }: QueryResult): Answer => {
  const columns = parsed.select.map(({ path, count = false, alias }, at) =>
    columnInfo(alias ?? (count ? `expr${at}` : path), count, count ? undefined : fieldOf(call, object, path)),
  );
  const idSelected = parsed.select.some(({ path }) => path.toLowerCase() === 'id');
  const { name: entityName, definition } = object;
  return ok({ columnMetadata: columns, entityName, groupBy: false, idSelected, keyPrefix: definition.keyPrefix });
};

const answerQuery = (call: Call, withDeleted: boolean): Answer => {
  const text = call.query.get('q');
  if (text === null) throw ApiError.of(400, 'MALFORMED_QUERY', 'A query string has to be specified');
  const result = runQuery(call.org, text, call.base, withDeleted);
  if (call.query.get('columns') === 'true') return columnMetadata(call, result);
  const locator: Locator = { totalSize: result.totalSize, records: result.records, page: pageSize(call) };
  const name = call.org.ids.next('01g');
  if (locator.records.length > locator.page) call.org.queryLocators.set(name, locator);
  return pageOf(call, name, locator, 0);
};

export const query = (call: Call): Answer => answerQuery(call, false);

export const queryAll = (call: Call): Answer => answerQuery(call, true);

/** Next page: the rows are those of the moment of the query. */
export const queryMore = (call: Call): Answer => {
  const [name = '', from = ''] = (call.params.locator ?? '').split('-');
  const locator = call.org.queryLocators.get(name);
  if (!isLocator(locator) || !/^\d+$/.test(from)) {
    throw ApiError.of(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  }
  return pageOf(call, name, locator, Number(from));
};
