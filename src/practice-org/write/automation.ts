import type { DraftRow, FieldValue, Row } from '../values.js';
import type { ApexLimits } from './apex-limits.js';

export type RuleContext = { operation: 'insert' | 'update'; userId: string; now: Date };

/** A validation rule, or anything else that refuses single records. */
export type ValidationRule = {
  name: string;
  object: string;
  /** default true */
  active?: boolean;
  /** default: on both */
  when?: 'insert' | 'update' | 'always';
  message: string;
  /** the field the error is shown at; default: the record */
  field?: string;
  /** default FIELD_CUSTOM_VALIDATION_EXCEPTION */
  statusCode?: string;
  /** true = the record is refused, as an error condition formula. `record` is the whole record as it would be saved */
  predicate: (record: Row, old: Row | undefined, context: RuleContext) => boolean;
};

export type TriggerEvent =
  'before insert' | 'after insert' | 'before update' | 'after update' | 'before delete' | 'after delete';

export type TriggerContext = {
  event: TriggerEvent;
  isBefore: boolean;
  operation: 'insert' | 'update' | 'delete';
  /** records of this chunk, at most 200. Before insert and before update may change them in place; empty on delete */
  new: DraftRow[];
  /** the records before, same order as `new`; undefined on insert */
  old: Array<Row | undefined>;
  /** static variables: live for the whole transaction, roll-backs included */
  statics: Map<string, unknown>;
  limits: ApexLimits;
  userId: string;
  /** committed and pending rows of an object; costs one SOQL query */
  query: (object: string, where?: (row: Row) => boolean) => Row[];
  /** refuses one record of `new` (or `old` on delete), as `addError()` */
  addError: (record: Row, message: string, field?: string) => void;
};

/** An Apex trigger. What it throws fails its whole chunk. */
export type Trigger = {
  name: string;
  object: string;
  /** default true */
  active?: boolean;
  /** default: before and after insert and update */
  events?: TriggerEvent[];
  run: (context: TriggerContext) => void;
};

/** A duplicate rule: which rows a record would duplicate. Works only on records that reach the save. */
export type DuplicateRule = {
  name: string;
  object: string;
  active?: boolean;
  /** `allow` = alert: the header allowSave=true lets the record pass; `block` never does (facts 6). Default allow */
  action?: 'allow' | 'block';
  /** rows are duplicates if all these fields are equal without regard to case, and not blank */
  matchFields: string[];
  /** default `Use one of these records?` */
  message?: string;
};

/** Rules or triggers by name, each of which can be switched on and off. */
export class Switchboard<T extends { name: string; object: string; active?: boolean }> {
  readonly #items = new Map<string, T>();

  /** Adds one, or replaces the one of the same name. */
  public add(item: T): void {
    this.#items.set(item.name, item);
  }

  /** @throws Error if there is none of this name */
  public enable(name: string): void {
    this.#switch(name, true);
  }

  /** @throws Error if there is none of this name */
  public disable(name: string): void {
    this.#switch(name, false);
  }

  public remove(name: string): boolean {
    return this.#items.delete(name);
  }

  public clear(): void {
    this.#items.clear();
  }

  public get all(): T[] {
    return [...this.#items.values()];
  }

  /** The active ones of an object, in the order they were added. */
  public active(object: string): T[] {
    return this.all.filter((item) => item.active !== false && item.object.toLowerCase() === object.toLowerCase());
  }

  #switch(name: string, active: boolean): void {
    const item = this.#items.get(name);
    if (!item) throw new Error(`Nothing named ${name} here`);
    this.#items.set(name, { ...item, active });
  }
}

/** An assignment rule of Case, Lead or Account: the owner it gives unless the client says `Sforce-Auto-Assign: FALSE`. */
export type AssignmentRule = { name: string; object: string; active?: boolean; ownerId: FieldValue };
