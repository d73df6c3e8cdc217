import type { Options } from 'csv-parse';

import type { SourceSpec } from '../core/job.js';
import type { Cell } from '../core/record.js';

/** How one CSV file is written, and which texts in it stand for *absent* and *null*. */
export type CsvDialect = {
  readonly delimiter: string;
  readonly absent: string | null;
  readonly null: string;
};

/**
 * The dialect of a source. A text set in the definition takes the place of the default; where `null` claims the text
 * that means absent by default (the empty cell), `null` wins and nothing is absent.
 */
export function dialectOf(spec: SourceSpec): CsvDialect {
  const nullText = spec.null ?? '#N/A';
  const absent = spec.absent ?? '';
  return { delimiter: spec.delimiter ?? ',', absent: absent === nullText ? null : absent, null: nullText };
}

/** A delimiter that is empty or holds a quote or a line break cannot be told from the rest of the file. */
export function isUsableDelimiter(delimiter: string): boolean {
  return delimiter !== '' && !/["\r\n]/.test(delimiter);
}

/**
 * Turns the texts of one row into cells, in place: rows are many. Quotes make no difference (csv-parse does not tell,
 * and exports of spreadsheets quote at will): `""` is as absent as nothing. Values stay as they are, never trimmed.
 */
export function toCells(texts: string[], dialect: CsvDialect): Cell[] {
  const cells: Cell[] = texts;
  for (let i = 0; i < cells.length; i++) {
    const text = cells[i];
    if (text === dialect.null) cells[i] = null;
    else if (text === dialect.absent) cells[i] = undefined;
  }
  return cells;
}

/**
 * The settings of csv-parse. All three line ends count at once: left to itself csv-parse takes the first it meets for
 * the whole file, and a mixed file would end its last cells in CR. Cell counts are checked by us, per row.
 */
export function parserOptions(dialect: CsvDialect): Options {
  return {
    delimiter: dialect.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    // The byte order mark is looked at where the file begins, not in each block.
    bom: false,
  };
}
