/*
 * The other process of the ledger's tests: `ledger-child.ts <mode> <store> [args]`. Speaks JSON lines on stdout, written
 * synchronously, so that what was said before a SIGKILL has been said.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobLedger, Ledger } from '../../src/core/ports/ledger.js';
import { LedgerFault } from '../../src/core/ports/ledger.js';
import { createLedger } from '../../src/ledger/index.js';
import { acquireStoreLock } from '../../src/ledger/store-lock.js';
import { errorRow, jobId, jobRow, realClock, realRandom } from './ledger-rows.js';

const [mode = '', store = '', ...args] = process.argv.slice(2);
const say = (message: unknown): void => void writeSync(1, `${JSON.stringify(message)}\n`);
const ledgerAt = (path: string, foldAtBytes?: number): Ledger =>
  createLedger({ path, clock: realClock, random: realRandom, foldAtBytes });
const codeOf = (error: unknown): string => (error instanceof LedgerFault ? error.code : String(error));
const forEver = (): Promise<void> => new Promise(() => setInterval(() => undefined, 1000));

/** Commits record after record, and says each once it is acknowledged. */
async function commitRecords(path: string): Promise<void> {
  // Folded after every few commits, and closed and opened again: so a kill meets every step of them.
  const ledger = ledgerAt(path, 6000);
  for (;;) {
    const job = await ledger.openJob(jobId);
    for (let n = 0; n < 15; n++) {
      const row = (job.job()?.checkpoint.row ?? 0) + 1;
      await job.commit(recordOf(row));
      say({ store: path, acknowledged: row });
    }
    await job.close();
  }
}

function recordOf(row: number): Parameters<JobLedger['commit']>[0] {
  return { job: jobRow({ checkpoint: { row, line: row, mark: null } }), errors: [errorRow(`e${row}`)], apiCalls: 1 };
}

/** Raises a number in the settings, again and again. */
async function countSettings(times: number): Promise<void> {
  const ledger = ledgerAt(store);
  for (let n = 0; n < times; n++) {
    await ledger.updateSettings((rows) => [{ scope: 'global', name: 'count', value: Number(rows[0]?.value ?? 0) + 1 }]);
  }
  say('done');
}

/** Takes the same job again and again; a marker that only the holder touches tells whether he is alone. */
async function runJob(times: number): Promise<void> {
  const ledger = ledgerAt(store);
  for (let n = 0; n < times; n++) {
    const job = await ledger.openJob(jobId, { waitMs: 60_000 });
    await alone(async () => job.commit(recordOf((job.job()?.checkpoint.row ?? 0) + 1)));
    await job.close();
  }
  say('done');
}

/** Takes the store lock again and again. */
async function takeLock(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const lock = await acquireStoreLock(`${store}.lock`);
    say('held');
    await alone(() => realClock.sleep(2));
    await lock.release();
  }
  say('done');
}

async function alone(action: () => Promise<void>): Promise<void> {
  const marker = `${store}.marker`;
  try {
    mkdirSync(marker);
  } catch {
    // Left by a process that was killed with the lock in its hands?
    const pid = Number(readFileSync(`${marker}/pid`, 'utf8'));
    if (isRunning(pid)) say({ violation: pid });
  }
  writeFileSync(`${marker}/pid`, String(process.pid));
  await action();
  rmSync(marker, { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Commits until the disk is full, looks at what is left, makes room, and goes on. */
async function fillDisk(ballast: string): Promise<void> {
  const ledger = ledgerAt(store);
  await ledger.updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 50 }]);
  const job = await ledger.openJob(jobId);
  let acknowledged = 0;
  let commitFault: unknown;
  while (commitFault === undefined && acknowledged < 5000) {
    const row = acknowledged + 1;
    const payload = { Name: 'x'.repeat(8000) };
    await job.commit({ ...recordOf(row), errors: [errorRow(`e${row}`, { payload })] }).then(
      () => (acknowledged = row),
      (error: unknown) => (commitFault = error),
    );
  }
  // Nothing of the commit that failed is left in the journal.
  const journal = (await readdir(dirname(store))).find((name) => name.endsWith('.journal')) ?? '';
  const clean = readFileSync(join(dirname(store), journal), 'utf8').endsWith('}\n');
  const inMemory = [job.job()?.checkpoint.row, job.openErrors().length];
  const closeFault = await job.close().then(() => null, codeOf);
  const settingsFault = await ledger
    .updateSettings(() => [{ scope: 'global', name: 'batch-size', value: 51 }])
    .then(() => null, codeOf);
  const full = await look(ledger);
  rmSync(ballast, { force: true });
  const again = await ledger.openJob(jobId).then(
    async (next) => {
      await next.commit(recordOf(acknowledged + 1));
      await next.close();
      return null;
    },
    (error: unknown) => codeOf(error),
  );
  const files = (await readdir(dirname(store))).filter((name) => name.endsWith('.tmp'));
  say({
    acknowledged,
    commitFault: codeOf(commitFault),
    clean,
    inMemory,
    closeFault,
    settingsFault,
    full,
    again,
    files,
  });
  say({ afterwards: await look(ledger) });
}

async function look(ledger: Ledger): Promise<unknown> {
  const view = await ledger.read();
  return {
    settings: view.settings.map(({ value }) => value),
    errors: view.exportErrors.length,
    row: view.jobs[0]?.checkpoint.row ?? null,
    calls: view.apiUse.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** What a user without rights on the folder gets. */
async function withoutRights(): Promise<void> {
  // Rights do not bind root.
  if (process.getuid?.() === 0) {
    process.setgid!(65534);
    process.setuid!(65534);
  }
  const ledger = ledgerAt(store);
  const settings = (await ledger.read().then((view) => view.settings.length, codeOf)) as unknown;
  const update = await ledger.updateSettings((rows) => rows).then(() => null, codeOf);
  const open = await ledger.openJob(jobId).then(() => null, codeOf);
  say({ settings, update, open });
}

const modes: Record<string, () => Promise<unknown>> = {
  commit: () => Promise.all([store, ...args].map(commitRecords)),
  settings: () => countSettings(Number(args[0])),
  job: () => runJob(Number(args[0])),
  lock: () => takeLock(Number(args[0])),
  'hold-job': async () => {
    const job = await ledgerAt(store).openJob(jobId);
    await job.commit(recordOf(1));
    say('held');
    await forEver();
  },
  'hold-lock': async () => {
    await acquireStoreLock(`${store}.lock`);
    say('held');
    await forEver();
  },
  fill: () => fillDisk(args[0] ?? ''),
  'without-rights': withoutRights,
};

process.umask(Number.parseInt(process.env['TEST_UMASK'] ?? '022', 8));
await modes[mode]!();
