import type { SourceMark } from '../job.js';
import type { SourceCursor, SourceRow } from '../record.js';

/** How a source compares with a mark taken earlier (design.md 7). */
export type SourceComparison =
  /** nothing changed at all since the mark: same size, time and file */
  | 'unchanged'
  /** everything before the mark is the same; what follows may be new or changed */
  | 'same-prefix'
  /** something before the mark differs */
  | 'differs';

/**
 * Where records come from. Contract, held by `test/contract/source.ts`:
 * - rows come in an order that does not change while the content does not; `row` counts 1, 2, 3 … without gaps;
 * - memory does not grow with the number of rows;
 * - the end is the end as it was at opening; if the source changes while it is read, its last row is left out;
 * - a row that cannot be read but leaves the rest readable comes as `broken`; anything else throws a `SourceFault`.
 */
export type RecordSource = {
  /** For people: the path of the file. */
  readonly name: string;
  /** Opens and reads the header. @throws SourceFault no such file, empty file, bad header, not UTF-8 */
  open(): Promise<OpenSource>;
};

export type OpenSource = {
  readonly columns: readonly string[];
  /** Things an admin should know, in words (a header without any row, for instance). */
  readonly warnings: readonly string[];
  /** The source changed while it was read, and its last row was left out: what it holds there is not known yet. */
  readonly heldBack: boolean;
  /** Where the last row ends, or a little behind it, as far as that is known without reading; for estimates alone. */
  readonly extent: SourceCursor | null;
  /** Compares the content before a mark of this source with what is there now. A mark of another source: `differs`. */
  compare(mark: SourceMark): Promise<SourceComparison>;
  /**
   * Rows in order: from the start, or behind a mark for which `compare` did not say `differs`; `row` is the number of
   * the row at the mark. May be iterated once per open; breaking out of the loop releases the file.
   * @throws SourceFault when the rest cannot be read
   */
  rows(from?: {
    readonly mark: SourceMark;
    readonly row: number;
    readonly line: number | null;
  }): AsyncIterable<SourceRow>;
  /** The mark for "everything up to and with the row that ended at `end`"; ends must not go backwards. */
  mark(end: SourceCursor): Promise<SourceMark>;
  close(): Promise<void>;
};

/** The source as a whole cannot be read: a run-level error, never an ExportError (P23). */
export class SourceFault extends Error {
  public override readonly name = 'SourceFault';

  public constructor(
    /** Stable code; the words for people are made from it and `facts` at the edge. */
    public readonly code:
      | 'not-found'
      | 'not-a-file'
      | 'not-readable'
      | 'empty'
      | 'empty-column-name'
      | 'duplicate-column'
      | 'not-utf8'
      | 'unclosed-quote'
      | 'cell-too-large'
      | 'unreadable',
    message: string,
    public readonly facts: { readonly path: string; readonly line?: number; readonly column?: string } & Record<
      string,
      string | number | undefined
    >,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
