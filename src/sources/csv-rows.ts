import type { SourceFault } from '../core/ports/source.js';
import type { SourceRow } from '../core/record.js';
import { judgeBrokenRow, type ParsedBlock, parseBlock, type Verdict } from './csv-block.js';
import { type CsvDialect, toCells } from './csv-dialect.js';
import { ambiguousQuote, notUtf8, quoteWords, rowTooLong, unclosedQuote } from './csv-faults.js';
import type { CsvFile } from './csv-file.js';
import type { CsvLimits } from './csv-limits.js';
import type { CsvTrail } from './csv-trail.js';
import { countLineBreaks, skipLineBreaks } from './line-breaks.js';
import { firstInvalidUtf8, wholeCharacters } from './utf8.js';

/** What a reader works on. */
export type RowContext = {
  readonly file: CsvFile;
  readonly trail: CsvTrail;
  readonly dialect: CsvDialect;
  readonly columns: number;
  readonly limits: CsvLimits;
};

/** The place in front of the next row: byte offset, number of the row before it, number and last byte of the line. */
export type RowStart = {
  readonly offset: number;
  readonly row: number;
  readonly line: number;
  readonly previous: number;
};

/** Rows of one read; then perhaps why the rest cannot be read. After `last` there is nothing more. */
export type RowBatch = {
  readonly rows: readonly SourceRow[];
  readonly fault: SourceFault | null;
  /** The fault may only mean that whoever writes the file has not finished its last row. */
  readonly unfinished: boolean;
  readonly last: boolean;
};

/**
 * Reads rows block by block: fills a buffer from the file, lets csv-parse read the whole rows in it, and keeps the rest
 * for the next block. Memory: one read and one unfinished row, of `maxRecord` bytes at most.
 */
export class RowReader {
  /** The bytes of `store[0, length)` are read and not yet rows; the first of them lies at `offset` of the file. */
  private store = Buffer.alloc(0);
  private length = 0;
  private offset: number;
  /** Bytes of the store that are known to be UTF-8. */
  private checked = 0;
  private row: number;
  private line: number;
  private previous: number;

  public constructor(
    private readonly context: RowContext,
    start: RowStart,
  ) {
    this.offset = start.offset;
    this.row = start.row;
    this.line = start.line;
    this.previous = start.previous;
  }

  public async next(): Promise<RowBatch> {
    const last = await this.fill();
    const bytes = this.store.subarray(0, this.length);
    const invalid = this.firstInvalid(bytes, last);
    const text = invalid === -1 ? bytes : bytes.subarray(0, invalid);
    const rows: SourceRow[] = [];
    // Rows before a byte that is not UTF-8 are good, and are given out before the fault is thrown.
    const { used, fault, unfinished } = this.parse(text, last && invalid === -1, rows);
    if (fault === null && invalid !== -1) {
      const line = this.line + countLineBreaks(bytes, used, invalid, this.previous);
      const cut = last && this.firstInvalid(bytes, false) === -1;
      return { rows, fault: notUtf8(this.context.file.path, line, bytes[invalid]), unfinished: cut, last };
    }
    this.drop(used);
    return { rows, fault, unfinished, last };
  }

  /** Reads on behind what is left; true when the end of the file (as it was at opening) is reached. */
  private async fill(): Promise<boolean> {
    const { file, trail, limits } = this.context;
    // A row that did not fit doubles the read: its beginning is parsed again each time.
    const wanted = Math.max(limits.readSize, this.length);
    if (this.store.length < this.length + wanted) {
      const larger = Buffer.allocUnsafe(this.length + wanted);
      this.store.copy(larger, 0, 0, this.length);
      this.store = larger;
    }
    const position = this.offset + this.length;
    const target = this.store.subarray(this.length, this.length + wanted);
    const filled = await file.read(target, position);
    trail.append(target.subarray(0, filled));
    this.length += filled;
    return filled < wanted || position + filled >= file.stamp.size;
  }

  private firstInvalid(bytes: Buffer, last: boolean): number {
    const fresh = bytes.subarray(this.checked);
    const invalid = firstInvalidUtf8(fresh, last);
    if (invalid !== -1) return this.checked + invalid;
    this.checked += wholeCharacters(fresh);
    return -1;
  }

