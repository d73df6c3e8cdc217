import { expect } from 'chai';
import { ApiBudget } from '../../../src/core/budget/api-budget.js';
import { budgetedFacts } from '../../../src/core/budget/budgeted-facts.js';
import type { LedgerView } from '../../../src/core/ports/ledger.js';
import type { OrgApiUsage } from '../../../src/core/ports/transport.js';
import { BudgetStop } from '../../../src/core/run/stop.js';
import { createMemoryLedger } from '../../../src/ledger/memory-ledger.js';
import { testOrgId } from '../../support/export-errors.js';
import { FakeClock, fakeRandom } from '../../support/fake-sink.js';

/** A budget over a ledger in memory, with a count of how often that is read. */
async function budgetOf(settings: Readonly<Record<string, string | number>>, org?: OrgApiUsage) {
  const clock = new FakeClock();
  const ledger = createMemoryLedger({ clock, random: fakeRandom() });
  const set = (name: string, value: string | number): Promise<void> =>
    ledger.updateSettings((rows) => [...rows.filter((row) => row.name !== name), { scope: testOrgId, name, value }]);
  for (const [name, value] of Object.entries(settings)) await set(name, value);
  const state = { calls: 0, org, reads: 0, broken: false };
  const transport = { calls: () => state.calls, orgUsage: () => state.org };
  const reading = {
    read: async (): Promise<LedgerView> => {
      state.reads += 1;
      if (state.broken) throw new Error('no ledger');
      return ledger.read();
    },
  };
  const budget = new ApiBudget({ orgId: testOrgId, clock, ledger: reading, transport }, await ledger.read());
  /** Calls of this process that a job commits. */
  const commit = async (calls: number): Promise<void> => {
    await ledger.addApiCalls(testOrgId, { calls });
    budget.committed(calls);
  };
  return { budget, state, clock, ledger, set, commit };
}

async function stopOf(work: Promise<void>): Promise<BudgetStop | undefined> {
  try {
    await work;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BudgetStop) return thrown;
    throw thrown;
  }
}

describe('API budget: what a process may still spend', () => {
  it('A1 without a limit and a word of the org nothing is bounded, and the ledger is not read again', async () => {
    const { budget, state, clock } = await budgetOf({});
    state.calls = 5_000;
    clock.ms += 3_600_000;
    await budget.assertRoom(1_000);
    expect(state.reads).to.equal(0);
    expect(budget.result()).to.include({ limit: null, left: null, last24Hours: 5_000 });
  });

  it('A1 calls of the ledger and own calls count once each, committed or not', async () => {
    const { budget, state, ledger, commit } = await budgetOf({ 'daily-api-limit': 100 });
    await ledger.addApiCalls(testOrgId, { calls: 60 });
    state.calls = 30;
    await commit(20);
    // 60 of another process, 20 committed, 10 not: at the edge the ledger is looked at before anything is refused.
    expect(await stopOf(budget.assertRoom(10))).to.equal(undefined);
    const stop = await stopOf(budget.assertRoom(11));
    expect(stop).to.include({ code: 'budget', setting: 'daily-api-limit' });
    expect(budget.facts().used).to.equal(90);
  });

  it('A1 sees what other processes spend: after a minute, and the more often the less is left', async () => {
    const { budget, state, ledger, clock } = await budgetOf({ 'daily-api-limit': 100 });
    await ledger.addApiCalls(testOrgId, { calls: 50 });
    await budget.assertRoom(1);
    expect(state.reads, 'just opened').to.equal(0);
    clock.ms += 60_000;
    await budget.assertRoom(1);
    expect(state.reads, 'a minute later').to.equal(1);
    expect(budget.room?.calls).to.equal(50);
    state.calls = 4;
    await budget.assertRoom(1);
    expect(state.reads, 'a small part of the room').to.equal(1);
    state.calls = 5;
    await budget.assertRoom(1);
    expect(state.reads, 'a tenth of the room').to.equal(2);
  });

  it('A1 a limit that was raised, or others that grew old, are seen before the budget stops anything', async () => {
    const { budget, state, set, clock, ledger } = await budgetOf({ 'daily-api-limit': 10 });
    await ledger.addApiCalls(testOrgId, { calls: 10 });
    clock.ms += 60_000;
    expect((await stopOf(budget.assertRoom(1)))?.message).to.include(
      'There is room again from 2026-01-02 00:00 UTC on.',
    );
    await set('daily-api-limit', 20);
    expect(await stopOf(budget.assertRoom(10))).to.equal(undefined);
    await set('daily-api-limit', 10);
    clock.ms += 24 * 3_600_000;
    expect(await stopOf(budget.assertRoom(10))).to.equal(undefined);
    expect(state.reads).to.be.greaterThan(1);
  });

  it('A1 a ledger that cannot be read now leaves the figures as they are', async () => {
    const { budget, state } = await budgetOf({ 'daily-api-limit': 10 });
    state.calls = 10;
    state.broken = true;
    expect((await stopOf(budget.assertRoom(1)))?.code).to.equal('budget');
  });

  it("A1 the reserve of the org is kept, by the org's own count", async () => {
    const { budget, state } = await budgetOf({ 'api-reserve': 20 }, { used: 79, max: 100 });
    expect(await stopOf(budget.assertRoom(1))).to.equal(undefined);
    state.org = { used: 80, max: 100 };
    expect(await stopOf(budget.assertRoom(1))).to.include({ code: 'budget', setting: 'api-reserve' });
    expect(budget.result()).to.deep.include({ reserve: 20, reservedCalls: 20, left: 0 });
  });

  it('A1 the org is asked nothing where there is no room for a call', async () => {
    const { budget } = await budgetOf({}, { used: 100, max: 100 });
    let asked = 0;
    const facts = budgetedFacts(
      { describe: async () => void (asked += 1), hasActiveTriggers: async () => (asked += 1) > 0 },
      budget,
    );
    const stops = [await stopOf(facts.describe('Account').then(() => undefined))];
    stops.push(await stopOf(facts.hasActiveTriggers('Account').then(() => undefined)));
    expect(stops.map((stop) => stop?.setting)).to.deep.equal(['api-reserve', 'api-reserve']);
    expect(asked).to.equal(0);
  });
});
