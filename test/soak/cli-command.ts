import { writeFileSync } from 'node:fs';
import type { Admin, JsonOutput } from '../support/cli.js';
import type { RunResult } from '../../src/core/run-result.js';
import type { Answer, Command } from './command.js';
import { preload, type CommandEnd } from './hand.js';
import { mischiefVariable } from './mischief-plan.js';
import type { Begun } from './performance.js';

const nothing = { diskFaults: 0, commitFailed: false, jumps: 0 };

/** The same command by the real `bin/run.js`, under the same mischief. */
export function startCli(admin: Admin, command: Command): Begun {
  const jobs = command.specs.map(({ name, object, externalId, source, settings }) => ({
    name,
    object,
    externalId,
    source,
    settings,
  }));
  writeFileSync(admin.path('crm-export.json'), JSON.stringify({ jobs }));
  const names = command.specs.flatMap(({ name }) => ['--job', name]);
  const flags = command.kind === 'run' ? ['--on-error', command.mode] : ['--lock-wait', '0'];
  const { child, ended } = admin.start([command.kind, ...flags, ...names, ...admin.orgFlags, '--json'], {
    NODE_OPTIONS: ['--disable-warning=ExperimentalWarning', ...preload].join(' '),
    [mischiefVariable]: JSON.stringify(command.mischief),
  });
  return { ended: ended.then(endOf), kill: (signal) => child.kill(signal) };
}

function endOf({ code, signal, stdout, stderr }: Awaited<ReturnType<Admin['start']>['ended']>): CommandEnd {
  if (signal !== null) return { signal: signal as NodeJS.Signals, stderr };
  const output = JSON.parse(stdout) as JsonOutput<RunResult>;
  const violations = output.status === code ? [] : [`X1 exit code ${code}, but --json says ${output.status}`];
  const error =
    output.name === undefined ? {} : { error: { name: output.name, code: '', message: output.message ?? '' } };
  const done = (output.result ?? output.data ?? { jobs: [] }) as Partial<RunResult>;
  const answer: Answer = { jobs: done.jobs ?? [], ...error, mischief: nothing, violations };
  return { answer, signal, stderr };
}
