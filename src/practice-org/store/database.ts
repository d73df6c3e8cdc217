import type { ObjectSchema, Schema } from '../schema/schema.js';
import type { Row } from '../values.js';
import { Table } from './table.js';

/** All tables of the org. A table starts anew when its object is replaced by another definition; its rows move over. */
export class Database {
  readonly #schema: Schema;
  readonly #tables = new Map<string, { object: ObjectSchema; table: Table }>();

  public constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** @throws Error if the org has no such object */
  public table(name: string): Table {
    const object = this.#schema.require(name);
    const known = this.#tables.get(object.name);
    if (known && known.object === object) return known.table;
    const table = new Table(object.fields);
    for (const row of known?.table.rows() ?? []) table.put(row);
    this.#tables.set(object.name, { object, table });
    return table;
  }

  /** The row behind an 18-character Id, whatever its object. */
  public byId(id: string): { object: ObjectSchema; row: Row } | undefined {
    const object = this.#schema.byKeyPrefix(id);
    const row = object && this.table(object.name).get(id);
    return row && { object, row };
  }
}
