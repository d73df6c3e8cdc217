import { CsvError, parse } from 'csv-parse/sync';

import { type CsvDialect, parserOptions } from './csv-dialect.js';
import { CR, endOfLine, LF, skipLineBreaks } from './line-breaks.js';

/** The whole rows at the front of a block of bytes. `ends[i]` is the index behind the line break of `rows[i]`. */
export type ParsedBlock = {
  readonly rows: string[][];
  readonly ends: number[];
  /** Why parsing ended before the block did; null when what is left is only an unfinished row. */
  readonly trouble: QuoteTrouble | null;
  /** Index of the quote that is open where the block ends, if one is. */
  readonly openQuote: number | null;
};

/** A quote that csv-parse cannot read. `quote` is where the cell's first quote stands. */
export type QuoteTrouble = { readonly kind: 'text-after-quote' | 'quote-in-cell'; readonly quote: number };

/** What a row with a misplaced quote is: broken up to `end`, unreadable with all that follows, or not read to its end. */
export type Verdict =
  | { readonly kind: 'broken'; readonly start: number; readonly end: number }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'unfinished' };

const QUOTE = 34;

/**
 * Reads whole rows from a block that starts at a row. csv-parse is given each block as if it were a file of its own,
 * so that there is no state between blocks: whatever the end of the block cuts off is left for the next one.
 * @param last the block ends where the source ends
 * @param limit read this many rows at most
 */
export function parseBlock(bytes: Buffer, dialect: CsvDialect, last: boolean, limit?: number): ParsedBlock {
  const rows: string[][] = [];
  const ends: number[] = [];
  const whole = last ? bytes : wholeLines(bytes);
  const error = tryParse(whole, dialect, { to: limit ?? -1 }, (row, end) => {
    rows.push(row);
    ends.push(end);
  });
  const reached = ends.at(-1) ?? 0;
  // An LF may follow behind the last CR, and belong to it.
  if (!last && reached === bytes.length && bytes[reached - 1] === CR) {
    rows.pop();
    ends.pop();
  }
  if (error === null) return { rows, ends, trouble: null, openQuote: null };
  const quote = whole.indexOf(QUOTE, error.bytes);
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return { rows, ends, trouble: null, openQuote: quote };
  const kind = error.code === 'CSV_INVALID_CLOSING_QUOTE' ? 'text-after-quote' : 'quote-in-cell';
  return { rows, ends, trouble: { kind, quote }, openQuote: null };
}

/**
 * Where a row with a misplaced quote ends. It is broken alone, and the rest can be read, if it lies on one line and
 * no reading of its quotes leads over the end of that line. Otherwise two readings of the file disagree on where the
 * next row starts: going on could swallow rows, or make records of the lines of a text.
 * @param start index where the row starts
 */
export function judgeBrokenRow(bytes: Buffer, start: number, dialect: CsvDialect, last: boolean): Verdict {
  const begin = skipLineBreaks(bytes, start, bytes.length);
  const found = endOfLine(bytes, begin);
  if (!last && (found === -1 || (found === bytes.length && bytes[found - 1] === CR))) return { kind: 'unfinished' };
  const end = found === -1 ? bytes.length : found;
  const line = bytes.subarray(begin, end);
  const strict = tryParse(line, dialect, {});
  const relaxed = tryParse(line, dialect, { relax_quotes: true });
  const alone = strict !== null && strict.code !== 'CSV_QUOTE_NOT_CLOSED' && relaxed === null;
  return alone ? { kind: 'broken', start: begin, end } : { kind: 'unreadable' };
}

/**
 * The part of a block up to its last line break. There csv-parse is either between two rows or inside quotes; cut
 * anywhere else, half a delimiter or half an escaped quote would look like a misplaced quote.
 */
function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, 1 + Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)));
}

type ParseError = { readonly code: string; readonly bytes: number };

function tryParse(
  bytes: Buffer,
  dialect: CsvDialect,
  more: { readonly to?: number; readonly relax_quotes?: boolean },
  onRow?: (row: string[], end: number) => void,
): ParseError | null {
  try {
    parse(bytes, {
      ...parserOptions(dialect),
      ...more,
      // `info.bytes` is exact at this moment: the index behind the line break of the row.
      on_record: (row: string[], info) => {
        onRow?.(row, info.bytes);
        return null;
      },
    });
    return null;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The last cell that csv-parse finished ended here.
    return { code: error.code, bytes: Number(error['bytes']) };
  }
}
