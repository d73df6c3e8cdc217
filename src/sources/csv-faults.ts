import { SourceFault } from '../core/ports/source.js';
import type { QuoteTrouble } from './csv-block.js';

/** What is wrong with a misplaced quote, and what to do about it. */
export function quoteWords(kind: QuoteTrouble['kind']): string {
  const what = kind === 'text-after-quote' ? 'text follows a closing quote' : 'a quote stands in a cell without quotes';
  return `${what}; a quote within a cell is written twice, and the cell between quotes.`;
}

/** @param byte the first byte that is not UTF-8; it tells people which encoding the file may have */
export function notUtf8(path: string, line: number, byte: number | undefined): SourceFault {
  const shown = byte === undefined ? '' : ` (byte 0x${byte.toString(16).toUpperCase().padStart(2, '0')})`;
  const message = `Line ${line} of ${path} is not valid UTF-8${shown}. Save the file as UTF-8.`;
  return new SourceFault('not-utf8', message, { path, line, byte });
}

/** @param line where the quote opens */
export function unclosedQuote(path: string, line: number, tip = ''): SourceFault {
  const message = `The quote that opens on line ${line} of ${path} is never closed.${tip}`;
  return new SourceFault('unclosed-quote', message, { path, line });
}

/** @param line where the cell with the misplaced quote starts */
export function ambiguousQuote(path: string, line: number, kind: QuoteTrouble['kind']): SourceFault {
  const message =
    `Line ${line} of ${path}: ${quoteWords(kind)} The quotes of this row lead over the end of a line, so that nobody ` +
    'can say where the next row starts.';
  return new SourceFault('unclosed-quote', message, { path, line });
}

/**
 * @param line where the row starts
 * @param openedOn where a quote opens that is still open, if one is
 * @param limit in bytes
 */
export function rowTooLong(path: string, line: number, openedOn: number | null, limit: number): SourceFault {
  const cause = openedOn === null ? '' : ` The quote that opens on line ${openedOn} is perhaps never closed.`;
  const message = `The row on line ${line} of ${path} is longer than ${limit} bytes.${cause}`;
  return new SourceFault('cell-too-large', message, { path, line: openedOn ?? line, limit });
}
