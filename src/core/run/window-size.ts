import type { LearnedSize } from '../job.js';

/** A size that was cut grows again after this many windows that passed at the first try (design.md 3.2). */
export const cleanWindowsToGrow = 20;

/** A request that took longer halves the next window (design.md 3.3); milliseconds. */
export const slowRequestMs = 60_000;

/**
 * How many records to send at once: the ceiling of the settings, or less after the org refused a batch as a batch.
 * Fewer collections first, then half the batch size, down to one record.
 */
export class WindowSize {
  private records: number | null;
  private clean: number;

  public constructor(
    public readonly collectionSize: number,
    public readonly collections: number,
    learned: LearnedSize,
  ) {
    this.records = learned.records !== null && learned.records < this.ceiling ? Math.max(1, learned.records) : null;
    this.clean = this.records === null ? 0 : learned.cleanWindows;
  }

  public get ceiling(): number {
    return this.collectionSize * this.collections;
  }

  public get current(): number {
    return this.records ?? this.ceiling;
  }

  public get learned(): LearnedSize {
    return { records: this.records, cleanWindows: this.clean };
  }

  /** The next smaller size to try after `records` at once were refused as a batch. */
  public cut(records: number): number {
    if (records > this.collectionSize) return this.collectionSize;
    return Math.max(1, Math.ceil(records / 2));
  }

  /** A size that worked where a larger one was refused, no single record being to blame. */
  public learn(records: number): void {
    const size = Math.min(records, this.current);
    this.records = size < this.ceiling ? Math.max(1, size) : null;
    this.clean = 0;
  }

  /** How long the org worked on a request, answered or not: after a slow one the next windows are half of it. */
  public took(durationMs: number, records: number): void {
    if (durationMs > slowRequestMs) this.learn(Math.floor(records / 2));
  }

  /** A window passed whole at the first try. */
  public passed(): void {
    if (this.records === null) return;
    this.clean += 1;
    if (this.clean < cleanWindowsToGrow) return;
    const doubled = this.records * 2;
    this.records = doubled < this.ceiling ? doubled : null;
    this.clean = 0;
  }
}
