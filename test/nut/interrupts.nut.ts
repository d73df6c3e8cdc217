import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RetryResult } from '../../src/core/retry/retry-result.js';
import type { RunResult } from '../../src/core/run-result.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { Admin, bin, type CliResult, type JsonOutput } from '../support/cli.js';
import { isWrite } from '../support/killing.js';
import { startAtTerminal } from '../support/terminal.js';

/** Six windows of five collections. */
const rows = Array.from({ length: 30 }, (_, index) => [`A-${index + 1}`, index === 1 ? 'BAD' : `N${index + 1}`]);
const noBadNames = {
  name: 'No_Bad_Names',
  object: 'Account',
  message: 'The name is bad',
  field: 'Name',
  predicate: (record: { Name?: unknown }) => String(record.Name).startsWith('BAD'),
};

describe('interrupts: signals, closed terminals, parents that die, outputs that nobody reads', function () {
  this.timeout(240_000);
  const admins: Admin[] = [];
  afterEach(async () => {
    await Promise.all(admins.map((admin) => admin.end()));
    admins.length = 0;
  });

  async function newAdmin(): Promise<Admin> {
    const admin = await Admin.create(new PracticeOrg({ latency: { perRequest: 20 } }));
    admins.push(admin);
    admin.org.rules.add(noBadNames);
    await admin.accounts(rows);
    return admin;
  }

  /** A run in six windows; the org takes its time for the third, while something happens. */
  const slowRun = (admin: Admin, ...more: string[]): string[] => {
    admin.org.faults.next({ kind: 'slow', ms: 1_500, match: third() });
    return ['run', ...admin.adHoc(admin.path('accounts.csv')), '--batch-size', '1', '--on-error', 'log', ...more];
  };

  function third(): typeof isWrite {
    let seen = 0;
    return (request) => isWrite(request) && (seen += 1) === 3;
  }

  async function untilHeld(admin: Admin, ended: Promise<CliResult>): Promise<void> {
    let early: CliResult | undefined;
    void ended.then((result) => (early = result));
    while (!admin.org.journal.some(({ faults }) => faults.length > 0)) {
      if (early !== undefined) throw new Error(`It ended early: ${JSON.stringify(early)}`);
      await sleep(5);
    }
  }

  /** Starts a command, and does something while the org has a request of it in hand. */
  async function meanwhile(admin: Admin, args: readonly string[], act: (child: ChildProcess) => unknown) {
    const { child, ended } = admin.start(args);
    await untilHeld(admin, ended);
    act(child);
    return ended;
  }

  /** The window in hand was settled, and no other was begun. */
  async function expectInterrupted(admin: Admin): Promise<void> {
    const written = admin.written();
    const { jobs, exportErrors, runs } = await admin.ledger();
    expect(written.length, 'something is left to do').to.be.lessThan(29);
    expect(jobs[0]).to.include({ phase: 'open' });
    expect(jobs[0]?.checkpoint.row, 'what the org has, the ledger knows').to.equal(written.length + 1);
    expect(exportErrors).to.have.lengthOf(1);
    expect(runs.at(-1)).to.deep.include({ status: 'stopped' });
    expect(runs.at(-1)?.stoppedBy?.code).to.equal('interrupted');
  }

  async function expectAllDone(admin: Admin): Promise<void> {
    const { jobs, exportErrors } = await admin.ledger();
    expect(jobs[0]).to.include({ phase: 'completed' });
    expect(exportErrors).to.have.lengthOf(1);
    expect(admin.written()).to.deep.equal(rows.map(([key]) => key).filter((key) => key !== 'A-2'));
  }

  async function expectNextGoesOn(admin: Admin): Promise<void> {
    const { code, output } = await admin.run(admin.path('accounts.csv'), '--on-error', 'log');
    expect([0, 68], output.message).to.include(code);
    await expectAllDone(admin);
  }

  it('C1 X1 SIGTERM and SIGHUP: 130 after the window in hand, the result is printed, and the next run goes on', async () => {
    const ends = async (name: NodeJS.Signals): Promise<void> => {
      const admin = await newAdmin();
      const { code, stdout } = await meanwhile(admin, slowRun(admin, '--json'), (child) => child.kill(name));
      expect(code, name).to.equal(130);
      const { status, result } = JSON.parse(stdout) as JsonOutput<RunResult>;
      expect(status).to.equal(130);
      expect(result.jobs[0]?.stoppedBy?.code).to.equal('interrupted');
      await expectInterrupted(admin);
      await expectNextGoesOn(admin);
    };
    await Promise.all([ends('SIGTERM'), ends('SIGHUP')]);
  });

  it('C1 a signal that comes twice at once (npm, a shell) is one; SIGHUP never is the impatient second one', async () => {
    const ends = async (name: NodeJS.Signals, pauseMs: number): Promise<void> => {
      const admin = await newAdmin();
      const twice = async (child: ChildProcess): Promise<void> => {
        child.kill(name);
        await sleep(pauseMs);
        child.kill(name);
      };
      const { code } = await meanwhile(admin, slowRun(admin), twice);
      expect(code).to.equal(130);
      await expectInterrupted(admin);
    };
    await Promise.all([ends('SIGINT', 1), ends('SIGHUP', 700)]);
  });

  it('C1 a signal during the checks: 130, nothing was sent; during a retry: 130, and the row stays pending', async () => {
    const inChecks = async (): Promise<void> => {
      const admin = await newAdmin();
      admin.org.faults.next({ kind: 'slow', ms: 1_000, match: ({ path }) => path.endsWith('/describe') });
      const args = ['run', ...admin.adHoc(admin.path('accounts.csv')), '--json'];
      expect((await meanwhile(admin, args, (child) => child.kill('SIGTERM'))).code).to.equal(130);
      expect(admin.org.commits).to.have.lengthOf(0);
    };
    const inRetry = async (): Promise<void> => {
      const admin = await newAdmin();
      expect((await admin.run(admin.path('accounts.csv'), '--on-error', 'log')).code).to.equal(68);
      // The org is too busy for the retry, which waits; what struck the run is forgotten.
      admin.org.clearJournal();
      admin.org.faults.next({ kind: 'tooManyRequests', match: isWrite, times: Infinity });
      const { code, stdout } = await meanwhile(admin, ['retry', ...admin.orgFlags, '--json'], (child) =>
        child.kill('SIGINT'),
      );
      const { result } = JSON.parse(stdout) as JsonOutput<RetryResult>;
      expect([code, result.stillFailing > 0 || result.attempted === 0], stdout).to.deep.equal([130, true]);
      expect((await admin.exportErrors()).map(({ status }) => status)).to.deep.equal(['pending']);
    };
    await Promise.all([inChecks(), inRetry()]);
  });

  it('X1 stdout closed (`| head`): the run goes on to its end and keeps its exit code, as text and as JSON', async () => {
    const ends = async (...more: string[]): Promise<void> => {
      const admin = await newAdmin();
      const { code, stderr } = await meanwhile(admin, slowRun(admin, ...more), (child) => child.stdout!.destroy());
      expect(code).to.equal(68);
      expect(stderr).to.not.match(/EPIPE|at .*:\d+:\d+|await/);
      await expectAllDone(admin);
      const { child, ended } = admin.start(['status', ...admin.orgFlags, ...more]);
      child.stdout.destroy();
      const status = await ended;
      expect(status.code, 'a command that only shows').to.equal(0);
      expect(status.stderr).to.equal('');
    };
    await Promise.all([ends(), ends('--json')]);
  });

  it('X1 stderr closed too: warnings and progress do not end a run, nor does a signal then lose its 130', async () => {
    const close = (child: ChildProcess): void => {
      child.stdout!.destroy();
      child.stderr!.destroy();
    };
    const goesOn = async (): Promise<void> => {
      const admin = await newAdmin();
      // Each wait is told on stderr.
      admin.org.faults.next({ kind: 'tooManyRequests', match: third() });
      expect((await meanwhile(admin, slowRun(admin), close)).code).to.equal(68);
      await expectAllDone(admin);
    };
    const interrupted = async (): Promise<void> => {
      const admin = await newAdmin();
      const { code } = await meanwhile(admin, slowRun(admin), (child) => {
        close(child);
        child.kill('SIGHUP');
      });
      expect(code).to.equal(130);
      await expectInterrupted(admin);
    };
    await Promise.all([goesOn(), interrupted()]);
  });

  it('C1 the parent dies, its pipes with it: the run goes on to its end, and leaves no process behind', async () => {
    const admin = await newAdmin();
    const args = [bin, 'crm-export', ...slowRun(admin)];
    const script = `const { pid } = require('child_process').spawn(process.execPath, process.argv.slice(1)); console.log(pid)`;
    const parent = admin.launch(process.execPath, ['-e', script, ...args]);
    await untilHeld(admin, parent.ended);
    parent.child.kill('SIGKILL');
    const pid = Number((await parent.ended).stdout);
    while (isAlive(pid)) await sleep(20);
    await expectAllDone(admin);
    expect((await admin.ledger()).runs.at(-1)).to.include({ status: 'completedWithErrors' });
  });

  if (process.platform === 'linux') {
    it('C1 X1 at a real terminal: Ctrl-C, and the window closed in the middle of a run: 130, all settled', async () => {
      const ends = async (act: (terminal: Awaited<ReturnType<typeof startAtTerminal>>) => unknown): Promise<void> => {
        const admin = await newAdmin();
        const terminal = await startAtTerminal(admin, slowRun(admin));
        await untilHeld(admin, terminal.ended);
        act(terminal);
        expect(await terminal.exitCode()).to.equal(130);
        await expectInterrupted(admin);
        await expectNextGoesOn(admin);
      };
      await Promise.all([ends((terminal) => terminal.type('\x03')), ends((terminal) => terminal.close())]);
    });
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
