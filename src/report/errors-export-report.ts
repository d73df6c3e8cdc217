import { lines, type Block } from './blocks.js';
import { escapeText } from './escape.js';
import { count } from './words.js';

/** Where the rows are now, and what to do about cells that are not as they were. */
export function renderErrorsExport(result: {
  readonly path: string;
  readonly count: number;
  readonly apostrophes: number;
}): Block[] {
  const changed = count(result.apostrophes, 'cell');
  return [
    lines(
      `${count(result.count, 'ExportError')} written to ${escapeText(result.path)}, which only you can read.`,
      ...(result.apostrophes === 0
        ? []
        : [
            `${changed} would be calculated by a spreadsheet and got an apostrophe in front. Take it away before you load such a cell into an org.`,
          ]),
    ),
  ];
}
