import { ApiError } from '../errors.js';
import type { OrgState } from '../org-state.js';
import type { ObjectSchema } from '../schema/schema.js';
import { attributesOf } from '../store/row-view.js';
import type { JsonObject, Row } from '../values.js';
import { byColumn, compile } from './evaluate.js';
import type { Column } from './evaluate.js';
import { parseQuery } from './parser.js';
import type { Query, SelectItem } from './query.js';
import { malformed } from './tokens.js';

export type QueryResult = { query: Query; object: ObjectSchema; totalSize: number; records: JsonObject[] };

const noColumn = (query: Query, name: string, entity: string, at: number): ApiError => {
  const advice =
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. " +
    'Please reference your WSDL or the describe call for the appropriate names.';
  return malformed(query.text, at, `No such column '${name}' on entity '${entity}'. ${advice}`, 'INVALID_FIELD');
};

/** A parent field such as `Account.Name`: one level, from whichever object the row points at. */
const parentColumn = (org: OrgState, object: ObjectSchema, query: Query, path: string, at: number): Column => {
  const [relation = '', name = '', ...deeper] = path.split('.');
  const lookup = object.relationship(relation);
  if (!lookup) {
    const message = `Didn't understand relationship '${relation}' in field path.`;
    throw malformed(query.text, at, message, 'INVALID_FIELD');
  }
  const targets = lookup.referenceTo.flatMap((target) => org.schema.readable(target) ?? []);
  const field = deeper.length > 0 ? undefined : targets.flatMap((target) => target.visible(name) ?? [])[0];
  if (!field) throw noColumn(query, deeper.length > 0 ? path : name, targets[0]?.name ?? relation, at);
  return { field, valueOf: (row) => org.database.byId(String(row[lookup.name] ?? ''))?.row[field.name] ?? null };
};

const resolver =
  (org: OrgState, object: ObjectSchema, query: Query) =>
  (path: string, at: number): Column => {
    const own = path.toLowerCase().startsWith(`${object.name.toLowerCase()}.`) && !object.relationship(object.name);
    const name = own ? path.slice(object.name.length + 1) : path;
    if (name.includes('.')) return parentColumn(org, object, query, name, at);
    const field = object.visible(name);
    if (!field) throw noColumn(query, name, object.name, at);
    return { field, valueOf: (row) => row[field.name] ?? null };
  };

/** Puts one selected column into the shown record; parent fields nest under their relationship. */
const project =
  (org: OrgState, object: ObjectSchema, base: string, select: Array<SelectItem & { column: Column }>) =>
  (row: Row): JsonObject => {
    const shown: JsonObject = { attributes: attributesOf(object, row, base) };
    for (const { path, column } of select) {
      const lookup = path.includes('.') ? object.relationship(path.split('.')[0] ?? '') : undefined;
      if (!lookup) {
        shown[column.field.name] = column.valueOf(row);
        continue;
      }
      const name = lookup.relationshipName ?? lookup.name;
      const parent = org.database.byId(String(row[lookup.name] ?? ''));
      const known = shown[name] as JsonObject | undefined;
      if (!parent) shown[name] = null;
      else {
        shown[name] = {
          ...(known ?? { attributes: attributesOf(parent.object, parent.row, base) }),
          [column.field.name]: column.valueOf(row),
        };
      }
    }
    return shown;
  };

const aggregate = (
  query: Query,
  rows: Row[],
  select: Array<SelectItem & { column?: Column }>,
): QueryResult['records'] => {
  const shown: JsonObject = { attributes: { type: 'AggregateResult' } };
  select.forEach(({ column, alias }, at) => {
    const counted = column ? rows.filter((row) => column.valueOf(row) !== null).length : rows.length;
    shown[alias ?? `expr${at}`] = counted;
  });
  return [shown].slice(0, query.limit ?? 1);
};

const matchingRows = (org: OrgState, query: Query, object: ObjectSchema, withDeleted: boolean): Row[] => {
  const table = org.database.table(object.name);
  const all = withDeleted ? [...table.rows(), ...table.deletedRows()] : table.rows();
  const resolve = resolver(org, object, query);
  const rows = query.where ? all.filter(compile(query.where, resolve, org.now())) : all;
  const orders = query.orderBy.map(({ path, at, descending, nullsLast }) =>
    byColumn(resolve(path, at), descending, nullsLast),
  );
  if (orders.length === 0) return rows;
  return rows.sort((a, b) => orders.map((order) => order(a, b)).find((n) => n !== 0) ?? 0);
};

/**
 * Runs a query against the committed rows.
 *
 * @param base `/services/data/vXX.X`, for the URLs of the records
 * @throws ApiError 400 MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE
 */
export const runQuery = (org: OrgState, text: string, base: string, withDeleted: boolean): QueryResult => {
  const query = parseQuery(text);
  const object = org.schema.readable(query.from);
  if (!object) throw ApiError.of(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
  const resolve = resolver(org, object, query);
  const counts = query.select.filter(({ count }) => count === true);
  if (counts.length > 0 && counts.length < query.select.length) {
    throw malformed(query.text, query.select[0]?.at ?? 0, 'Grouped query cannot use a field without GROUP BY');
  }
  const columns = query.select.map((item) => (item.path === '' ? undefined : resolve(item.path, item.at)));
  const rows = matchingRows(org, query, object, withDeleted);
  if (counts.length === 1 && counts[0]?.path === '') {
    const totalSize = Math.min(Math.max(0, rows.length - query.offset), query.limit ?? Infinity);
    return { query, object, totalSize, records: [] };
  }
  if (counts.length > 0) {
    const select = query.select.map((item, at) => ({ ...item, column: columns[at] }));
    const records = aggregate(query, rows, select);
    return { query, object, totalSize: records.length, records };
  }
  const select = query.select.flatMap((item, at) => {
    const column = columns[at];
    return column ? [{ ...item, column }] : [];
  });
  const page = rows.slice(query.offset, query.limit === undefined ? undefined : query.offset + query.limit);
  return { query, object, totalSize: page.length, records: page.map(project(org, object, base, select)) };
};
