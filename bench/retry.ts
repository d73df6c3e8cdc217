/*
 * What the ledger costs in a retry: `npm run build && npm run bench:retry`. 10,000 pending records of about 1 KB that all
 * pass, retried by the CLI as a process of its own, against a practice org that answers at once (the hardest case for the
 * share), and against one that takes the time a quick org takes. Prints a Markdown table.
 */
import { readFile } from 'node:fs/promises';
import type { Latency } from '../src/practice-org/index.js';
import { PracticeOrg } from '../src/practice-org/index.js';
import { Admin } from '../test/support/cli.js';
import { isWrite } from '../test/support/killing.js';

const pending = 10_000;
const clock = new URL('./ledger-clock.mjs', import.meta.url).href;

type Figures = { calls: number; spent: Readonly<Record<string, number>>; wholeMs: number };

async function measure(latency: Partial<Latency>): Promise<Figures> {
  const admin = await Admin.create(new PracticeOrg({ latency }));
  try {
    admin.org.rules.add({ name: 'Closed', object: 'Account', message: 'Not today', predicate: () => true });
    const text = 'Acme '.repeat(180);
    const rows = Array.from({ length: pending }, (_, at) => [`A-${at}`, `Account ${at}`, text]);
    const file = await admin.accounts(rows, 'Ext_Id__c,Name,Description');
    await admin.sf('settings', 'set', 'max-export-errors', '20000', ...admin.orgFlags);
    const logged = await admin.run(file, '--on-error', 'log');
    if (logged.code !== 68) throw new Error(`The run that is to be refused ended with ${logged.code}.`);
    admin.org.rules.disable('Closed');
    const before = admin.org.journal.length;
    const figures = admin.path('figures.json');
    const env = { NODE_OPTIONS: `--import ${clock}`, BENCH_LEDGER_CLOCK: figures };
    const ended = await admin.start(['retry', ...admin.orgFlags], env).ended;
    if (ended.code !== 0) throw new Error(`The retry ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    const calls = admin.org.journal.slice(before).filter(isWrite).length;
    return { calls, ...(JSON.parse(await readFile(figures, 'utf8')) as Omit<Figures, 'calls'>) };
  } finally {
    await admin.end();
  }
}

const orgs: [string, Partial<Latency>][] = [
  ['answers at once', {}],
  ['150 ms per request, 2 ms per record', { perRequest: 150, perRecord: 2 }],
];
console.log(
  `${pending} pending records, all pass. Whole: from the first call of the ledger to the end of the process.\n`,
);
const shown = ['read', 'openJob', 'commit', 'close'] as const;
console.log(`| org | write calls | whole, ms | ledger, ms | share | ${shown.join(' | ')} |`);
console.log(`|---|${'---:|'.repeat(4 + shown.length)}`);
for (const [name, latency] of orgs) {
  const { calls, spent, wholeMs } = await measure(latency);
  const ledgerMs = Object.values(spent).reduce((sum, ms) => sum + ms, 0);
  const share = ((100 * ledgerMs) / wholeMs).toFixed(1);
  const parts = shown.map((method) => (spent[method] ?? 0).toFixed(0));
  console.log(`| ${[name, calls, wholeMs.toFixed(0), ledgerMs.toFixed(0), `${share} %`, ...parts].join(' | ')} |`);
}
