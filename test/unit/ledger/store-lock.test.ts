import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { acquireStoreLock } from '../../../src/ledger/store-lock.js';
import { age, deadOwner, foreignOwner, writeOwner } from '../../support/owners.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('ledger: store lock', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;

  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, 'store.json.lock');
  });
  afterEach(() => folder.remove());

  const codeOf = (waitMs: number): Promise<unknown> =>
    acquireStoreLock(path, { waitMs }).then(
      async (lock) => lock.release(),
      (error: { code: unknown }) => error.code,
    );

  it('C3 is held by one at a time, and leaves nothing behind', async () => {
    await inParallel(20, path);
    expect(await readdir(folder.path)).to.deep.equal([]);
  });

  it('C3 says who holds it when the wait is over', async () => {
    const lock = await acquireStoreLock(path);
    const fault = await acquireStoreLock(path, { waitMs: 30 }).catch((error: unknown) => error);
    expect(fault).to.include({ code: 'locked' });
    expect(fault).to.have.property('facts').that.includes({ path, pid: process.pid });
    await lock.release();
  });

  it('S1 its file is readable by its owner alone', async () => {
    const lock = await acquireStoreLock(path);
    expect((await stat(path)).mode & 0o777).to.equal(process.platform === 'win32' ? 0o666 : 0o600);
    await lock.release();
  });

  it('C3 a dead holder is followed by one of many at once', async () => {
    for (let round = 0; round < 15; round++) {
      await writeOwner(path, await deadOwner());
      await inParallel(8, path);
    }
    expect(await readdir(folder.path)).to.deep.equal([]);
  });

  it('C3 a chain of dead ones is no obstacle: the holder, who was taking over, and who took over from him', async () => {
    const [holder, claimer, second] = [await deadOwner(), await deadOwner(), await deadOwner()];
    await writeOwner(path, holder);
    await writeOwner(`${path}.takeover.${holder.token}`, claimer);
    await writeOwner(`${path}.takeover.${claimer.token}`, second);
    await inParallel(6, path);
  });

  it('C3 waits while a living process takes over', async () => {
    const holder = await deadOwner();
    await writeOwner(path, holder);
    const claim = `${path}.takeover.${holder.token}`;
    await writeOwner(claim, await foreignOwner());
    expect(await codeOf(50)).to.equal('locked');
    await rm(claim);
    expect(await codeOf(50)).to.equal(undefined);
  });

  it('C3 a holder on another host is believed for two minutes', async () => {
    await writeOwner(path, await foreignOwner());
    await age(path, 110_000);
    expect(await codeOf(30)).to.equal('locked');
    await age(path, 125_000);
    expect(await codeOf(30)).to.equal(undefined);
  });

  it('C3 a lock file without content (power cut) is believed for two minutes', async () => {
    for (const content of ['', '{"token":"../../etc"}']) {
      await writeOwner(path, content);
      expect(await codeOf(30)).to.equal('locked');
      await age(path, 125_000);
      expect(await codeOf(30)).to.equal(undefined);
    }
  });

  it('C3 a holder who lost the lock notices, and does not release the lock of the next', async () => {
    const lock = await acquireStoreLock(path);
    await lock.assertHeld();
    await writeOwner(path, await foreignOwner());
    const fault = await lock.assertHeld().catch((error: unknown) => error);
    expect(fault).to.include({ code: 'locked' });
    await lock.release();
    expect(await readdir(folder.path)).to.deep.equal(['store.json.lock']);
  });

  it('C3 works where there are no hard links', async () => {
    const noLink = (): Promise<void> => Promise.reject(Object.assign(new Error('no links'), { code: 'ENOTSUP' }));
    await writeOwner(path, await deadOwner());
    await inParallel(8, path, { link: noLink });
    expect(await readdir(folder.path)).to.deep.equal([]);
  });

  it('C4 a folder that is not there is a clear fault', async () => {
    const fault = await acquireStoreLock(join(folder.path, 'none', 'x.lock')).catch((error: unknown) => error);
    expect(fault).to.include({ code: 'not-writable' });
  });
});

/** Many take the lock at once; fails if two ever hold it together. */
async function inParallel(count: number, path: string, options: Parameters<typeof acquireStoreLock>[1] = {}) {
  let holding = 0;
  const one = async (): Promise<void> => {
    const lock = await acquireStoreLock(path, options);
    holding += 1;
    expect(holding).to.equal(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    holding -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: count }, one));
}
