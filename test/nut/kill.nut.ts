import { expect } from 'chai';
import type { ExportError } from '../../src/core/export-error.js';
import type { RunResult } from '../../src/core/run-result.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { Admin } from '../support/cli.js';
import { killAt, type Instant } from '../support/killing.js';

const rowCount = 48;
const pausedRow = 26;
const header = 'Ext_Id__c,Name,Phone';
const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

type Mode = 'log' | 'pause';

/**
 * 48 rows, 16 windows of 3. Log: refused rows, a row without key, and keys that come again with other fields, so that
 * an order that is not the source's shows. Pause: one refused row in the middle.
 */
function rowsOf(mode: Mode): string[][] {
  return Array.from({ length: rowCount }, (_, index) => {
    const row = index + 1;
    if (mode === 'pause') return [`A-${row}`, row === pausedRow ? 'BAD' : `N${row}`, ''];
    if (row === 20) return ['', 'Keyless', ''];
    if (row % 12 === 0) return ['A-1', row === 24 ? 'BAD again' : '', `${row}`];
    return [`A-${row}`, row % 7 === 3 ? `BAD ${row}` : `N${row}`, row % 7 === 3 ? `${row}` : ''];
  });
}

async function newAdmin(mode: Mode): Promise<Admin> {
  const admin = await Admin.create(new PracticeOrg({ latency: { perRequest: 12 } }));
  admin.org.rules.add(noBadNames);
  await admin.accounts(rowsOf(mode), header);
  const settings = { 'pause-on-export-errors': mode === 'pause', 'batch-size': 3, 'collections-per-request': 1 };
  const source = { type: 'csv', path: 'accounts.csv' };
  const job = { name: 'accounts', object: 'Account', externalId: 'Ext_Id__c', source, settings };
  await admin.write('crm-export.json', JSON.stringify({ jobs: [job] }));
  return admin;
}

const run = (admin: Admin) => admin.json<RunResult>('run', ...admin.orgFlags);

/** What must be the same whether or not somebody killed the runs: the org, the job, and the rows but for their times. */
async function outcomeOf(admin: Admin) {
  const { jobs, exportErrors } = await admin.ledger();
  expect(jobs).to.have.lengthOf(1);
  const { phase, checkpoint, pausedOn, skipRows } = jobs[0]!;
  return {
    org: admin.org
      .records('Account')
      .map(({ Ext_Id__c: key, Name, Phone }) => ({ key, Name, Phone }))
      .sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
    job: { phase, row: checkpoint.row, line: checkpoint.line, paused: pausedOn?.row ?? null, skipRows },
    errors: exportErrors.map(lasting).sort((a, b) => a.row - b.row),
    firstWrites: firstWrites(admin),
  };
}

function lasting({ canonicalKey, row, line, firstRow, status, payload, olderFields, errors }: ExportError) {
  return { canonicalKey, row, line, firstRow, status, payload, olderFields, errors };
}

/** Everything the org was given, without what was given again: nothing skipped, and in the order of the source. */
function firstWrites(admin: Admin): string[] {
  return [...new Set(admin.org.commits.map(({ fields }) => JSON.stringify(fields)))];
}

const isAllWritten = (admin: Admin): boolean =>
  admin.org.commits.some(({ fields }) => fields['Ext_Id__c'] === `A-${rowCount - 1}`);

const random = (ms: number): Instant => ({ at: 'random', ms: Math.random() * ms });

