import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import { createLedger } from '../../../src/ledger/index.js';
import { storePaths } from '../../../src/ledger/store-paths.js';
import { countingRandom, errorRow, jobId, jobRow, realClock } from '../../support/ledger-rows.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('ledger: reading without the lock', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let path: string;
  let ledger: Ledger;

  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, 'store.json');
    ledger = createLedger({ path, clock: realClock, random: countingRandom(), foldAtBytes: 2500 });
  });
  afterEach(() => folder.remove());

  it('C3 shows each commit whole and none twice while a job commits, folds, closes and opens', async () => {
    let writing = true;
    let acknowledged = 0;
    const write = async (): Promise<void> => {
      for (let round = 0; round < 8; round++) {
        const job = await ledger.openJob(jobId);
        for (let n = 0; n < 10; n++) {
          const row = (job.job()?.checkpoint.row ?? 0) + 1;
          await job.commit({
            job: jobRow({ checkpoint: { row, line: null, mark: null } }),
            errors: [errorRow(`e${row}`)],
            apiCalls: 1,
          });
          acknowledged = row;
        }
        await job.close();
      }
      writing = false;
    };
    let reads = 0;
    const read = async (): Promise<void> => {
      while (writing) {
        const atLeast = acknowledged;
        const view = await ledger.read();
        const row = view.jobs[0]?.checkpoint.row ?? 0;
        expect(row).to.be.at.least(atLeast);
        expect(view.exportErrors).to.have.length(row);
        expect(view.apiUse[0]?.calls ?? 0).to.equal(row);
        reads += 1;
      }
    };
    await Promise.all([write(), read(), read()]);
    expect(acknowledged).to.equal(80);
    expect(reads).to.be.above(10);
  });

  it('C4 changes nothing, not even what a dead process left', async () => {
    const job = await ledger.openJob(jobId);
    await job.commit({ job: jobRow() });
    const before = await snapshot(folder.path);
    expect((await ledger.read()).jobs).to.have.length(1);
    expect(await ledger.holders()).to.have.length(1);
    expect(await snapshot(folder.path)).to.deep.equal(before);
    await job.close();
  });

  it('C4 a damaged journal is named, with its line, and stays', async () => {
    const job = await ledger.openJob(jobId);
    await job.commit({ job: jobRow() });
    await job.commit({ apiCalls: 1 });
    const journal = storePaths(path).journal(jobId);
    const text = await readFile(journal, 'utf8');
    const damaged = text.replace('Account', 'Contact');
    await job.close();
    await writeFile(journal, damaged);
    for (const attempt of [
      () => ledger.read(),
      () => ledger.updateSettings((rows) => rows),
      () => ledger.openJob(jobId),
    ]) {
      const fault = await attempt().catch((error: unknown) => error);
      expect(fault).to.include({ code: 'corrupt' });
      expect(fault).to.have.property('message').that.includes(journal).and.includes('line 2');
    }
    expect(await readFile(journal, 'utf8')).to.equal(damaged);
  });
});

async function snapshot(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, n) => [name, texts[n]!]));
}
