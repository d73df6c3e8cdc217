import { open, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { LedgerFault, type Ledger } from '../../../src/core/ports/ledger.js';
import { createLedger } from '../../../src/ledger/index.js';
import { Lease } from '../../../src/ledger/lease.js';
import { storePaths } from '../../../src/ledger/store-paths.js';
import type { StorePaths } from '../../../src/ledger/store-paths.js';
import { countingRandom, errorRow, jobId, jobRow, manualClock, orgId } from '../../support/ledger-rows.js';
import { age, changeOwner, writeOwner } from '../../support/owners.js';
import { tempFolder } from '../../support/temp-folder.js';

const elsewhere = { host: 'elsewhere', machine: 'another' };

describe('ledger: lease of a job', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let paths: StorePaths;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = await tempFolder();
    paths = storePaths(join(folder.path, 'store.json'));
    ledger = createLedger({ path: paths.store, clock: manualClock(), random: countingRandom() });
  });
  afterEach(() => folder.remove());

  const faultOf = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => expect.fail('expected a fault'),
      (error: unknown) => error,
    );

  it('C3 lies beside the store under a name made of no part of the job, readable by its owner alone', async () => {
    const job = await ledger.openJob({ orgId, name: '../../../etc/passwd' });
    const name = (await readdir(folder.path)).find((one) => one.endsWith('.lease'))!;
    expect(name).to.match(/^store\.json\.job-[0-9a-f]{32}\.lease$/);
    if (process.platform !== 'win32') {
      for (const one of await readdir(folder.path)) {
        expect((await stat(join(folder.path, one))).mode & 0o777, one).to.equal(0o600);
      }
    }
    await job.close();
  });

  it('C3 a holder on another host is believed for two minutes after his last sign of life', async () => {
    const job = await ledger.openJob(jobId);
    await changeOwner(paths.lease(jobId), elsewhere);
    await age(paths.lease(jobId), 110_000);
    expect(await faultOf(ledger.openJob(jobId))).to.include({ code: 'busy' });
    expect(await ledger.holders()).to.have.length(1);
    await age(paths.lease(jobId), 130_000);
    expect(await ledger.holders()).to.have.length(0);
    await (await ledger.openJob(jobId)).close();
    await faultOf(job.close());
  });

  it('X1 a sign of life that cannot be written is a fault of the ledger, told in its words', async () => {
    const lease = await Lease.take(paths, jobId);
    const file = await open(paths.lease(jobId), 'r');
    const methods = Object.getPrototypeOf(file) as { write: unknown };
    await file.close();
    const { write } = methods;
    methods.write = async () => {
      throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
    };
    try {
      const fault = await faultOf(lease.renew());
      expect(fault).to.be.instanceOf(LedgerFault);
      expect(fault).to.include({ code: 'not-writable' });
    } finally {
      methods.write = write;
      await lease.release();
    }
  });

  it('C3 C1 who lost the job while asleep stops, and what he had committed is kept', async () => {
    const sleeper = await ledger.openJob(jobId);
    await sleeper.commit({ job: jobRow({ run: 1 }), errors: [errorRow('e1')], apiCalls: 1 });
    await changeOwner(paths.lease(jobId), elsewhere);
    await age(paths.lease(jobId), 130_000);
    const next = await ledger.openJob(jobId);
    expect(next.openError('key-e1')?.id).to.equal('e1');
    await next.commit({ job: { run: 2 } });
    expect(await faultOf(sleeper.assertHeld())).to.include({ code: 'lease-lost' });
    expect(await faultOf(sleeper.commit({ job: { run: 9 } }))).to.include({ code: 'lease-lost' });
    expect(sleeper.job()?.run).to.equal(1);
    expect(await faultOf(sleeper.commit({ apiCalls: 1 }))).to.include({ code: 'lease-lost' });
    expect(await faultOf(sleeper.close())).to.include({ code: 'lease-lost' });
    await next.assertHeld();
    await next.close();
    const view = await ledger.read();
    expect(view.jobs[0]?.run).to.equal(2);
    expect(view.apiUse[0]?.calls).to.equal(1);
  });

  it('C3 whose journal was taken in by somebody with other business loses the job too', async () => {
    const sleeper = await ledger.openJob(jobId);
    await sleeper.commit({ job: jobRow() });
    await changeOwner(paths.lease(jobId), elsewhere);
    await age(paths.lease(jobId), 130_000);
    await ledger.updateSettings((rows) => rows);
    expect((await readdir(folder.path)).filter((name) => name.includes('.job-'))).to.deep.equal([]);
    expect(await faultOf(sleeper.commit({ apiCalls: 1 }))).to.include({ code: 'lease-lost' });
    await faultOf(sleeper.close());
  });

  it('C3 long without a sign of life, the holder itself is never taken for dead by its own fold', async () => {
    const eager = createLedger({ path: paths.store, clock: manualClock(), random: countingRandom(), foldAtBytes: 1 });
    const job = await eager.openJob(jobId);
    // As a system without start times shows it.
    await changeOwner(paths.lease(jobId), { started: null });
    await age(paths.lease(jobId), 600_000);
    await job.commit({ job: jobRow(), apiCalls: 1 });
    await job.commit({ apiCalls: 1 });
    await job.close();
    expect((await ledger.read()).apiUse[0]?.calls).to.equal(2);
  });

  it('C3 a lease file without content is believed for two minutes', async () => {
    await writeOwner(paths.lease(jobId), '');
    const fault = await faultOf(ledger.openJob(jobId));
    expect(fault).to.include({ code: 'busy' });
    expect(fault).to.not.have.nested.property('facts.holder.pid');
    await age(paths.lease(jobId), 130_000);
    await (await ledger.openJob(jobId)).close();
  });

  it('C3 gives signs of life while it is held, never for somebody else, and keeps no process alive', async () => {
    const lease = await Lease.take(paths, jobId, { heartbeatMs: 10 });
    const path = paths.lease(jobId);
    const content = await readFile(path, 'utf8');
    await age(path, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(Date.now() - (await stat(path)).mtimeMs).to.be.below(5000);
    expect(await readFile(path, 'utf8')).to.equal(content);
    await changeOwner(path, { token: 'of-somebody-else' });
    await age(path, 60_000);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(Date.now() - (await stat(path)).mtimeMs).to.be.above(50_000);
    await lease.release();
    expect(await readdir(folder.path)).to.have.length(1);
  });

  it('gives the lease back when the store cannot be read, and tidies what killed processes left', async () => {
    await writeFile(paths.store, 'broken');
    const left = ['store.json.write-1-2.tmp', 'store.json.lock.1-2.tmp', 'store.json.lock.takeover.1-2'];
    for (const name of [...left, 'store.json.mine.tmp']) await writeFile(join(folder.path, name), '');
    expect(await faultOf(ledger.openJob(jobId))).to.include({ code: 'corrupt' });
    expect(await readdir(folder.path)).to.have.members(['store.json', 'store.json.mine.tmp', ...left.slice(1)]);
    for (const name of left.slice(1)) await age(join(folder.path, name), 700_000);
    await faultOf(ledger.openJob(jobId));
    expect(await readdir(folder.path)).to.have.members(['store.json', 'store.json.mine.tmp']);
  });
});
