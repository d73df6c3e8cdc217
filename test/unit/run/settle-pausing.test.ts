import { expect } from 'chai';
import fc from 'fast-check';
import type { ApiError } from '../../../src/core/api-error.js';
import type { PreparedRecord } from '../../../src/core/record.js';
import { settlePausing } from '../../../src/core/run/settle-pausing.js';
import { apiError, FakeClock, FakeSink, prepared, settleContext } from '../../support/fake-sink.js';

const rows = (count: number): PreparedRecord[] => Array.from({ length: count }, (_, index) => prepared(index + 1));
const wrong = apiError('FIELD_CUSTOM_VALIDATION_EXCEPTION');
const badRows = (...numbers: number[]) => {
  const set = new Set(numbers);
  return (record: PreparedRecord) => (set.has(record.position.row) ? [wrong] : undefined);
};
const keysTo = (last: number): string[] => rows(last).map((record) => record.key.display);

describe('the search for the failing record, pause on', () => {
  it('accepts a window of 1,000 in one request', async () => {
    const sink = new FakeSink();
    expect(await settlePausing(rows(1000), false, settleContext(sink))).to.equal(undefined);
    expect(sink.requests).to.have.lengthOf(1);
    expect(sink.written).to.have.lengthOf(1000);
  });

  for (const naming of ['first', 'last', 'all', 'nobody'] as const) {
    for (const at of [1, 2, 199, 200, 201, 400, 437, 999, 1000]) {
      it(`H1 H2 finds row ${at} when ${naming} is named; nothing from it on is written`, async () => {
        const sink = new FakeSink({ bad: badRows(at), naming });
        const context = settleContext(sink);
        const refusal = await settlePausing(rows(1000), false, context);
        expect(refusal?.record.position.row).to.equal(at);
        expect(refusal?.errors).to.deep.equal([wrong]);
        expect(sink.written).to.deep.equal(keysTo(at - 1));
        expect(context.accepted.map((one) => one.record.key.display)).to.deep.equal(keysTo(at - 1));
        expect(sink.requests.at(-1)).to.have.lengthOf(1);
        // whoever is named: the whole, the prefix, the record alone; nobody: halving
        expect(sink.requests.length).to.be.at.most(naming === 'nobody' ? 24 : 3);
      });
    }
  }

  it('H1 finds the first of two failing records though the later one is named first', async () => {
    const sink = new FakeSink({ bad: badRows(150, 700), naming: 'last' });
    const refusal = await settlePausing(rows(1000), false, settleContext(sink));
    expect(refusal?.record.position.row).to.equal(150);
    expect(sink.written).to.deep.equal(keysTo(149));
    expect(sink.requests.length).to.be.at.most(5);
  });

  it('goes on behind a record that fails only in company', async () => {
    const inCompany = (records: readonly PreparedRecord[]) => records.length > 1;
    const sink = new FakeSink();
    const send = sink.send.bind(sink);
    sink.send = (request) => {
      sink.org.bad = (record) => (record.position.row === 500 && inCompany(request.records) ? [wrong] : undefined);
      return send(request);
    };
    expect(await settlePausing(rows(1000), false, settleContext(sink))).to.equal(undefined);
    expect(sink.written).to.deep.equal(keysTo(1000));
    expect(sink.requests.length).to.be.at.most(8);
  });

  it('cuts a batch that Apex limits refuse, keeps the size that worked, and blames no record', async () => {
    const sink = new FakeSink({ perTransaction: 90 });
    const context = settleContext(sink);
    expect(await settlePausing(rows(1000), false, context)).to.equal(undefined);
    expect(sink.written).to.deep.equal(keysTo(1000));
    expect(context.size.current).to.equal(50);
    expect(context.rightsAsked()).to.be.greaterThan(0);
  });

  it('finds the record that makes a trigger fail its whole chunk, and keeps no smaller size for it', async () => {
    const fatal = apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'NullPointerException');
    const sink = new FakeSink({
      failsAsOne: (records) => (records.some((record) => record.position.row === 333) ? [fatal] : undefined),
    });
    const context = settleContext(sink);
    const refusal = await settlePausing(rows(1000), false, context);
    expect(refusal?.record.position.row).to.equal(333);
    expect(refusal?.errors).to.deep.equal([fatal]);
    expect(sink.written).to.deep.equal(keysTo(332));
    expect(context.size.current).to.equal(1000);
    expect(sink.requests.length).to.be.at.most(24);
  });

  it('T1 sends a locked record again, with growing waits, before it counts', async () => {
    const clock = new FakeClock();
    const sink: FakeSink = new FakeSink({
      bad: (record): readonly ApiError[] | undefined =>
        record.position.row === 7 && sink.requests.length <= 3 ? [apiError('UNABLE_TO_LOCK_ROW')] : undefined,
    });
    expect(await settlePausing(rows(20), false, settleContext(sink, { clock }))).to.equal(undefined);
    expect(clock.slept.length).to.be.at.least(1);
    expect(sink.written).to.deep.equal(keysTo(20));
  });

  it('T1 a record locked for good counts after five waits', async () => {
    const clock = new FakeClock();
    const lock = apiError('UNABLE_TO_LOCK_ROW');
    const sink = new FakeSink({ bad: (record) => (record.position.row === 1 ? [lock] : undefined) });
    const refusal = await settlePausing(rows(1), false, settleContext(sink, { clock }));
    expect(refusal?.errors).to.deep.equal([lock]);
    expect(clock.slept).to.have.lengthOf(5);
    expect(clock.ms).to.be.at.most(90_000);
  });

  it('H2 the record the job was paused on goes out alone first', async () => {
    const sink = new FakeSink();
    await settlePausing(rows(1000), true, settleContext(sink));
    expect(sink.requests.map((keys) => keys.length)).to.deep.equal([1, 999]);
  });

  it('E2 a record refused alone with an echo only is refused with a reason of our own', async () => {
    const sink = new FakeSink({ bad: () => [apiError('ALL_OR_NONE_OPERATION_ROLLED_BACK')] });
    const refusal = await settlePausing(rows(1), false, settleContext(sink));
    expect(refusal?.errors.map((error) => error.statusCode)).to.deep.equal(['LOCAL_NO_REASON']);
  });

  it('H1 property: whatever fails, is named, and however small batches must be', async () => {
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 120 }),
      bad: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 4 }),
      fatal: fc.option(fc.integer({ min: 1, max: 120 })),
      naming: fc.constantFrom('first', 'last', 'all', 'nobody' as const),
      perTransaction: fc.option(fc.integer({ min: 1, max: 60 })),
      batchSize: fc.integer({ min: 1, max: 20 }),
      collections: fc.integer({ min: 1, max: 5 }),
      alone: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ count, bad, fatal, naming, perTransaction, batchSize, collections, alone }) => {
          const sink = new FakeSink({
            bad: badRows(...bad),
            naming: naming as 'first',
            ...(perTransaction === null ? {} : { perTransaction }),
            failsAsOne: (records) =>
              records.some((record) => record.position.row === fatal)
                ? [apiError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY')]
                : undefined,
          });
          const first = Math.min(...bad, fatal ?? Infinity, count + 1);
          const refusal = await settlePausing(rows(count), alone, settleContext(sink, { batchSize, collections }));
          expect(refusal?.record.position.row).to.equal(first <= count ? first : undefined);
          expect(sink.written).to.deep.equal(keysTo(Math.min(first - 1, count)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
