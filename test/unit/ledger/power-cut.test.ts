import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import { createLedger } from '../../../src/ledger/index.js';
import { countingRandom, errorRow, jobId, jobRow, manualClock } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

/*
 * A SIGKILL does not show whether data was synced: the system still has it. So these tests watch the calls that bring
 * data to the disk, and let them fail.
 */
const names = ['write', 'datasync', 'sync'] as const;
type Call = (...args: unknown[]) => Promise<unknown>;

describe('ledger: power cut', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let ledger: Ledger;
  let handle: Record<(typeof names)[number], Call>;
  let calls: string[];
  let failure: Error | undefined;
  let originals: typeof handle;

  beforeEach(async () => {
    folder = await tempFolder();
    ledger = createLedger({ path: join(folder.path, 'store.json'), clock: manualClock(), random: countingRandom() });
    // All file handles share one prototype, which node does not export.
    handle = Object.getPrototypeOf(await open(folder.path, 'r').then((one) => one.close().then(() => one)));
    [calls, failure] = [[], undefined];
    originals = { write: handle.write, datasync: handle.datasync, sync: handle.sync };
    for (const name of names) {
      const original = originals[name];
      Object.assign(handle, {
        [name]: async function (this: FileHandle, ...args: unknown[]) {
          const result = await original.apply(this, args);
          calls.push(name);
          if (name !== 'write' && failure !== undefined) throw failure;
          return result;
        },
      });
    }
  });

  afterEach(async () => {
    Object.assign(handle, originals);
    await folder.remove();
  });

  it('C1 a commit is written, then synced, and only then acknowledged', async () => {
    const job = await ledger.openJob(jobId);
    calls.length = 0;
    await job.commit({ job: jobRow() });
    expect(calls).to.deep.equal(['write', 'datasync']);
    await job.close();
  });

  it('C1 the store is synced before it replaces the old one, and its folder after', async () => {
    await ledger.updateSettings((rows) => rows);
    const synced = calls.filter((name) => name === 'sync');
    expect(synced).to.have.length(2);
    expect(calls.indexOf('sync')).to.be.above(calls.indexOf('write'));
  });

  it('C4 a fold is put off because the journal cannot be emptied: the commit stands, and no request may follow', async () => {
    const path = join(folder.path, 'store.json');
    ledger = createLedger({ path, clock: manualClock(), random: countingRandom(), foldAtBytes: 1 });
    const job = await ledger.openJob(jobId);
    const { truncate } = handle as unknown as { truncate: Call };
    Object.assign(handle, {
      truncate: async function (this: FileHandle, ...args: unknown[]) {
        await truncate.apply(this, args);
        failure = Object.assign(new Error('input/output error'), { code: 'EIO' });
      },
    });
    try {
      await job.commit({ job: jobRow(), errors: [errorRow('e1')] });
      const asked = await job.assertHeld().catch((error: unknown) => error);
      expect(asked).to.include({ code: 'not-writable' });
    } finally {
      Object.assign(handle, { truncate });
      failure = undefined;
    }
    await job.close().catch(() => undefined);
    expect((await ledger.read()).exportErrors.map(({ id }) => id)).to.deep.equal(['e1']);
  });

  it('C4 a sync that fails is no commit, and its journal takes no more', async () => {
    const job = await ledger.openJob(jobId);
    await job.commit({ job: jobRow(), apiCalls: 1 });
    failure = Object.assign(new Error('input/output error'), { code: 'EIO' });
    const commit = (): Promise<unknown> => job.commit({ errors: [errorRow('e1')] }).catch((error: unknown) => error);
    expect(await commit()).to.include({ code: 'not-writable' });
    failure = undefined;
    expect(job.openErrors()).to.deep.equal([]);
    expect(await commit()).to.include({ code: 'not-writable' });
    await job.close();
    const view = await ledger.read();
    expect(view.jobs).to.have.length(1);
    expect(view.exportErrors).to.deep.equal([]);
  });

  it('C4 a store that cannot be synced does not replace the old one, and the journal stays for the next', async () => {
    await ledger.updateSettings((rows) => rows);
    const job = await ledger.openJob(jobId);
    await job.commit({ job: jobRow(), apiCalls: 1 });
    failure = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    expect(await job.close().catch((error: unknown) => error)).to.include({ code: 'disk-full' });
    failure = undefined;
    const next = await ledger.openJob(jobId);
    expect(next.job()).to.deep.equal(jobRow());
    await next.close();
    expect((await ledger.read()).apiUse[0]?.calls).to.equal(1);
  });
});
