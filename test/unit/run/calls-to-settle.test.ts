import { expect } from 'chai';
import fc from 'fast-check';
import type { PreparedRecord } from '../../../src/core/record.js';
import { callsToSettle } from '../../../src/core/run/calls-to-settle.js';
import { settleLogging } from '../../../src/core/run/settle-logging.js';
import { settlePausing } from '../../../src/core/run/settle-pausing.js';
import { RunStop } from '../../../src/core/run/stop.js';
import type { Acceptance, Refusal } from '../../../src/core/run/verdict.js';
import { apiError, FakeSink, prepared, settleContext, type FakeOrg } from '../../support/fake-sink.js';

const rows = (count: number): PreparedRecord[] => Array.from({ length: count }, (_, index) => prepared(index + 1));
const numbers = (records: readonly PreparedRecord[]): number[] => records.map(({ position }) => position.row);
const wrong = apiError('FIELD_CUSTOM_VALIDATION_EXCEPTION');
const fatal = apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'NullPointerException');
const locked = apiError('UNABLE_TO_LOCK_ROW');

/** Orgs in which one record fails, by how they say so. */
const orgs: { readonly [name: string]: (at: number) => FakeOrg } = {
  'the record is named': (at) => ({ bad: ({ position }) => (position.row === at ? [wrong] : undefined) }),
  'all are named': (at) => ({ bad: ({ position }) => (position.row === at ? [wrong] : undefined), naming: 'all' }),
  'nobody is named': (at) => ({ bad: ({ position }) => (position.row === at ? [wrong] : undefined), naming: 'nobody' }),
  'its collection fails as one': (at) => ({ failsAsOne: (some) => (numbers(some).includes(at) ? [fatal] : undefined) }),
  'its collection fails as one, and names an innocent': (at) => ({
    failsAsOne: (some) => (numbers(some).includes(at) ? [fatal] : undefined),
    asOneNamesFirst: true,
  }),
  'it is locked for good': (at) => ({ bad: ({ position }) => (position.row === at ? [locked] : undefined) }),
};

const stopOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

type Spending = { begins: number; calls: number };

/** Settles a window and notes what each beginning came to: its requests, and the describe of the window. */
async function spendings(org: FakeOrg, size: Size, pauseOnErrors: boolean): Promise<Spending[]> {
  const spent: Spending[] = [];
  const sink = new FakeSink(org);
  const context = settleContext(sink, {
    batchSize: size.batchSize,
    collections: size.collections,
    beforeRequest: async (begins) => {
      if (begins !== undefined) spent.push({ begins, calls: 0 });
      spent.at(-1)!.calls += 1;
    },
  });
  const records = rows(Math.min(size.records, size.batchSize * size.collections));
  await (pauseOnErrors ? settlePausing(records, false, context) : settleLogging(records, context));
  if (context.rightsAsked() > 0) spent.at(-1)!.calls += 1;
  return spent;
}

type Size = { records: number; batchSize: number; collections: number };
const sizes = fc.record({
  records: fc.integer({ min: 1, max: 1_000 }),
  batchSize: fc.constantFrom(1, 7, 50, 199, 200),
  collections: fc.integer({ min: 1, max: 5 }),
});

describe('API calls that settling takes', () => {
  it('A1 figures: what the usual windows need', () => {
    expect(callsToSettle(1_000, 200, true)).to.equal(34);
    expect(callsToSettle(200, 200, true)).to.equal(33);
    expect(callsToSettle(1, 200, true)).to.equal(7);
    expect(callsToSettle(1_000, 200, false)).to.equal(24);
    expect(callsToSettle(200, 200, false)).to.equal(23);
    expect(callsToSettle(1, 1, false)).to.equal(7);
  });

  for (const [name, orgOf] of Object.entries(orgs)) {
    for (const pauseOnErrors of [true, false]) {
      it(`A1 ${pauseOnErrors ? 'pausing' : 'logging'}, ${name}: what has begun is settled within what was asked for`, async () => {
        await fc.assert(
          fc.asyncProperty(sizes, fc.integer({ min: 1, max: 1_000 }), async (size, at) => {
            const spent = await spendings(orgOf(Math.min(at, size.records)), size, pauseOnErrors);
            for (const { begins, calls } of spent) {
              expect(calls).to.be.at.most(callsToSettle(begins, size.batchSize, pauseOnErrors));
            }
          }),
          { numRuns: 150 },
        );
      });
    }
  }

  it('A1 H1 pausing, Apex limits take more than was foreseen: stopped between parts, what was written is committed', async () => {
    for (let most = 1; most <= 12; most += 1) {
      let left = most;
      const sink = new FakeSink({ perTransaction: 90 });
      const context = settleContext(sink, {
        beforeRequest: async () => {
          left -= 1;
          if (left < 0) throw new RunStop('budget', 'No room.');
        },
      });
      const stop = await stopOf(settlePausing(rows(1_000), false, context));
      expect(stop).to.include({ code: 'budget' });
      expect(context.accepted.map(({ record }) => record.key.display)).to.deep.equal(sink.written);
      expect(numbers(context.accepted.map(({ record }) => record))).to.deep.equal(numbers(rows(sink.written.length)));
    }
  });

  it('A1 L1 logging, stopped in the middle: what was decided is handed over, and nothing else', async () => {
    let left = 9;
    let decided: readonly (Acceptance | Refusal)[] = [];
    const bad = (some: readonly PreparedRecord[]) => numbers(some).some((row) => row === 30 || row === 170);
    const sink = new FakeSink({ failsAsOne: (some) => (bad(some) ? [fatal] : undefined) });
    const context = settleContext(sink, {
      beforeRequest: async () => {
        left -= 1;
        if (left < 0) throw new RunStop('budget', 'No room.');
      },
      onStopped: async (outcomes) => void (decided = outcomes),
    });
    const stop = await stopOf(settleLogging(rows(200), context));
    expect(stop).to.include({ code: 'budget' });
    const accepted = decided.filter(({ kind }) => kind === 'accepted').map(({ record }) => record.key.display);
    expect(accepted.toSorted()).to.deep.equal(sink.written.toSorted());
    expect(decided.length).to.be.greaterThan(0);
  });
});
