/*
 * C3: a retry beside another retry, and beside a run whose state changes while the retry waits for its job. A retry that
 * races a run, and one that is left out as busy: side-by-side.nut.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/cli/clock.js';
import { createLedger } from '../../src/ledger/index.js';
import { JobDesk, logs, retryOf } from '../support/job-desk.js';

/** Longer than a second process takes to come to the job. */
const heldMs = 9_000;

describe('retry beside others', function () {
  this.timeout(240_000);
  let desk: JobDesk;
  beforeEach(async () => {
    desk = await JobDesk.create('BAD', 'WORSE');
  });
  afterEach(() => desk.admin.end());

  /** Starts a retry that must wait, for a person at the screen; resolves when it has begun to talk to the org. */
  async function waiter(...more: string[]) {
    const { child, ended } = desk.admin.start(['retry', ...desk.admin.orgFlags, ...more]);
    let said = '';
    child.stdout.on('data', (text: string) => (said += text));
    child.stderr.on('data', (text: string) => (said += text));
    // It asks the org nothing before it has the lease; with --json it says nothing either.
    if (more.includes('--json')) await sleep(4_000);
    else while (!said.includes('waiting for it') && child.exitCode === null) await sleep(20);
    return { child, ended, said: () => said };
  }

  const holder = async () => {
    const ledger = createLedger({ path: desk.admin.store, clock: systemClock, random: systemRandom });
    return (await ledger.holders())[0];
  };

  it('C3 two retries at once: the second waits, says for which job, who holds it and since when; nothing twice, nothing lost', async () => {
    await desk.define({ TWO: logs });
    await desk.file('TWO', 6, { 1: 'BAD', 2: 'BAD', 4: 'WORSE', 6: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    const from = desk.admin.org.commits.length;
    const inFlight = desk.holdWrite(heldMs);
    const first = desk.retry();
    await inFlight();
    const held = await holder();
    const [second, busy] = await Promise.all([waiter(), desk.retry('--lock-wait', '0')]);
    expect(busy.code, busy.stdout).to.equal(75);
    expect(busy.output.result).to.deep.include({ attempted: 0, skipped: [{ reason: 'busy', count: 4 }] });
    const one = await first;
    const said = second.said();
    expect(one.code, one.stdout).to.equal(68);
    expect(one.output.result).to.include({ attempted: 4, resolved: 3, stillFailing: 1 });
    const two = await second.ended;
    expect(two.code, two.stderr).to.equal(68);
    expect(said, 'while it waits').to.include('TWO').and.include(`process ${held!.pid}`);
    expect(said).to.match(/since \d{4}-\d\d-\d\dT\d\d:\d\d/);

    const written = desk.admin.org.commits.slice(from).map(({ fields }) => fields['Ext_Id__c']);
    expect(written).to.deep.equal(['TWO-1', 'TWO-2', 'TWO-6']);
    // The second found under the lease what the first had left: one row, and tried it once.
    expect((await desk.errors('TWO')).map(({ key, status, attempts }) => [key, status, attempts])).to.deep.equal([
      ['TWO-1', 'resolved', 1],
      ['TWO-2', 'resolved', 1],
      ['TWO-4', 'pending', 3],
      ['TWO-6', 'resolved', 1],
    ]);
  });

  it('R1 C3 the run it waits for stores a new mapping and logs one more record: both are sent by the new mapping', async () => {
    const mapping = { Ext_Id__c: 'id', Name: 'code' };
    const rows = ['MAP-1,BAD 1,First', 'MAP-2,Code,Second'];
    await desk.define({ MAP: { ...logs, mapping } });
    await desk.rows('MAP', rows, 'id,code,title');
    expect((await desk.run()).code).to.equal(68);
    await desk.define({ MAP: { ...logs, mapping: { ...mapping, Name: 'title' } } });
    await desk.rows('MAP', [...rows, 'MAP-3,Code,WORSE', 'MAP-4,Code,Fourth'], 'id,code,title');
    const inFlight = desk.holdWrite(heldMs);
    const running = desk.run();
    await inFlight();
    const waiting = await waiter('--json');
    expect((await running).code).to.equal(68);
    const { code, stdout } = await waiting.ended;
    expect(code, stdout).to.equal(68);
    expect(JSON.parse(stdout).result).to.include({ attempted: 2, resolved: 1, stillFailing: 1 });
    expect(desk.account('MAP-1')?.['Name']).to.equal('First');
    expect((await desk.errors('MAP')).map(({ key, status, attempts }) => [key, status, attempts])).to.deep.equal([
      ['MAP-1', 'resolved', 1],
      ['MAP-3', 'pending', 2],
    ]);
  });

  it('R2 C3 the run it waits for pauses on another record: the retry goes by where the job stands now', async () => {
    await desk.define({ ON: {} });
    await desk.file('ON', 6, { 2: 'BAD', 4: 'WORSE' });
    expect((await desk.run()).code).to.equal(69);
    desk.admin.org.rules.disable('BAD');
    const inFlight = desk.holdWrite(heldMs);
    const running = desk.run();
    await inFlight();
    const waiting = await waiter('--json');
    expect((await running).code).to.equal(69);
    desk.admin.org.rules.disable('WORSE');
    const { code, stdout } = await waiting.ended;
    // Not asked: whether the rule goes before or after the retry's one write. No other record is sent.
    expect([0, 68], stdout).to.include(code);
    expect(JSON.parse(stdout).result).to.include({ attempted: 1 });
    const written = desk.written('ON');
    expect(written.slice(0, 3)).to.deep.equal(['ON-1', 'ON-2', 'ON-3']);
    expect(written).to.not.include('ON-5');
    expect((await desk.errors('ON')).map(({ key }) => key)).to.deep.equal(['ON-2', 'ON-4']);
  });

  it('C3 another job runs meanwhile: the retry of this one does not wait, and neither loses anything', async () => {
    await desk.define({ MINE: logs, OTHER: logs });
    await desk.file('MINE', 3, { 2: 'BAD' });
    await desk.file('OTHER', 1);
    expect((await desk.run()).code).to.equal(68);
    desk.admin.org.rules.disable('BAD');
    await desk.file('OTHER', 3, { 3: 'WORSE' });
    const inFlight = desk.holdWrite(heldMs);
    const running = desk.run('--job', 'OTHER');
    await inFlight();
    const ended = await desk.retry('--lock-wait', '0');
    expect(ended.code, ended.stdout).to.equal(0);
    expect(retryOf(ended, 'MINE')).to.include({ attempted: 1, resolved: 1 });
    expect((await running).code).to.equal(68);
    expect((await desk.admin.exportErrors()).map(({ key, status }) => [key, status])).to.have.deep.members([
      ['MINE-2', 'resolved'],
      ['OTHER-3', 'pending'],
    ]);
  });

  it('C1 X1 Ctrl-C while it waits: 130, stopped, nothing sent, nothing held', async () => {
    await desk.define({ WAIT: logs });
    await desk.file('WAIT', 3, { 2: 'BAD' });
    expect((await desk.run()).code).to.equal(68);
    const ledger = createLedger({ path: desk.admin.store, clock: systemClock, random: systemRandom });
    const held = await ledger.openJob({ orgId: desk.admin.org.orgId, name: 'WAIT' });
    desk.mark();
    const waiting = await waiter('--json');
    await sleep(2_000);
    waiting.child.kill('SIGINT');
    const { code, stdout } = await waiting.ended;
    await held.close();
    expect(code, stdout).to.equal(130);
    const { result } = JSON.parse(stdout);
    expect(result).to.include({ status: 'stopped', attempted: 0, resolved: 0 });
    expect(result.jobs[0].stoppedBy.code).to.equal('interrupted');
    expect(result.skipped).to.deep.equal([{ reason: 'stopped', count: 1 }]);
    expect(desk.writes()).to.deep.equal([]);
    expect(await ledger.holders()).to.deep.equal([]);
  });
});
