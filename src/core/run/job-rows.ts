import type { OpenSource } from '../ports/source.js';
import type { Checkpoint } from '../job.js';
import type { EncodedRecord, RecordEncoder, SourceCursor, SourceRow } from '../record.js';

/** The place a pass over a source has come to, rows passed over included. */
export type PassPlace = { row: number; line: number | null; end: SourceCursor | null };

/**
 * The records of a source from a checkpoint on. Rows to pass over (a skipped record, `--from-row`) are read and not
 * encoded; `place` follows the rows that were handed out or passed over.
 */
export class JobRows {
  public readonly passedOver: PassPlace;

  public constructor(
    private readonly source: OpenSource,
    private readonly from: Checkpoint,
    /** Rows up to and with this one are passed over. */
    private readonly skipThrough: number,
    private readonly encoder: RecordEncoder,
  ) {
    this.passedOver = { row: from.row, line: from.line, end: null };
  }

  /** Rows to pass over that the source does not have. */
  public get missing(): number {
    return Math.max(0, this.skipThrough - this.passedOver.row);
  }

  public async *records(): AsyncGenerator<EncodedRecord, void, undefined> {
    const { mark, row, line } = this.from;
    for await (const sourceRow of this.source.rows(mark === null ? undefined : { mark, row, line })) {
      if (sourceRow.position.row <= this.skipThrough) this.passOver(sourceRow);
      else yield this.encoder.encode(sourceRow);
    }
  }

  private passOver(row: SourceRow): void {
    this.passedOver.row = row.position.row;
    this.passedOver.line = row.position.line ?? null;
    this.passedOver.end = row.end;
  }
}
