import fc from 'fast-check';
import type { ErrorAction } from '../../../src/core/error-admin.js';

/**
 * One cell as it is drawn: `g` is a good value, `x` and `y` are refused while the rule on them is on, `z` is no
 * number. The value itself is made when the step is played and never comes twice, so that it tells where it is from.
 */
export type CellDraw = 'absent' | 'null' | 'g' | 'x' | 'y' | 'z';
export type RowDraw = {
  readonly key: number;
  readonly shape: 'plain' | 'lower' | 'keyless' | 'broken';
  readonly cells: readonly CellDraw[];
};

/** How a process dies, or its ledger fails, at its n-th commit. */
export type Death = { readonly at: number; readonly how: 'before' | 'after' | 'fault' };

/** What goes wrong in this process; what a child process meets is drawn elsewhere. */
export type Mishap = { readonly death?: Death | undefined; readonly lostAnswer?: boolean | undefined };

/** A step of a sequence, as plain data: places are taken modulo what is there, so that it shrinks well. */
export type Step =
  | { readonly op: 'run'; readonly mode: 'pause' | 'log'; readonly death?: Death; readonly lostAnswer?: boolean }
  | { readonly op: 'restart'; readonly mode: 'pause' | 'log' }
  | { readonly op: 'from-row'; readonly mode: 'pause' | 'log'; readonly at: number }
  | {
      readonly op: 'retry';
      readonly most: number;
      readonly death?: Death;
      readonly lostAnswer?: boolean;
      /** The file is not there meanwhile. */
      readonly vanished?: boolean;
    }
  | { readonly op: 'value'; readonly at: number; readonly cell: number; readonly to: CellDraw }
  | { readonly op: 'mend'; readonly at: number }
  | { readonly op: 'rekey'; readonly at: number; readonly key: number }
  | { readonly op: 'shape'; readonly at: number; readonly to: RowDraw['shape'] }
  | { readonly op: 'remove'; readonly at: number }
  | { readonly op: 'insert'; readonly at: number; readonly rows: readonly RowDraw[] }
  | { readonly op: 'append'; readonly rows: readonly RowDraw[] }
  | { readonly op: 'replace'; readonly rows: readonly RowDraw[] }
  | { readonly op: 'rule'; readonly rule: number }
  | { readonly op: 'skip'; readonly discard: boolean }
  | { readonly op: 'admin'; readonly action: ErrorAction; readonly at: number };

export type Sequence = {
  readonly rows: readonly RowDraw[];
  readonly batchSize: number;
  readonly collections: number;
  readonly naming: 'first' | 'last' | 'all';
  readonly steps: readonly Step[];
  /** Mend the rows of the source too at the end, not only the rules of the org. */
  readonly mendRows: boolean;
};

const weighted = <T>(...choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const place = fc.nat(30);
const mode = fc.constantFrom('pause', 'log');
const shape = weighted<RowDraw['shape']>([20, 'plain'], [2, 'lower'], [1, 'keyless'], [1, 'broken']);
const name = weighted<CellDraw>([12, 'g'], [5, 'x'], [3, 'y'], [6, 'absent'], [1, 'null']);
const text = weighted<CellDraw>([12, 'absent'], [7, 'g'], [4, 'x'], [3, 'y'], [1, 'null']);
const number = weighted<CellDraw>([20, 'absent'], [4, 'g'], [1, 'z'], [1, 'null']);

/** How large sequences are: least and most rows at first, keys, steps, records of a batch. */
export type Size = {
  readonly rows: readonly [number, number];
  readonly keys: number;
  readonly steps: readonly [number, number];
  readonly batch: number;
  /** Edits put in so many times the rows. */
  readonly edits: number;
  /** How large sequences of such limits tend to be; fast-check's own way, if it says nothing. */
  readonly spread?: 'max';
};

const cells = fc.tuple(name, text, text, number);
const rowOf = (key: fc.Arbitrary<number>): fc.Arbitrary<RowDraw> => fc.record({ key, shape, cells });
const death: fc.Arbitrary<Death | undefined> = fc.option(
  fc.record({ at: fc.integer({ min: 1, max: 4 }), how: fc.constantFrom('before', 'after', 'fault') }),
  { nil: undefined, freq: 4 },
);
const vanished = fc.option(fc.constant(true), { nil: undefined, freq: 6 });
const lostAnswer = fc.option(fc.constant(true), { nil: undefined, freq: 12 });

function stepOf(key: fc.Arbitrary<number>, rows: (maxLength: number) => fc.Arbitrary<RowDraw[]>): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 10, arbitrary: fc.record({ op: fc.constant('run'), mode, death, lostAnswer }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('restart'), mode }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('from-row'), mode, at: place }) },
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constant('retry'),
        most: fc.constantFrom(0, 0, 0, 2),
        death,
        lostAnswer,
        vanished,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ op: fc.constant('value'), at: place, cell: fc.nat(3), to: fc.oneof(name, text) }),
    },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('mend'), at: place }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('rekey'), at: place, key }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('shape'), at: place, to: shape }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('remove'), at: place }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('insert'), at: place, rows: rows(2) }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('append'), rows: rows(3) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('replace'), rows: rows(6) }) },
    { weight: 4, arbitrary: fc.record({ op: fc.constant('rule'), rule: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('skip'), discard: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        op: fc.constant('admin'),
        action: fc.constantFrom('discard', 'quarantine', 'requeue'),
        at: place,
      }),
    },
  );
}

export function sequenceOf({ rows: [least, most], keys, steps, batch, edits, spread }: Size): fc.Arbitrary<Sequence> {
  const key = fc.nat(keys - 1);
  const row = rowOf(key);
  const rows = (minLength: number, maxLength: number): fc.Arbitrary<RowDraw[]> =>
    fc.array(row, { minLength, maxLength, size: spread });
  return fc.record({
    rows: rows(least, most),
    batchSize: fc.integer({ min: 1, max: batch }),
    collections: fc.integer({ min: 1, max: 2 }),
    naming: fc.constantFrom('first', 'last', 'all'),
    steps: fc.array(
      stepOf(key, (maxLength) => rows(1, maxLength * edits)),
      { minLength: steps[0], maxLength: steps[1], size: spread },
    ),
    mendRows: fc.boolean(),
  });
}

/** Small, so that what fails shrinks to something that can be read. */
export const sequence = sequenceOf({ rows: [1, 9], keys: 5, steps: [1, 14], batch: 3, edits: 1 });
