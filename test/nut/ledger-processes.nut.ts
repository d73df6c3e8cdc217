import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ledger } from '../../src/core/ports/ledger.js';
import { createLedger } from '../../src/ledger/index.js';
import { LedgerChild } from '../support/ledger-processes.js';
import { jobId, realClock, realRandom } from '../support/ledger-rows.js';
import { tempFolder } from '../support/temp-folder.js';

describe('ledger: many processes', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: string;
  let ledger: Ledger;
  const children: LedgerChild[] = [];

  beforeEach(async () => {
    folder = await tempFolder();
    store = join(folder.path, 'store.json');
    ledger = createLedger({ path: store, clock: realClock, random: realRandom });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await folder.remove();
  });

  const start = (mode: string, ...args: string[]): LedgerChild => {
    const child = LedgerChild.start(mode, store, ...args);
    children.push(child);
    return child;
  };

  it('C3 no change of settings is lost and no two processes hold a job at once', async () => {
    const [counters, times, runners, runs] = [3, 25, 3, 6];
    const all = [
      ...Array.from({ length: counters }, () => start('settings', String(times))),
      ...Array.from({ length: runners }, () => start('job', String(runs))),
    ];
    for (const child of all) expect(await child.end()).to.deep.equal(['done']);
    const view = await ledger.read();
    expect(view.settings[0]?.value).to.equal(counters * times);
    expect(view.jobs[0]?.checkpoint.row).to.equal(runners * runs);
    expect(view.apiUse.reduce((sum, { calls }) => sum + calls, 0)).to.equal(runners * runs);
    expect((await readdir(folder.path)).filter((name) => !name.includes('backup'))).to.deep.equal(['store.json']);
  });

  it('C3 the lock stays exclusive while its holders are killed', async () => {
    const workers = [1, 2, 3].map(() => start('lock', '60'));
    for (let n = 0; n < 4; n++) {
      const victim = start('lock', '1000000');
      await victim.hears((message) => message === 'held');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await victim.kill();
      expect(victim.said).to.not.deep.include('violation');
    }
    for (const child of workers) await child.end();
    const violations = children.flatMap(({ said }) => said).filter((message) => typeof message === 'object');
    expect(violations).to.deep.equal([]);
    await ledger.updateSettings((rows) => rows);
  });

  it('C3 the lock of a killed process is taken over at once', async () => {
    const holder = start('hold-lock');
    await holder.hears((message) => message === 'held');
    const hurried = createLedger({ path: store, clock: realClock, random: realRandom, lockWaitMs: 50 });
    const fault = await hurried.updateSettings((rows) => rows).catch((error: unknown) => error);
    expect(fault).to.include({ code: 'locked' });
    await holder.kill();
    await hurried.updateSettings((rows) => rows);
  });

  it('C3 C1 the job of a killed process is taken over at once, with all it had committed', async () => {
    const holder = start('hold-job');
    await holder.hears((message) => message === 'held');
    expect((await ledger.read()).jobs[0]?.checkpoint.row).to.equal(1);
    const fault = await ledger.openJob(jobId).catch((error: unknown) => error);
    expect(fault).to.include({ code: 'busy' });
    expect(await ledger.holders()).to.have.length(1);
    await holder.kill();
    expect(await ledger.holders()).to.deep.equal([]);
    // Whoever writes the store takes the journal in, whatever he came for.
    await ledger.updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 7 }]);
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.journal'))).to.deep.equal([]);
    const job = await ledger.openJob(jobId);
    expect(job.job()?.checkpoint.row).to.equal(1);
    await job.close();
  });
});
