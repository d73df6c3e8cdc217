/*
 * What the ledger costs, beside plain lowdb: `npx tsx bench/ledger.ts`. Prints a Markdown table.
 * Rows are ExportErrors of about 1.4 KB. Times are medians, in milliseconds, on the folder of temp files.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import type { ExportError } from '../src/core/export-error.js';
import { createLedger } from '../src/ledger/index.js';
import { errorRow, jobId, jobRow, realClock, realRandom } from '../test/support/ledger-rows.js';

const sizes = [0, 10_000, 100_000];

function row(number: number): ExportError {
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`Field_${n}__c`, `value ${number} of ${n}`]));
  return errorRow(`row-${number}`, { payload: { Ext_Id__c: `K-${number}`, Name: 'Acme '.repeat(12), ...fields } });
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

async function median(times: number, action: (n: number) => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push(await timed(() => action(n)));
  return middle(all);
}

function middle(all: number[]): number {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
}

type Figures = Record<'rows' | 'megabytes' | 'commit' | 'fullCommit' | 'read' | 'open' | 'fold' | 'lowdb', number>;

async function measure(rows: number, folder: string): Promise<Figures> {
  const path = join(folder, `store-${rows}.json`);
  const ledger = createLedger({ path, clock: realClock, random: realRandom });
  const filler = await ledger.openJob(jobId);
  await filler.commit({ job: jobRow() });
  for (let from = 0; from < rows; from += 1000) {
    await filler.commit({ errors: Array.from({ length: Math.min(1000, rows - from) }, (_, n) => row(from + n)) });
  }
  await filler.close();
  const { size } = await stat(path);
  const repeats = rows > 10_000 ? 3 : 7;
  const read = await median(repeats, () => ledger.read());
  let job = filler;
  const open: number[] = [];
  const fold: number[] = [];
  for (let n = 0; n < repeats; n++) {
    open.push(await timed(async () => (job = await ledger.openJob(jobId))));
    await job.commit({ apiCalls: 1 });
    fold.push(await timed(() => job.close()));
  }
  job = await ledger.openJob(jobId);
  const commit = await median(200, (n) =>
    job.commit({ job: { checkpoint: { row: n, line: n, mark: null } }, errors: [row(n)], apiCalls: 1 }),
  );
  // Small enough to stay below the size at which a journal is folded meanwhile.
  const fullCommit = await median(5, (n) =>
    job.commit({ errors: Array.from({ length: 1000 }, (_, at) => row(n * 1000 + at)) }),
  );
  await job.close();
  const low = new Low<{ exportErrors: ExportError[] }>(new JSONFile(join(folder, 'plain.json')), {
    exportErrors: Array.from({ length: rows }, (_, n) => row(n)),
  });
  const lowdb = await median(repeats, (n) => low.update((data) => void (data.exportErrors[0] = row(n))));
  return { rows, megabytes: size / 1e6, commit, fullCommit, read, open: middle(open), fold: middle(fold), lowdb };
}

const folder = await mkdtemp(join(tmpdir(), 'crm-export-bench-'));
try {
  const figures: Figures[] = [];
  for (const rows of sizes) figures.push(await measure(rows, folder));
  const cell = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
  const lines: [string, (f: Figures) => number][] = [
    ['store, MB', (f) => f.megabytes],
    ['commit of a window with one error, ms', (f) => f.commit],
    ['… to the same at 0 rows', (f) => f.commit / figures[0]!.commit],
    ['commit of a window with 1,000 errors, ms', (f) => f.fullCommit],
    ['plain lowdb, one row changed (no sync), ms', (f) => f.lowdb],
    ['plain lowdb to our commit', (f) => f.lowdb / f.commit],
    ['read (`status`, `errors list`), ms', (f) => f.read],
    ['open a job, ms', (f) => f.open],
    ['fold (close of a job), ms', (f) => f.fold],
  ];
  console.log(`| | ${figures.map((f) => `${f.rows} rows`).join(' | ')} |`);
  console.log(`|---|${figures.map(() => '---:').join('|')}|`);
  for (const [name, value] of lines) console.log(`| ${name} | ${figures.map((f) => cell(value(f))).join(' | ')} |`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
