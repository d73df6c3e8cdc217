import { SourceFault } from '../core/ports/source.js';
import { type ParsedBlock, parseBlock } from './csv-block.js';
import type { CsvDialect } from './csv-dialect.js';
import { notUtf8, quoteWords, unclosedQuote } from './csv-faults.js';
import type { CsvFile } from './csv-file.js';
import type { CsvLimits } from './csv-limits.js';
import { countLineBreaks, skipLineBreaks } from './line-breaks.js';
import { firstInvalidUtf8 } from './utf8.js';

export type CsvHeader = {
  /** Names without white space around them, in the order and case of the file. */
  readonly columns: readonly string[];
  readonly warnings: readonly string[];
  /** The bytes from the start of the file up to the first row, byte order mark included. */
  readonly bytes: Buffer;
};

const USUAL_DELIMITERS = [',', ';', '\t', '|'];
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads and checks the header: the first line that is not empty.
 * @throws SourceFault `empty`, `not-utf8`, `empty-column-name`, `duplicate-column`, `unclosed-quote`, `cell-too-large`,
 * `unreadable`
 */
export async function readHeader(file: CsvFile, dialect: CsvDialect, limits: CsvLimits): Promise<CsvHeader> {
  for (let wanted = limits.readSize; ; wanted *= 2) {
    const buffer = Buffer.allocUnsafe(Math.min(wanted, file.stamp.size));
    const bytes = buffer.subarray(0, await file.read(buffer, 0));
    const last = bytes.length < wanted;
    const header = headerIn(file.path, bytes, dialect, last);
    if (header !== null) return header;
    if (wanted > limits.maxRecord) {
      const message = `The header of ${file.path} is longer than ${limits.maxRecord} bytes; is it a CSV file?`;
      throw new SourceFault('cell-too-large', message, { path: file.path, line: 1 });
    }
  }
}

/** The header if these bytes hold all of it, else null. */
function headerIn(path: string, bytes: Buffer, dialect: CsvDialect, last: boolean): CsvHeader | null {
  refuseOtherFormats(path, bytes);
  const start = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
  const text = bytes.subarray(start);
  const invalid = firstInvalidUtf8(text, last);
  const block = parseBlock(invalid === -1 ? text : text.subarray(0, invalid), dialect, last && invalid === -1, 1);
  const names = block.rows[0];
  if (names === undefined || isBlank(names)) {
    if (invalid !== -1) throw notUtf8(path, 1 + countLineBreaks(text, 0, invalid), text[invalid]);
    if (last && text.toString().trim() === '') {
      throw new SourceFault('empty', `${path} is empty: it has no header and no rows.`, { path });
    }
  }
  if (names === undefined) {
    if (block.trouble !== null || (last && block.openQuote !== null)) throw quoteFault(path, text, block, dialect);
    return null;
  }
  const end = block.ends[0]!;
  const columns = checkedColumns(path, names, 1 + countLineBreaks(text, 0, skipLineBreaks(text, 0, end)));
  const hasRows = !last || skipLineBreaks(text, end, text.length) < text.length;
  return { columns, warnings: warningsOf(path, columns, dialect, hasRows), bytes: bytes.subarray(0, start + end) };
}

function isBlank(names: readonly string[]): boolean {
  return names.length === 1 && names[0]!.trim() === '';
}

/** Encodings and file formats that are often taken for CSV; each would end in a message nobody understands. */
function refuseOtherFormats(path: string, bytes: Buffer): void {
  const facts = { path, line: 1 };
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16 || (bytes.length >= 4 && bytes.subarray(0, 4).includes(0))) {
    const message = `${path} is written in UTF-16 (or UTF-32). Save it as UTF-8: in Excel as "CSV UTF-8".`;
    throw new SourceFault('not-utf8', message, { ...facts, encoding: 'UTF-16' });
  }
  if (bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]))) {
    const message = `${path} is an Excel workbook or a zip archive. Save it as "CSV UTF-8".`;
    throw new SourceFault('not-utf8', message, { ...facts, encoding: 'zip' });
  }
}

/** Columns are matched without regard to case, so two names that differ in case alone are the same name twice. */
function checkedColumns(path: string, names: readonly string[], line: number): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name, index) => {
    const column = name.trim();
    if (column === '') {
      const message = `Column ${index + 1} of ${path} has no name (line ${line}).`;
      throw new SourceFault('empty-column-name', message, { path, line, index: index + 1 });
    }
    const first = seen.get(column.toLowerCase());
    if (first !== undefined) {
      const places = `columns ${first} and ${index + 1}`;
      const message = `${path} has the column "${column}" twice (${places}); upper and lower case count as the same.`;
      throw new SourceFault('duplicate-column', message, { path, line, column, index: index + 1 });
    }
    seen.set(column.toLowerCase(), index + 1);
    return column;
  });
}

function warningsOf(path: string, columns: readonly string[], dialect: CsvDialect, hasRows: boolean): string[] {
  const other = columns.length === 1 ? otherDelimiter(columns[0]!, dialect) : undefined;
  const warnings = other === undefined ? [] : [hint(other, dialect)];
  return hasRows ? warnings : [...warnings, `${path} has a header and no rows.`];
}

function otherDelimiter(text: string, dialect: CsvDialect): string | undefined {
  return USUAL_DELIMITERS.find((delimiter) => delimiter !== dialect.delimiter && text.includes(delimiter));
}

function hint(other: string, dialect: CsvDialect): string {
  const shown = other === '\t' ? 'tabs' : `"${other}"`;
  return `The header looks as if it were separated by ${shown}; the delimiter is set to ${JSON.stringify(dialect.delimiter)}.`;
}

function quoteFault(path: string, text: Buffer, block: ParsedBlock, dialect: CsvDialect): SourceFault {
  const line = 1 + countLineBreaks(text, 0, block.trouble?.quote ?? block.openQuote ?? 0);
  const other = otherDelimiter(
    text
      .subarray(0, 1000)
      .toString()
      .trim()
      .split(/[\r\n]/)[0]!,
    dialect,
  );
  const tip = other === undefined ? '' : ` ${hint(other, dialect)}`;
  if (block.trouble === null) return unclosedQuote(path, line, tip);
  const message = `The header of ${path}, line ${line}: ${quoteWords(block.trouble.kind)}${tip}`;
  return new SourceFault('unreadable', message, { path, line });
}
