import type { CellDraw, RowDraw, Sequence, Step } from './steps.js';

const row = (key: number, name: CellDraw, phone: CellDraw, account: CellDraw, employees: CellDraw): RowDraw => ({
  key,
  shape: 'plain',
  cells: [name, phone, account, employees],
});
const sequence = (rows: readonly RowDraw[], steps: readonly Step[], more: Partial<Sequence> = {}): Sequence => ({
  rows,
  steps,
  batchSize: 1,
  collections: 1,
  naming: 'first',
  mendRows: false,
  ...more,
});

/** Sequences that once failed, as short as they could be made. */
export const regressions: Readonly<Record<string, Sequence>> = {
  'R1 the refused row itself is gone, the key is elsewhere: what only the stored payload sets is not lost': sequence(
    [row(1, 'x', 'absent', 'x', 'absent'), row(1, 'g', 'x', 'absent', 'absent'), row(0, 'null', 'g', 'x', 'absent')],
    [
      { op: 'run', mode: 'log' },
      { op: 'remove', at: 0 },
    ],
  ),
  'C3 a retry whose end cannot be written gives its lease back': sequence(
    [row(0, 'x', 'absent', 'y', 'null')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'retry', most: 0, death: { at: 2, how: 'fault' } },
      { op: 'run', mode: 'pause' },
    ],
  ),
  'R1 a skipped record that is mended afterwards is not passed over': sequence(
    [row(0, 'x', 'absent', 'g', 'absent'), row(0, 'y', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'skip', discard: true },
      { op: 'mend', at: 0 },
    ],
  ),
  'R1 what was appended behind the end of a completed job is no retry’s': sequence(
    [row(0, 'absent', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'log' },
      { op: 'append', rows: [row(0, 'g', 'g', 'absent', 'g')] },
      { op: 'retry', most: 0 },
    ],
  ),
  'R3 a newer row that was accepted is out of reach after a new pass: a retry sends only what is owed still': sequence(
    [
      row(0, 'g', 'g', 'absent', 'absent'),
      row(1, 'g', 'x', 'g', 'null'),
      row(1, 'y', 'null', 'x', 'absent'),
      row(0, 'g', 'absent', 'absent', 'absent'),
    ],
    [
      { op: 'restart', mode: 'log' },
      { op: 'replace', rows: [row(1, 'absent', 'x', 'absent', 'absent'), row(0, 'y', 'g', 'x', 'g')] },
      { op: 'run', mode: 'pause' },
      { op: 'remove', at: 9 },
    ],
  ),
  'L1 a skip passes over no other record that comes into its place': sequence(
    [row(0, 'x', 'absent', 'g', 'absent'), row(1, 'g', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'skip', discard: false },
      { op: 'remove', at: 0 },
    ],
  ),
  'R1 the daily retry comes before the next run and takes the record that was skipped': sequence(
    [row(0, 'x', 'absent', 'g', 'absent'), row(1, 'g', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'skip', discard: false },
      { op: 'rule', rule: 0 },
      { op: 'retry', most: 0 },
    ],
  ),
  'R3 a record refused before sending and a later one of its key that is accepted, in one window': sequence(
    [row(2, 'x', 'y', 'y', 'z'), row(2, 'g', 'absent', 'g', 'absent'), row(0, 'y', 'absent', 'absent', 'absent')],
    [{ op: 'run', mode: 'log' }],
    { collections: 2 },
  ),
  'E1 a record refused by the org and a later one of its key refused before sending, in one window': sequence(
    [row(2, 'x', 'y', 'y', 'absent'), row(2, 'g', 'absent', 'g', 'z')],
    [{ op: 'run', mode: 'log' }],
    { collections: 2 },
  ),
  'R3 a retry sends no row of a changed file that was no pending record: newer rows of its key may have been accepted':
    sequence(
      [{ ...row(0, 'g', 'absent', 'g', 'absent'), shape: 'broken' }, row(0, 'g', 'y', 'g', 'absent')],
      [
        { op: 'run', mode: 'log' },
        { op: 'shape', at: 0, to: 'plain' },
        { op: 'retry', most: 0 },
      ],
    ),
  'R2 the paused record is gone, and an earlier refused row of its key is still owed': sequence(
    [row(0, 'g', 'x', 'g', 'absent'), row(0, 'y', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'skip', discard: false },
      { op: 'rule', rule: 2 },
      { op: 'run', mode: 'pause' },
      { op: 'rekey', at: 1, key: 3 },
      { op: 'run', mode: 'pause' },
    ],
  ),
  'L1 --from-row over a position that is usable now: the retry sends what it holds': sequence(
    [{ ...row(0, 'g', 'null', 'g', 'absent'), shape: 'broken' }, row(0, 'g', 'g', 'x', 'absent')],
    [
      { op: 'run', mode: 'pause' },
      { op: 'remove', at: 0 },
      { op: 'from-row', mode: 'pause', at: 21 },
      { op: 'retry', most: 0 },
    ],
  ),
  'E1 a position that holds a key now is told by it, even if the record cannot be sent': sequence(
    [{ ...row(0, 'absent', 'g', 'g', 'absent'), shape: 'keyless' }, row(0, 'absent', 'g', 'null', 'z')],
    [
      { op: 'run', mode: 'log' },
      { op: 'remove', at: 0 },
      { op: 'run', mode: 'pause' },
    ],
  ),
  'E1 a position is not closed by a window that was read and not settled': sequence(
    [
      row(0, 'g', 'g', 'absent', 'absent'),
      { ...row(0, 'g', 'absent', 'y', 'absent'), shape: 'broken' },
      row(0, 'absent', 'x', 'g', 'g'),
    ],
    [
      { op: 'run', mode: 'pause' },
      { op: 'replace', rows: [row(1, 'g', 'x', 'absent', 'absent'), row(0, 'g', 'absent', 'absent', 'absent')] },
      { op: 'run', mode: 'pause' },
      { op: 'from-row', mode: 'pause', at: 2 },
    ],
    { collections: 2 },
  ),
  'R1 the file is not there during the retry: a record known by its place alone waits': sequence(
    [{ ...row(0, 'g', 'g', 'g', 'absent'), shape: 'broken' }, row(1, 'x', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'log' },
      { op: 'retry', most: 0, vanished: true },
    ],
  ),
  'R1 a retry of a completed job reads up to the checkpoint: what was appended since is left to the next run': sequence(
    [row(3, 'x', 'absent', 'absent', 'absent')],
    [
      { op: 'run', mode: 'log' },
      { op: 'append', rows: [row(3, 'null', 'g', 'absent', 'absent')] },
      { op: 'retry', most: 0 },
    ],
  ),
};
