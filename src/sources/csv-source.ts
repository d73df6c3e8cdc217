import type { SourceMark, SourceSpec } from '../core/job.js';
import { type OpenSource, type RecordSource, type SourceComparison, SourceFault } from '../core/ports/source.js';
import type { SourceRow } from '../core/record.js';
import { compareWithMark, readBytes } from './csv-compare.js';
import { type CsvDialect, dialectOf, isUsableDelimiter } from './csv-dialect.js';
import { type CsvFile, openFile } from './csv-file.js';
import { type CsvHeader, readHeader } from './csv-header.js';
import { CSV_LIMITS, type CsvLimits } from './csv-limits.js';
import { type CsvMark, makeMark, parseMark } from './csv-mark.js';
import { RowReader, type RowStart } from './csv-rows.js';
import { CsvTrail, FILE_START, tailOf, type TrailStart, trailStartOf } from './csv-trail.js';
import { countLineBreaks } from './line-breaks.js';

/** `row` is the number of the row at the mark; its line is not needed, the mark has the line behind the row. */
type From = { readonly mark: SourceMark; readonly row: number; readonly line: number | null };

/**
 * A CSV file as a source of records (design.md 7): UTF-8, rows in file order, read in constant memory.
 * Rows count from 1 without gaps; empty lines are no rows. Lines count as in an editor, the header is on line 1.
 * @param limits for tests alone
 */
export function createCsvSource(spec: SourceSpec, limits: CsvLimits = CSV_LIMITS): RecordSource {
  const dialect = dialectOf(spec);
  return {
    name: spec.path,
    async open(): Promise<OpenSource> {
      if (!isUsableDelimiter(dialect.delimiter)) {
        const message = `${JSON.stringify(dialect.delimiter)} cannot be a delimiter.`;
        throw new SourceFault('unreadable', message, { path: spec.path, delimiter: dialect.delimiter });
      }
      const file = await openFile(spec.path);
      try {
        return new OpenCsv(file, await readHeader(file, dialect, limits), dialect, limits);
      } catch (error) {
        await file.close();
        throw error;
      }
    },
  };
}

type Beginning = { readonly trail: CsvTrail; readonly start: RowStart };

class OpenCsv implements OpenSource {
  public readonly columns: readonly string[];
  /** Grows by one when the file turns out to have changed while it was read. */
  public readonly warnings: string[];
  public heldBack = false;
  private trail: CsvTrail | null = null;

  public constructor(
    private readonly file: CsvFile,
    private readonly header: CsvHeader,
    private readonly dialect: CsvDialect,
    private readonly limits: CsvLimits,
  ) {
    this.columns = header.columns;
    this.warnings = [...header.warnings];
  }

  public get extent(): number {
    return this.file.stamp.size;
  }

  public async compare(mark: SourceMark): Promise<SourceComparison> {
    const known = parseMark(mark);
    if (known === null || known.offset < this.header.bytes.length) return 'differs';
    return compareWithMark(this.file, known, this.dialect, this.limits.blockSize);
  }

  public async *rows(from?: From): AsyncGenerator<SourceRow, void, undefined> {
    if (this.trail !== null) throw new Error('The rows of a source can be read once per open.');
    try {
      yield* this.read(await this.begin(from));
    } finally {
      await this.file.close();
    }
  }

  public async mark(end: number): Promise<SourceMark> {
    if (this.trail === null) throw new Error('No mark before the first row.');
    try {
      return makeMark(await this.trail.mark(end), this.file.stamp, this.dialect);
    } catch (cause) {
      if (cause instanceof SourceFault || cause instanceof RangeError) throw cause;
      throw this.changed(cause);
    }
  }

  public async close(): Promise<void> {
    await this.file.close();
  }

  /** Every row is held back until the next one is there: which row is the last one shows at the end alone. */
  private async *read(reader: RowReader): AsyncGenerator<SourceRow, void, undefined> {
    let held: SourceRow | null = null;
    for (;;) {
      const batch = await reader.next();
      for (const row of batch.rows) {
        if (held !== null) yield held;
        held = row;
      }
      const stable = !batch.last || (await this.file.isAsOpened());
      // In front of a fault the held row is whole; in a file that is being written the fault may be its unfinished end.
      if (held !== null && (batch.fault !== null || (batch.last && stable))) yield held;
      if (batch.fault !== null && (stable || !batch.unfinished)) throw batch.fault;
      if (!stable) this.leaveOutLastRow();
      if (batch.last) return;
    }
  }

  private leaveOutLastRow(): void {
    this.heldBack = true;
    this.warnings.push(`${this.file.path} changed while it was read; its last row is left for the next run.`);
  }

  /** Goes to the first row to be read; the trail then holds what of the part before it the next mark needs. */
  private async begin(from: From | undefined): Promise<RowReader> {
    const mark = from === undefined ? null : parseMark(from.mark);
    if (from !== undefined && mark === null) throw new Error('This is not a mark of a CSV source.');
    const { start, trail } = mark === null ? await this.atFirstRow() : await this.atMark(mark, from!.row);
    this.trail = trail;
    const { file, dialect, limits, columns } = this;
    return new RowReader({ file, dialect, limits, columns: columns.length, trail }, start);
  }

  private async atFirstRow(): Promise<Beginning> {
    const { bytes } = this.header;
    // The header was read at opening; what is read from now on is what marks vouch for.
    if (!bytes.equals(await readBytes(this.file, 0, bytes.length))) throw this.changed();
    const trail = this.trailFrom(FILE_START, bytes);
    const line = 1 + countLineBreaks(bytes, 0, bytes.length);
    return { trail, start: { offset: bytes.length, row: 0, line, previous: bytes.at(-1)! } };
  }

  private async atMark(mark: CsvMark, row: number): Promise<Beginning> {
    const begin = mark.blocks * mark.blockSize;
    // The byte in front of the block tells whether a CRLF was cut there.
    const first = Math.max(0, begin - 1);
    const bytes = await readBytes(this.file, first, mark.offset - first);
    const tail = bytes.subarray(begin - first);
    if (tailOf(Buffer.from(mark.chain, 'hex'), tail) !== mark.tail) throw this.changed();
    const trail = this.trailFrom(trailStartOf(mark, tail, begin === 0 ? 0 : bytes[0]!), tail);
    return { trail, start: { offset: mark.offset, row, line: mark.line, previous: bytes.at(-1)! } };
  }

  private trailFrom(start: TrailStart, bytes: Buffer): CsvTrail {
    const { blockSize, keepBlocks } = this.limits;
    const trail = new CsvTrail(start, blockSize, keepBlocks, async (position, length) => {
      // By then the file of this source may be closed already.
      const file = await openFile(this.file.path);
      try {
        return await readBytes(file, position, length);
      } finally {
        await file.close();
      }
    });
    trail.append(bytes);
    return trail;
  }

  private changed(cause?: unknown): SourceFault {
    const { path } = this.file;
    return new SourceFault('unreadable', `${path} changed while it was read. Run again.`, { path }, { cause });
  }
}
