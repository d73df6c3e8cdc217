import type { ObjectDescribe } from '../describe.js';
import type { ExportError } from '../export-error.js';
import { mergePayloads } from '../mapping/payload.js';
import { isRowKey, type EncodedRecord, type Payload } from '../record.js';

/** What the source says now of one pending ExportError. */
export type Current = {
  /** The rows of the key, merged in source order, field by field (R1); null when only broken rows were found. */
  readonly payload: Payload | null;
  /** The record itself, where one row alone said it all. */
  readonly only: EncodedRecord | null;
};

/**
 * Gathers the current data of pending rows in one pass over the source. Memory grows with the pending rows alone.
 * With valid positions a key counts from its first refused row on; otherwise wherever it comes.
 */
export class CurrentData {
  private readonly byKey = new Map<string, ExportError>();
  private readonly found = new Map<string, Current>();

  public constructor(
    errors: readonly ExportError[],
    private readonly describe: ObjectDescribe,
    private readonly positionsHold: boolean,
  ) {
    for (const error of errors) this.byKey.set(error.canonicalKey, error);
  }

  /** The first row that matters. */
  public get firstRow(): number {
    if (!this.positionsHold) return 1;
    return Math.min(...[...this.byKey.values()].map((error) => error.firstRow));
  }

  public take(record: EncodedRecord): void {
    const { row } = record.position;
    const positional = this.byKey.get(`#row:${row}`);
    if (positional !== undefined) this.found.set(positional.id, { payload: record.payload, only: record });
    if (isRowKey(record.key.canonical)) return;
    const error = this.byKey.get(record.key.canonical);
    if (error === undefined || (this.positionsHold && row < error.firstRow)) return;
    const before = this.found.get(error.id);
    this.found.set(error.id, {
      payload: this.merged(before?.payload ?? null, record.payload),
      only: before === undefined ? record : null,
    });
  }

  public of(error: ExportError): Current | undefined {
    return this.found.get(error.id);
  }

  private merged(older: Payload | null, newer: Payload | null): Payload | null {
    return older === null || newer === null ? (newer ?? older) : mergePayloads(older, newer, this.describe);
  }
}
