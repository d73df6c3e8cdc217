import fc from 'fast-check';

import type { Cell, SourceRow } from '../../../src/core/record.js';

/** A table as it is written, and what reading it must give: the naive reference of the property tests. */
export type Table = {
  readonly delimiter: string;
  readonly columns: readonly string[];
  readonly text: string;
  readonly rows: readonly SourceRow[];
};

type RowPlan = {
  readonly cells: readonly string[];
  readonly quoted: readonly boolean[];
  readonly ends: readonly string[];
};

const nasty = fc.constantFrom(
  ...[
    'a',
    'B',
    '"',
    '""',
    ',',
    ';',
    '\t',
    '|',
    '§',
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\u0000',
    'é',
    '€',
    '😀',
    '\uFEFF',
    '#N/A',
    "'",
    '\\',
  ],
);
const cell = fc.oneof(
  fc.constantFrom('', '#N/A', '#n/a', 'x', '"'),
  fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join('')),
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

const rowPlan = (width: number): fc.Arbitrary<RowPlan> =>
  fc.record({
    cells: fc.array(cell, { minLength: width, maxLength: width }),
    quoted: fc.array(fc.boolean(), { minLength: width, maxLength: width }),
    // One line end, and perhaps empty lines behind it.
    ends: fc.oneof(
      { weight: 4, arbitrary: lineEnd.map((end) => [end]) },
      fc.array(lineEnd, { minLength: 1, maxLength: 3 }),
    ),
  });

/** Random tables of nasty cells, in all ways to write them. */
export const tables: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc
    .record({
      bom: fc.boolean(),
      delimiter: fc.constantFrom(',', ';', '\t', '|', '||', '§', '-;-'),
      header: fc.record({ quoted: fc.boolean(), end: lineEnd, before: fc.array(lineEnd, { maxLength: 2 }) }),
      plans: fc.array(rowPlan(width), { maxLength: 8 }),
      lastUnterminated: fc.boolean(),
    })
    .map((plan) => {
      const columns = Array.from({ length: width }, (_, i) => `Cölumn ${i}`);
      const head = columns.map((name) => (plan.header.quoted ? `"${name}"` : name)).join(plan.delimiter);
      const front = `${plan.bom ? '\uFEFF' : ''}${plan.header.before.join('')}${head}${plan.header.end}`;
      return { delimiter: plan.delimiter, columns, ...write(front, plan.plans, plan.delimiter, plan.lastUnterminated) };
    }),
);

function write(
  front: string,
  plans: readonly RowPlan[],
  delimiter: string,
  lastUnterminated: boolean,
): Pick<Table, 'text' | 'rows'> {
  let text = front;
  const begins: number[] = [];
  const contents: string[] = [];
  plans.forEach(({ cells, quoted, ends }, index) => {
    const content = cells
      .map((value, i) => writeCell(value, quoted[i]!, delimiter, cells.length === 1))
      .join(delimiter);
    begins.push(text.length);
    contents.push(content);
    text += content + (lastUnterminated && index === plans.length - 1 ? '' : ends.join(''));
  });
  const rows = plans.map(({ cells }, index): SourceRow => {
    const begin = begins[index]!;
    const behind = begin + contents[index]!.length;
    const lineBreak = /^(\r\n|\n|\r)?/.exec(text.slice(behind))![0];
    return {
      kind: 'row',
      position: { row: index + 1, line: 1 + (text.slice(0, begin).match(/\r\n|\n|\r/g) ?? []).length },
      cells: cells.map((value): Cell => (value === '' ? undefined : value === '#N/A' ? null : value)),
      end: Buffer.byteLength(text.slice(0, behind + lineBreak.length)),
    };
  });
  return { text, rows };
}

function writeCell(value: string, quoted: boolean, delimiter: string, alone: boolean): string {
  const must = /["\r\n]/.test(value) || [...delimiter].some((char) => value.includes(char)) || (alone && value === '');
  return quoted || must ? `"${value.replaceAll('"', '""')}"` : value;
}
