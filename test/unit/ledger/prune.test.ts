import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openStatuses, settledStatuses } from '../../../src/core/export-error.js';
import type { LedgerView } from '../../../src/core/ports/ledger.js';
import { setSetting, type SettingRow } from '../../../src/core/settings.js';
import { createLedger, prune } from '../../../src/ledger/index.js';
import { countingRandom, errorRow, jobRow, manualClock, orgId, otherOrgId, runRow } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

const options = { now: '2026-11-23T19:30:00.000Z' };
const daysAgo = (days: number): string => new Date(Date.parse(options.now) - days * 86_400_000).toISOString();
const viewOf = (part: Partial<LedgerView>): LedgerView => ({
  settings: [],
  jobs: [],
  exportErrors: [],
  runs: [],
  apiUse: [],
  ...part,
});

describe('ledger: what is forgotten', () => {
  it('settled errors go after the history, by the time they were settled; open ones never', () => {
    const rows = [...openStatuses, ...settledStatuses].flatMap((status) =>
      [29.9, 30.1].map((days) => errorRow(`${status} ${days}`, { status, settledAt: daysAgo(days) })),
    );
    const kept = prune(viewOf({ exportErrors: rows }), options).exportErrors.map(({ id }) => id);
    const settled = settledStatuses.map((status) => `${status} 29.9`);
    const open = openStatuses.flatMap((status) => [`${status} 29.9`, `${status} 30.1`]);
    expect(kept).to.have.members([...settled, ...open]);
  });

  it('K1 the last ten runs of each job stay by number, whatever their times say', () => {
    const runs = Array.from({ length: 15 }, (_, n) =>
      runRow(`r${n}`, { run: n, startedAt: daysAgo(100 - n), endedAt: n === 14 ? daysAgo(400) : daysAgo(90) }),
    ).reverse();
    const rare = runRow('rare', { job: 'yearly', endedAt: daysAgo(300) });
    const kept = prune(viewOf({ runs: [...runs, rare] }), options).runs.map(({ id }) => id);
    expect(kept).to.deep.equal(['r14', 'r13', 'r12', 'r11', 'r10', 'r9', 'r8', 'r7', 'r6', 'r5', 'rare']);
  });

  it('a run without an end (its process was killed) goes by its start', () => {
    const many = Array.from({ length: 10 }, (_, n) => runRow(`new${n}`, { run: n + 10 }));
    const runs = [runRow('old', { startedAt: daysAgo(31) }), runRow('recent', { startedAt: daysAgo(1) }), ...many];
    const kept = prune(viewOf({ runs }), options).runs.map(({ id }) => id);
    expect(kept).to.include('recent').and.not.include('old');
  });

  it("the history is as long as `history-days` of the row's org says, else that of all orgs", () => {
    const settings: SettingRow[] = [
      { scope: orgId, name: 'history-days', value: 5 },
      { scope: 'global', name: 'history-days', value: 60 },
    ];
    const ages = [4.9, 5.1, 59.9, 60.1];
    const rows = [orgId, otherOrgId].flatMap((org) =>
      ages.map((days) => errorRow(`${org} ${days}`, { orgId: org, status: 'resolved', settledAt: daysAgo(days) })),
    );
    const newer = [orgId, otherOrgId].flatMap((org) =>
      Array.from({ length: 10 }, (_, n) => runRow(`${org} new ${n}`, { orgId: org, run: n + 10 })),
    );
    const runs = [orgId, otherOrgId].flatMap((org) =>
      ages.map((days) => runRow(`${org} ${days}`, { orgId: org, endedAt: daysAgo(days) })),
    );
    const kept = prune(viewOf({ settings, exportErrors: rows, runs: [...runs, ...newer] }), options);
    const expected = [`${orgId} 4.9`, `${otherOrgId} 4.9`, `${otherOrgId} 5.1`, `${otherOrgId} 59.9`];
    expect(kept.exportErrors.map(({ id }) => id)).to.deep.equal(expected);
    expect(kept.runs.map(({ id }) => id)).to.deep.equal([...expected, ...newer.map(({ id }) => id)]);
  });

  it('a value of `history-days` that a hand made useless is passed over: 30 days', () => {
    for (const value of ['5', 0, -1, 1.5, true]) {
      const settings = [{ scope: orgId, name: 'history-days', value }];
      const rows = [29.9, 30.1].map((days) => errorRow(`${days}`, { status: 'discarded', settledAt: daysAgo(days) }));
      const kept = prune(viewOf({ settings, exportErrors: rows }), options).exportErrors;
      expect(kept.map(({ id }) => id)).to.deep.equal(['29.9']);
    }
  });

  it('follows the setting in a store on disk, from the change on', async () => {
    const folder = await tempFolder();
    const clock = manualClock(options.now);
    const ledger = createLedger({ path: join(folder.path, 'store.json'), clock, random: countingRandom() });
    const ids = async () => (await ledger.read()).exportErrors.map(({ id }) => id);
    try {
      const held = await ledger.openJob({ orgId, name: 'accounts' });
      const errors = [3, 20].map((days) => errorRow(`${days}`, { status: 'resolved', settledAt: daysAgo(days) }));
      await held.commit({ job: jobRow(), errors });
      await held.close();
      expect(await ids()).to.deep.equal(['3', '20']);
      await ledger.updateSettings((rows) => setSetting(rows, orgId, 'history-days', 7));
      expect(await ids()).to.deep.equal(['3']);
    } finally {
      await folder.remove();
    }
  });

  it('API buckets stay for 48 hours', () => {
    const apiUse = ['2026-11-21T18', '2026-11-21T19', '2026-11-23T19'].map((hour) => ({ orgId, hour, calls: 1 }));
    expect(prune(viewOf({ apiUse }), options).apiUse).to.deep.equal(apiUse.slice(1));
  });

  it('a time that cannot be understood keeps its row', () => {
    const exportErrors = [errorRow('a', { status: 'resolved', settledAt: 'yesterday' })];
    expect(prune(viewOf({ exportErrors }), options).exportErrors).to.have.length(1);
  });

  it('forgetting twice is forgetting once, and no open row is ever missing', () => {
    const row = fc.record({
      id: fc.uuid(),
      status: fc.constantFrom(...openStatuses, ...settledStatuses),
      settledAt: fc.option(fc.integer({ min: 0, max: 90 }).map(daysAgo)),
      lastFailedAt: fc.integer({ min: 0, max: 90 }).map(daysAgo),
    });
    const property = fc.property(fc.array(row), (rows) => {
      const view = viewOf({ exportErrors: rows.map(({ id, ...change }) => errorRow(id, change)) });
      const once = prune(view, options);
      expect(prune(once, options)).to.deep.equal(once);
      const open = (one: LedgerView): string[] =>
        one.exportErrors.filter(({ status }) => status === 'pending' || status === 'quarantined').map(({ id }) => id);
      expect(open(once)).to.deep.equal(open(view));
    });
    fc.assert(property);
  });
});
