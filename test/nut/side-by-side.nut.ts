import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { createLedger } from '../../src/ledger/index.js';
import { Admin } from '../support/cli.js';
import { isWrite } from '../support/killing.js';

const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

describe('processes side by side', function () {
  this.timeout(180_000);
  let admin: Admin;
  beforeEach(async () => {
    admin = await Admin.create();
    admin.org.rules.add(noBadNames);
  });
  afterEach(() => admin.end());

  const good = (count: number, letter = 'A'): string[][] =>
    Array.from({ length: count }, (_, index) => [`${letter}-${index + 1}`, `N${index + 1}`]);

  /** The next write of the org takes so long; resolves when it is in flight. */
  function holdWrite(ms: number): () => Promise<void> {
    const fault = admin.org.faults.next({ kind: 'slow', ms, match: isWrite });
    return async () => {
      while (fault.hits === 0) await sleep(5);
    };
  }

  it('C3 the same job twice at once: 75, busy, who holds it since when; with --lock-wait it waits and finds nothing new', async () => {
    const file = await admin.accounts(good(6));
    const inFlight = holdWrite(9_000);
    const first = admin.run(file);
    await inFlight();
    const [holder] = await createLedger({ path: admin.store, clock: systemClock, random: systemRandom }).holders();
    const [second, third] = await Promise.all([admin.run(file), admin.run(file, '--lock-wait', '2')]);
    expect(second.code).to.equal(75);
    const [job] = second.output.result.jobs;
    expect(job).to.include({ status: 'stopped', read: 0, exported: 0 });
    expect(job?.stoppedBy?.code).to.equal('busy');
    expect(job?.stoppedBy?.message).to.include(`process ${holder!.pid}`);
    expect(job?.stoppedBy?.message).to.match(/since \d{4}-\d\d-\d\dT\d\d:\d\d/);
    const { code, output } = await first;
    expect(code).to.equal(0);
    expect(output.result.jobs[0]).to.include({ exported: 6 });
    expect(third.code, third.output.message).to.equal(0);
    expect(third.output.result.jobs[0]).to.include({ status: 'completed', read: 0, exported: 0 });
    expect(admin.written()).to.deep.equal(good(6).map(([key]) => key));
  });

  it('C3 two jobs at once on one store, and settings set meanwhile: all complete, nothing is lost', async () => {
    const letters = ['A', 'B'] as const;
    const files = await Promise.all(
      letters.map((letter) =>
        admin.accounts(
          good(40, letter).map(([key, name], index) => [key!, index % 5 === 2 ? 'BAD' : name!]),
          'Ext_Id__c,Name',
          `${letter}.csv`,
        ),
      ),
    );
    const set = async (name: string, value: string) =>
      expect((await admin.sf('settings', 'set', name, value, '--org-id', admin.org.orgId)).code).to.equal(0);
    const inFlight = holdWrite(4_000);
    const runs = files.map((file) => admin.run(file, '--on-error', 'log', '--batch-size', '1'));
    await inFlight();
    await set('max-export-errors', '5000');
    for (const { code } of await Promise.all(runs)) expect(code).to.equal(68);
    const { jobs, exportErrors, settings } = await admin.ledger();
    expect(jobs.map(({ name, phase, checkpoint }) => [name, phase, checkpoint.row]).sort()).to.deep.equal([
      ['Account-A', 'completed', 40],
      ['Account-B', 'completed', 40],
    ]);
    expect(settings.map(({ name, value }) => [name, value])).to.deep.equal([['max-export-errors', 5000]]);
    for (const letter of letters) {
      const rows = exportErrors.filter(({ job }) => job === `Account-${letter}`);
      expect(rows.map(({ row }) => row).sort((a, b) => a - b)).to.deep.equal([3, 8, 13, 18, 23, 28, 33, 38]);
      expect(rows.every(({ attempts }) => attempts === 1)).to.equal(true);
    }
    expect(admin.org.records('Account')).to.have.lengthOf(64);
  });

  it('C3 a retry that races a run waits for it, or is skipped as busy (75); nothing is sent twice', async () => {
    const file = await admin.accounts(good(6).map(([key, name], index) => [key!, index === 1 ? 'BAD' : name!]));
    expect((await admin.run(file, '--on-error', 'log')).code).to.equal(68);
    admin.org.rules.disable('No_Bad_Names');
    await admin.accounts([
      ...good(6).map(([key, name], index) => [key!, index === 1 ? 'BAD' : name!]),
      ...good(3, 'Z'),
    ]);
    const before = admin.org.commits.length;
    const inFlight = holdWrite(9_000);
    const running = admin.run(file);
    await inFlight();
    const retry = (...more: string[]) => admin.json<RetryResult>('retry', ...admin.orgFlags, ...more);
    const [busy, waited] = await Promise.all([retry('--lock-wait', '0'), retry()]);
    expect(busy.code).to.equal(75);
    expect(busy.output.result.skipped).to.deep.equal([{ reason: 'busy', count: 1 }]);
    expect(busy.output.result.jobs[0]?.stoppedBy?.message).to.match(/process \d+ .*since \d{4}-/);
    expect((await running).code).to.equal(0);
    expect(waited.code, waited.output.message).to.equal(0);
    expect(waited.output.result).to.include({ attempted: 1, resolved: 1 });
    const written = admin.org.commits.slice(before).map(({ fields }) => fields['Ext_Id__c']);
    expect(written).to.deep.equal(['Z-1', 'Z-2', 'Z-3', 'A-2']);
    expect((await admin.exportErrors()).map(({ status, attempts }) => [status, attempts])).to.deep.equal([
      ['resolved', 1],
    ]);
  });

  it('C1 X1 Ctrl-C: exit 130 after the window in hand, and the next run goes on; a second one ends it at once', async () => {
    const file = await admin.accounts(good(9));
    const flags = [...admin.adHoc(file), '--batch-size', '1', '--json'];
    const inFlight = holdWrite(1_500);
    const { child, ended } = admin.start(['run', ...flags]);
    await inFlight();
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).to.equal(130);
    const { result } = JSON.parse(stdout) as { result: RunResult };
    expect(result.jobs[0]).to.include({ status: 'stopped', exported: 5 });
    expect(result.jobs[0]?.stoppedBy?.code).to.equal('interrupted');
    expect((await admin.ledger()).jobs[0]).to.deep.include({ phase: 'open' });
    expect(admin.written()).to.have.lengthOf(5);

    const heldAgain = holdWrite(60_000);
    const second = admin.start(['run', ...flags]);
    await heldAgain();
    second.child.kill('SIGINT');
    // What comes at once is an echo of the first.
    await sleep(1_000);
    const secondAt = performance.now();
    second.child.kill('SIGINT');
    expect((await second.ended).code).to.equal(130);
    expect(performance.now() - secondAt).to.be.below(5_000);

    admin.org.faults.clear();
    const last = await admin.run(file, '--batch-size', '1');
    expect(last.code).to.equal(0);
    expect(last.output.result.jobs[0]).to.include({ status: 'completed', read: 4, exported: 4 });
    expect(admin.written()).to.deep.equal(good(9).map(([key]) => key));
  });
});
