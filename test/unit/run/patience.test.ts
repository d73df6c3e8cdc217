import { expect } from 'chai';
import { questionPolicy, transientPolicy, transportPolicy, type BackoffPolicy } from '../../../src/core/run/backoff.js';
import { OrgFault } from '../../../src/core/ports/sink.js';
import { repeatSafely } from '../../../src/core/run/send.js';
import { WindowSize } from '../../../src/core/run/window-size.js';
import { wireLimits } from '../../../src/org/http-wire.js';
import { FakeClock } from '../../support/fake-sink.js';

/** How long something that never works is tried, each try taking so long. */
async function patience(
  policy: BackoffPolicy,
  eachMs: number,
  fraction: number,
): Promise<{ ms: number; tries: number }> {
  const clock = new FakeClock();
  let tries = 0;
  const work = async (): Promise<void> => {
    tries += 1;
    clock.ms += eachMs;
    throw new OrgFault('outcome-unknown', 'nothing', { reason: 'no-answer' });
  };
  const random = { id: () => '', fraction: () => fraction };
  const context = {
    job: 'j',
    clock,
    random,
    reporter: { emit: () => undefined },
    signal: new AbortController().signal,
  };
  const thrown: unknown = await repeatSafely(work, context, policy).catch((error: unknown) => error);
  expect(thrown).to.be.instanceOf(OrgFault);
  return { ms: clock.ms, tries };
}

describe('how long an org that is down is waited for', () => {
  const threeMinutes = 180_000;
  const luck = [0, 0.25, 0.5, 0.75, 0.999];

  it('T2 X1 questions before the first record end within three minutes, however slow each answer fails', async () => {
    for (const fraction of luck) {
      for (const eachMs of [0, 1000, 10_000, 2 * wireLimits.connectMs, wireLimits.readMs]) {
        const { ms, tries } = await patience(questionPolicy, eachMs, fraction);
        expect(ms, `${eachMs} ms each`).to.be.at.most(threeMinutes);
        expect(tries).to.be.within(2, 6);
      }
    }
  });

  it('T2 X1 a window that cannot be sent ends within three minutes', async () => {
    for (const fraction of luck) {
      const { ms } = await patience(transportPolicy, 2 * wireLimits.connectMs, fraction);
      expect(ms).to.be.at.most(threeMinutes);
    }
  });

  it('T1 T2 five times more: within 90 s for refusals, within 120 s for the wire', async () => {
    for (const fraction of luck) {
      expect(await patience(transportPolicy, 0, fraction)).to.include({ tries: 6 });
      expect((await patience(transportPolicy, 0, fraction)).ms).to.be.at.most(120_000);
      expect((await patience(transientPolicy, 0, fraction)).ms).to.be.at.most(90_000);
    }
  });

  it('3.3 a write is waited for longer than the org works: 11 minutes', () => {
    expect(wireLimits.writeMs).to.equal(660_000);
  });

  it('3.3 what was learned from batches never undoes the halving of a slow request', () => {
    const size = new WindowSize(200, 5, { records: null, cleanWindows: 0 });
    size.took(60_001, 1000);
    size.learn(800);
    expect(size.current).to.equal(500);
    size.took(60_000, 500);
    expect(size.current).to.equal(500);
    size.took(60_001, 1);
    expect(size.current).to.equal(1);
  });
});
