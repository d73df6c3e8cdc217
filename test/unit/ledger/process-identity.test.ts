import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import {
  inspectProcess,
  ownIdentity,
  parseLinuxStat,
  parsePs,
  verdictOf,
} from '../../../src/ledger/process-identity.js';
import type { ProcessIdentity, Verdict } from '../../../src/ledger/process-identity.js';

const self: ProcessIdentity = { pid: 1, started: '100', host: 'h', machine: 'm', boot: 'b', space: 's' };

describe('ledger: identity of a process', () => {
  const table: [string, Partial<ProcessIdentity>, { started: string | null } | undefined, Verdict][] = [
    ['the pid is gone', {}, undefined, 'dead'],
    ['same pid and start', {}, { started: '7' }, 'alive'],
    ['the pid was given to another process', {}, { started: '8' }, 'dead'],
    ['no start time is known now', {}, { started: null }, 'unknown'],
    ['no start time was known then', { started: null }, { started: '7' }, 'unknown'],
    ['another host', { host: 'x' }, undefined, 'unknown'],
    ['a machine with the same name', { machine: 'x' }, undefined, 'unknown'],
    ['the same machine before its last boot', { boot: 'x' }, { started: '7' }, 'dead'],
    ['another boot, machine not known', { boot: 'x', machine: null }, undefined, 'unknown'],
    ['another container of the same machine', { space: 'x' }, undefined, 'unknown'],
    ['nothing but pid and start known (macOS)', { boot: null, space: null, machine: null }, { started: '7' }, 'alive'],
  ];
  for (const [name, change, found, verdict] of table) {
    it(`C3 ${name}: ${verdict}`, async () => {
      const identity = { ...self, pid: 5, started: '7', ...change };
      expect(await verdictOf(identity, self, async () => found)).to.equal(verdict);
    });
  }

  it('C3 knows itself to be alive', async () => {
    const own = await ownIdentity();
    expect(own.pid).to.equal(process.pid);
    expect(await verdictOf(own, own)).to.equal(process.platform === 'win32' ? 'unknown' : 'alive');
    expect(await verdictOf({ ...own, started: 'earlier' }, own)).to.equal(
      process.platform === 'win32' ? 'unknown' : 'dead',
    );
  });

  it('C3 a process that ended is gone, and so is one that was killed and waits to be buried', async function () {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'close');
    expect(await inspectProcess(ended.pid!)).to.equal(undefined);
    if (process.platform === 'win32') return this.skip();
    // The shell becomes `sleep`, which never asks for the end of the child it inherited.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 20']);
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(process.kill(Number(pid), 0)).to.equal(true);
    expect(await inspectProcess(Number(pid))).to.equal(undefined);
    parent.kill('SIGKILL');
    await once(parent, 'close');
  });

  it('reads /proc/<pid>/stat whatever the program is called', () => {
    const tail = Array.from({ length: 30 }, (_, n) => n + 4).join(' ');
    expect(parseLinuxStat(`12 (a) Z (b c) S ${tail}`)).to.deep.equal({ started: '22' });
    expect(parseLinuxStat(`12 (node) Z ${tail}`)).to.equal(undefined);
  });

  it('reads ps', () => {
    expect(parsePs('Ss   Mon Nov 23 19:00:00 2026\n')).to.deep.equal({ started: 'Mon Nov 23 19:00:00 2026' });
    expect(parsePs('Z+   Mon Nov 23 19:00:00 2026\n')).to.equal(undefined);
    expect(parsePs('\n')).to.equal(undefined);
  });

  it('S1 does not store the id of the machine itself', async () => {
    const { machine } = await ownIdentity();
    if (machine !== null) expect(machine).to.match(/^[0-9a-f]{16}$/);
  });
});
