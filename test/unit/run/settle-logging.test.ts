import { expect } from 'chai';
import fc from 'fast-check';
import type { PreparedRecord } from '../../../src/core/record.js';
import { settleLogging } from '../../../src/core/run/settle-logging.js';
import { apiError, FakeClock, FakeSink, prepared, settleContext } from '../../support/fake-sink.js';

const rows = (count: number): PreparedRecord[] => Array.from({ length: count }, (_, index) => prepared(index + 1));
const wrong = apiError('REQUIRED_FIELD_MISSING');

describe('settling a window, pause off', () => {
  it('L1 one request; the refused come back by themselves, the good beside them are written', async () => {
    const sink = new FakeSink({ bad: (record) => (record.position.row % 100 === 0 ? [wrong] : undefined) });
    const outcomes = await settleLogging(rows(1000), settleContext(sink));
    expect(sink.requests).to.have.lengthOf(1);
    expect(sink.written).to.have.lengthOf(990);
    expect(outcomes.filter((one) => one.kind === 'refused').map((one) => one.record.position.row)).to.deep.equal([
      100, 200, 300, 400, 500, 600, 700, 800, 900, 1000,
    ]);
  });

  it('a trigger that fails its whole chunk: only the record that fails alone is refused', async () => {
    const fatal = apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
    const sink = new FakeSink({
      failsAsOne: (records) => (records.some((record) => record.position.row === 333) ? [fatal] : undefined),
    });
    const context = settleContext(sink);
    const outcomes = await settleLogging(rows(1000), context);
    expect(outcomes.filter((one) => one.kind === 'refused').map((one) => one.record.position.row)).to.deep.equal([333]);
    expect(sink.written).to.have.lengthOf(999);
    expect(context.size.current).to.equal(1000);
  });

  it('Apex limits of 90 records: all are written, the size that worked is kept', async () => {
    const sink = new FakeSink({ perTransaction: 90 });
    const context = settleContext(sink);
    const outcomes = await settleLogging(rows(1000), context);
    expect(outcomes.every((one) => one.kind === 'accepted')).to.equal(true);
    expect(new Set(sink.written).size).to.equal(1000);
    expect(context.size.current).to.equal(50);
  });

  it('T1 a lock that lasts is counted after five waits, against the locked record alone', async () => {
    const clock = new FakeClock();
    const sink = new FakeSink({
      bad: (record) => (record.position.row === 5 ? [apiError('UNABLE_TO_LOCK_ROW')] : undefined),
    });
    const outcomes = await settleLogging(rows(50), settleContext(sink, { clock }));
    const refused = outcomes.filter((one) => one.kind === 'refused');
    expect(refused.map((one) => one.record.position.row)).to.deep.equal([5]);
    expect(clock.slept).to.have.lengthOf(5);
    expect(sink.written).to.have.lengthOf(49);
  });

  it('P23 a right that went is asked for before records are blamed with it', async () => {
    const sink = new FakeSink({ bad: () => [apiError('INSUFFICIENT_ACCESS_OR_READONLY')] });
    const context = settleContext(sink);
    await settleLogging(rows(3), context);
    expect(context.rightsAsked()).to.equal(1);
  });

  it('T1 a lock that passes leaves the size of windows alone', async () => {
    const sink: FakeSink = new FakeSink({
      failsAsOne: (records) =>
        sink.requests.length < 3 && records.length > 100 ? [apiError('UNABLE_TO_LOCK_ROW')] : undefined,
    });
    const context = settleContext(sink);
    const outcomes = await settleLogging(rows(400), context);
    expect(outcomes.every((one) => one.kind === 'accepted')).to.equal(true);
    expect(context.size.current).to.equal(1000);
  });

  it('L1 property: every record has one outcome, every good one is written, every bad one refused', async () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 100 }),
      bad: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 }),
      fatal: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 2 }),
      locked: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
      batchSize: fc.integer({ min: 1, max: 30 }),
      collections: fc.integer({ min: 1, max: 5 }),
      perTransaction: fc.option(fc.integer({ min: 1, max: 50 })),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ count, bad, fatal, locked, batchSize, collections, perTransaction }) => {
        const tries = new Map(locked.map((row) => [row, 2]));
        const sink = new FakeSink({
          ...(perTransaction === null ? {} : { perTransaction }),
          bad: ({ position: { row } }) => {
            if (bad.includes(row)) return [wrong];
            const left = tries.get(row) ?? 0;
            tries.set(row, left - 1);
            return left > 0 ? [apiError('UNABLE_TO_LOCK_ROW')] : undefined;
          },
          failsAsOne: (records) =>
            records.some((record) => fatal.includes(record.position.row))
              ? [apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY')]
              : undefined,
        });
        const outcomes = await settleLogging(rows(count), settleContext(sink, { batchSize, collections }));
        const refusedRows = outcomes.filter((one) => one.kind === 'refused').map((one) => one.record.position.row);
        const expected = rows(count)
          .map((record) => record.position.row)
          .filter((row) => bad.includes(row) || fatal.includes(row));
        expect(refusedRows.sort((a, b) => a - b)).to.deep.equal(expected);
        expect(outcomes).to.have.lengthOf(count);
        expect([...sink.written].sort()).to.deep.equal(
          rows(count)
            .filter(({ position: { row } }) => !expected.includes(row))
            .map((record) => record.key.display)
            .sort(),
        );
      }),
      { numRuns: 300 },
    );
  });
});