describe('killed processes', function () {
  this.timeout(300_000);
  const kills = new Map<Instant['at'], number>();
  let missed = 0;

  async function killAll(admin: Admin, instants: readonly Instant[]): Promise<void> {
    for (const instant of instants) {
      const { killed } = await killAt(admin, ['run', ...admin.orgFlags, '--json'], instant, isAllWritten);
      if (killed) kills.set(instant.at, (kills.get(instant.at) ?? 0) + 1);
      else missed += 1;
    }
  }

  const logRounds: readonly (readonly Instant[])[] = [
    [
      { at: 'before-send' },
      { at: 'in-flight', nth: 3 },
      { at: 'append', nth: 4 },
      { at: 'fold', nth: 1 },
      { at: 'last-fold' },
    ],
    [
      { at: 'after-commit', nth: 1 },
      { at: 'append', nth: 1 },
      random(300),
      { at: 'after-commit', nth: 4 },
      { at: 'fold', nth: 2 },
    ],
    [random(60), random(400), { at: 'fold', nth: 1 }, random(400)],
    [{ at: 'in-flight', nth: 1 }, { at: 'append', nth: 7 }, { at: 'append', nth: 2 }, random(250), { at: 'last-fold' }],
  ];

  async function logRound(instants: readonly Instant[], expected: unknown): Promise<void> {
    const admin = await newAdmin('log');
    try {
      await killAll(admin, instants);
      const { code, output } = await run(admin);
      // The last one may find nothing left to do.
      expect([0, 68], output.message).to.include(code);
      const outcome = await outcomeOf(admin);
      expect(outcome, JSON.stringify(instants)).to.deep.equal(expected);
      for (const { key, attempts } of await admin.exportErrors()) expect(attempts, key).to.equal(1);
    } finally {
      await admin.end();
    }
  }

  type PauseRound = {
    readonly running: readonly Instant[];
    readonly paused: readonly Instant[];
    readonly mended: readonly Instant[];
  };
  const pauseRounds: readonly PauseRound[] = [
    {
      running: [
        { at: 'in-flight', nth: 2 },
        { at: 'after-commit', nth: 3 },
        { at: 'append', nth: 3 },
        { at: 'fold', nth: 1 },
      ],
      paused: [
        { at: 'in-flight', nth: 1 },
        { at: 'append', nth: 1 },
      ],
      mended: [{ at: 'after-commit', nth: 1 }, { at: 'append', nth: 3 }, random(300)],
    },
    {
      running: [{ at: 'before-send' }, random(350), random(350), { at: 'append', nth: 2 }],
      paused: [
        { at: 'append', nth: 2 },
        { at: 'fold', nth: 2 },
      ],
      mended: [{ at: 'in-flight', nth: 1 }, { at: 'after-commit', nth: 3 }, { at: 'last-fold' }],
    },
    {
      running: [{ at: 'after-commit', nth: 1 }, { at: 'append', nth: 5 }, random(250)],
      paused: [],
      mended: [
        { at: 'append', nth: 1 },
        { at: 'fold', nth: 1 },
      ],
    },
  ];

  async function pauseRound(round: PauseRound, paused: unknown, done: unknown): Promise<void> {
    const admin = await newAdmin('pause');
    try {
      await killAll(admin, round.running);
      const first = await run(admin);
      expect(first.code, first.output.message).to.equal(69);
      expect(await outcomeOf(admin), `H1 ${JSON.stringify(round)}`).to.deep.equal(paused);
      if (round.paused.length > 0) {
        await killAll(admin, round.paused);
        expect((await run(admin)).code).to.equal(69);
        expect(await outcomeOf(admin), `H1 H3 ${JSON.stringify(round)}`).to.deep.equal(paused);
        const [row] = await admin.exportErrors();
        // Once for each run that came to know of it, at most; the two that nobody killed did.
        expect(row!.attempts).to.be.within(2, 2 + round.running.length + round.paused.length);
      }
      admin.org.rules.disable('No_Bad_Names');
      await killAll(admin, round.mended);
      expect((await run(admin)).code).to.equal(0);
      expect(await outcomeOf(admin), JSON.stringify(round)).to.deep.equal(done);
    } finally {
      await admin.end();
    }
  }

  async function uninterrupted(mode: Mode): Promise<unknown[]> {
    const admin = await newAdmin(mode);
    try {
      await run(admin);
      const first = await outcomeOf(admin);
      if (mode === 'log') return [first];
      admin.org.rules.disable('No_Bad_Names');
      await run(admin);
      return [first, await outcomeOf(admin)];
    } finally {
      await admin.end();
    }
  }

  it('C1 H1 H3 L1 SIGKILL at some 42 instants: org and ledger end as those of runs that nobody killed', async () => {
    const logging = async (): Promise<void> => {
      const [expected] = await uninterrupted('log');
      for (const round of logRounds) await logRound(round, expected);
    };
    const pausing = async (): Promise<void> => {
      const [paused, done] = await uninterrupted('pause');
      for (const round of pauseRounds) await pauseRound(round, paused, done);
    };
    const both = [logging(), pausing()];
    // The other ends its children before this fails.
    await Promise.allSettled(both);
    await Promise.all(both);
    const all = [...kills.values()].reduce((sum, one) => sum + one, 0);
    console.log(`      ${all} kills, ${JSON.stringify(Object.fromEntries(kills))}; ${missed} had ended before`);
    expect(all).to.be.at.least(40);
    expect([...kills.keys()]).to.include.members([
      'before-send',
      'in-flight',
      'after-commit',
      'append',
      'fold',
      'last-fold',
      'random',
    ]);
  });
});
