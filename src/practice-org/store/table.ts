import type { Field } from '../schema/definitions.js';
import type { FieldValue, Row } from '../values.js';

/**
 * Text matches without regard to case only where the field is unique and not case sensitive; everywhere else exactly
 * (facts 2.8). Numbers match by value, for a stored number has one spelling.
 */
export const matchKey = (field: Field, value: FieldValue): string =>
  field.unique && !field.caseSensitive ? String(value).toLowerCase() : String(value);

/** The committed rows of one object, in order of insertion, with an index on each field that may be a key. */
export class Table {
  readonly #rows = new Map<string, Row>();
  readonly #bin = new Map<string, Row>();
  readonly #order = new Map<string, number>();
  readonly #indexes: Array<{ field: Field; ids: Map<string, Set<string>> }>;
  #isOutOfOrder = false;

  public constructor(fields: Field[]) {
    this.#indexes = fields
      .filter((field) => field.name !== 'Id' && (field.unique || field.idLookup))
      .map((field) => ({ field, ids: new Map<string, Set<string>>() }));
  }

  public get size(): number {
    return this.#rows.size;
  }

  public get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** A row in the recycle bin. */
  public deleted(id: string): Row | undefined {
    return this.#bin.get(id);
  }

  public deletedRows(): Row[] {
    return [...this.#bin.values()];
  }

  public rows(): Row[] {
    if (this.#isOutOfOrder) this.#sort();
    return [...this.#rows.values()];
  }

  /** Ids of the rows whose key field has this value; undefined if the field has no index. */
  public idsOf(field: Field, value: FieldValue): string[] | undefined {
    const index = this.#indexes.find((candidate) => candidate.field.name === field.name);
    return index && [...(index.ids.get(matchKey(field, value)) ?? [])];
  }

  /** Inserts or replaces; the row is frozen by the caller. */
  public put(row: Row): void {
    const id = String(row.Id);
    const before = this.#rows.get(id);
    if (before) this.#unindex(id, before);
    const known = this.#order.get(id);
    if (known === undefined) this.#order.set(id, this.#order.size);
    else if (!before) this.#isOutOfOrder = true;
    this.#rows.set(id, row);
    this.#bin.delete(id);
    this.#index(id, row);
  }

  /** Takes a row out. `toBin` keeps it as deleted; without, it never was (roll-back of an insert). */
  public remove(id: string, toBin: boolean): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#unindex(id, row);
    this.#rows.delete(id);
    if (toBin) this.#bin.set(id, { ...row, IsDeleted: true });
  }

  #index(id: string, row: Row): void {
    for (const { field, ids } of this.#indexes) {
      const value = row[field.name];
      if (value === null || value === undefined) continue;
      const key = matchKey(field, value);
      const same = ids.get(key);
      if (same) same.add(id);
      else ids.set(key, new Set([id]));
    }
  }

  #unindex(id: string, row: Row): void {
    for (const { field, ids } of this.#indexes) {
      const value = row[field.name];
      if (value === null || value === undefined) continue;
      const key = matchKey(field, value);
      const same = ids.get(key);
      same?.delete(id);
      if (same?.size === 0) ids.delete(key);
    }
  }

  #sort(): void {
    const rank = (id: string): number => this.#order.get(id) ?? 0;
    const sorted = [...this.#rows].sort(([a], [b]) => rank(a) - rank(b));
    this.#rows.clear();
    for (const [id, row] of sorted) this.#rows.set(id, row);
    this.#isOutOfOrder = false;
  }
}