  /** Turns the whole rows of the text into `rows`. */
  private parse(text: Buffer, last: boolean, rows: SourceRow[]): Parsed {
    const { dialect, file, limits } = this.context;
    let used = 0;
    for (;;) {
      const base = used;
      const block = parseBlock(text.subarray(base), dialect, last);
      for (let i = 0; i < block.rows.length; i++) {
        const end = base + block.ends[i]!;
        if (end - used > limits.maxRecord)
          return failed(used, rowTooLong(file.path, this.line, null, limits.maxRecord));
        rows.push(this.rowOf(block.rows[i]!, text, used, end));
        used = end;
      }
      const { trouble } = block;
      const verdict = trouble === null ? null : judgeBrokenRow(text, used, dialect, last);
      // A row over the limit ends the run, however it is written: what is seen of it depends on where reads end.
      const tooLong = verdict?.kind === 'broken' && verdict.end - used > limits.maxRecord;
      if (tooLong) return failed(used, rowTooLong(file.path, this.line, null, limits.maxRecord));
      if (verdict?.kind !== 'broken') return this.endOf(block, verdict, text, used, base, last);
      rows.push(this.broken(this.step(text, used, verdict.end), quoteWords(trouble!.kind), this.offset + verdict.end));
      used = verdict.end;
    }
  }

  /** What the text ends in: an unfinished row, of which more may be read, or something that cannot be read. */
  private endOf(
    b: ParsedBlock,
    verdict: Verdict | null,
    text: Buffer,
    used: number,
    base: number,
    last: boolean,
  ): Parsed {
    const { path } = this.context.file;
    const { maxRecord } = this.context.limits;
    const quote = b.trouble?.quote ?? b.openQuote;
    const quoteLine = quote === null ? null : this.line + countLineBreaks(text, used, base + quote, this.previous);
    if (verdict?.kind === 'unreadable') return failed(used, ambiguousQuote(path, quoteLine!, b.trouble!.kind));
    if (text.length - used > maxRecord) return failed(used, rowTooLong(path, this.line, quoteLine, maxRecord));
    if (!last || quoteLine === null) return failed(used, null);
    return { used, fault: unclosedQuote(path, quoteLine), unfinished: true };
  }

  private rowOf(texts: string[], bytes: Buffer, from: number, to: number): SourceRow {
    const { columns, dialect, limits } = this.context;
    const line = this.step(bytes, from, to);
    const end = this.offset + to;
    if (texts.length !== columns) {
      return this.broken(line, `${columns} cells expected, ${texts.length} found.`, end);
    }
    if (to - from > limits.maxCell) {
      const index = texts.findIndex((text) => text.length > limits.maxCell);
      if (index !== -1) {
        const found = texts[index]!.length;
        return this.broken(line, `Cell ${index + 1} has ${found} characters; the limit is ${limits.maxCell}.`, end);
      }
    }
    return { kind: 'row', position: { row: this.row, line }, cells: toCells(texts, dialect), end };
  }

  private broken(line: number, what: string, end: number): SourceRow {
    const error = { statusCode: 'LOCAL_BROKEN_ROW', message: `Line ${line}: ${what}`, fields: [] };
    return { kind: 'broken', position: { row: this.row, line }, error, end };
  }

  /** Counts a row and its lines; returns the line on which it starts. */
  private step(bytes: Buffer, from: number, to: number): number {
    const begin = skipLineBreaks(bytes, from, to);
    const line = this.line + countLineBreaks(bytes, from, begin, this.previous);
    this.line = line + countLineBreaks(bytes, begin, to, this.previous);
    this.row++;
    return line;
  }

  private drop(used: number): void {
    if (used === 0) return;
    this.previous = this.store[used - 1]!;
    this.store.copyWithin(0, used, this.length);
    this.length -= used;
    this.checked = Math.max(0, this.checked - used);
    this.offset += used;
  }
}

/** `used` is the index behind the last row; `unfinished` as in a batch. */
type Parsed = { readonly used: number; readonly fault: SourceFault | null; readonly unfinished: boolean };

function failed(used: number, fault: SourceFault | null): Parsed {
  return { used, fault, unfinished: false };
}
