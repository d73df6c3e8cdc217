import type { ObjectDescribe } from '../describe.js';
import type { ExportError } from '../export-error.js';
import { mergePayloads } from '../mapping/payload.js';
import { isRowKey, keyOfRow, type EncodedRecord, type Payload } from '../record.js';

/** What the source says now of one pending ExportError. */
export type Current = {
  /** The rows of the key, merged in source order, field by field (R1); null when only broken rows were found. */
  readonly payload: Payload | null;
  /** The record itself, where one row alone said it all. */
  readonly only: EncodedRecord | null;
  /** The refused row itself was among them: the key is still at the row where it was refused last. */
  readonly stands: boolean;
};

/**
 * Gathers the current data of pending rows in one pass over the source. Memory grows with the pending rows alone.
 * With valid positions a key counts from its first refused row on; otherwise wherever it comes.
 */
export class CurrentData {
  /** The first row that matters. */
  public readonly firstRow: number;
  private readonly byKey = new Map<string, ExportError>();
  /** Keys that positions without a usable key turned out to hold now. */
  private readonly byNewKey = new Map<string, ExportError>();
  /** Where the rows of a key begin to count, if earlier than its refused rows say. */
  private readonly countsFrom = new Map<string, number>();
  private readonly found = new Map<string, Current>();
  private readThrough = false;

  public constructor(
    errors: readonly ExportError[],
    private readonly describe: ObjectDescribe,
    private readonly positionsHold: boolean,
  ) {
    let firstRow = Infinity;
    for (const error of errors) {
      this.byKey.set(error.canonicalKey, error);
      firstRow = Math.min(firstRow, error.firstRow);
    }
    this.firstRow = positionsHold ? firstRow : 1;
  }

  public take(record: EncodedRecord): void {
    const { row } = record.position;
    const key = record.key.canonical;
    const positional = this.byKey.get(keyOfRow(row).canonical);
    if (positional !== undefined && this.takePosition(positional, record)) return;
    if (isRowKey(key)) return;
    const error = this.byKey.get(key) ?? this.byNewKey.get(key);
    if (error === undefined) return;
    if (this.positionsHold && row < (this.countsFrom.get(key) ?? error.firstRow)) return;
    const before = this.found.get(error.id);
    this.found.set(error.id, {
      payload: this.merged(before?.payload ?? null, record.payload),
      only: before === undefined ? record : null,
      stands: before?.stands === true || row === error.row,
    });
  }

  /** The pass came to its end, so what was not found is not there. */
  public end(): void {
    this.readThrough = true;
  }

  /** A part that was read says nothing of what came after it: older data could pass for current (R3). */
  public forget(): void {
    this.found.clear();
  }

  /** Undefined: nothing was found. */
  public of(error: ExportError): Current | undefined {
    return this.found.get(error.id);
  }

  /** Was the place of a row looked at? */
  public hasRead(error: ExportError): boolean {
    return this.readThrough || this.found.has(error.id);
  }

  /**
   * A position that had no usable key. Where it has one now and positions hold (the mapping changed), no run would come
   * back to it: its record is owed, with the later rows of its key over it. Returns whether the row is done with.
   */
  private takePosition(positional: ExportError, record: EncodedRecord): boolean {
    const key = record.key.canonical;
    const known = this.byKey.has(key) || this.byNewKey.has(key);
    const isNew = this.positionsHold && !isRowKey(key) && !known;
    if (isNew) this.byNewKey.set(key, positional);
    if (known && !this.countsFrom.has(key)) this.countsFrom.set(key, record.position.row);
    const mine = isRowKey(key) || isNew;
    this.found.set(positional.id, { payload: mine ? record.payload : null, only: mine ? record : null, stands: true });
    return mine;
  }

  private merged(older: Payload | null, newer: Payload | null): Payload | null {
    return older === null || newer === null ? (newer ?? older) : mergePayloads(older, newer, this.describe);
  }
}
