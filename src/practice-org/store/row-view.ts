import type { Field } from '../schema/definitions.js';
import type { ObjectSchema } from '../schema/schema.js';
import type { JsonObject, Row } from '../values.js';

export const attributesOf = (object: ObjectSchema, row: Row, base: string): JsonObject => ({
  type: object.name,
  url: `${base}/sobjects/${object.name}/${String(row.Id)}`,
});

/** A row as an answer shows it: `attributes` first, then the fields; default all that the user may see. */
export const showRow = (
  object: ObjectSchema,
  row: Row,
  base: string,
  fields: Field[] = object.visibleFields,
): JsonObject => {
  const shown: JsonObject = { attributes: attributesOf(object, row, base) };
  for (const { name } of fields) shown[name] = row[name] ?? null;
  return shown;
};
