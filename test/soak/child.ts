/*
 * The process under test without the CLI's two seconds of start-up: does one command after another as
 * `src/cli/run.ts` and `src/cli/retry.ts` compose it, on the compiled plugin, until it is killed. `mischief.ts` is
 * preloaded. Plain enough for Node to strip its types.
 */
import { createRequire } from 'node:module';
import type { Ledger } from '../../src/core/ports/ledger.js';
import type { OrgRequest } from '../../src/core/ports/transport.js';
import type { RetryDeps } from '../../src/core/retry/retryable-job.js';
import type { MachineDeps } from '../../src/cli/run-deps.js';
import type * as LedgerModule from '../../src/ledger/index.js';
import type * as RunModule from '../../src/core/run/run-jobs.js';
import type * as RetryModule from '../../src/core/retry/retry-jobs.js';
import type * as PrepareModule from '../../src/cli/prepare-jobs.js';
import type * as DepsModule from '../../src/cli/run-deps.js';
import type * as ColumnsModule from '../../src/cli/retry-columns.js';
import type * as InterruptsModule from '../../src/cli/interrupts.js';
import type * as ClockModule from '../../src/cli/clock.js';
import type { Answer, Command } from './command.js';
import type { Mischief } from './mischief-plan.js';

const lib = (path: string): Promise<unknown> => import(new URL(`../../lib/${path}`, import.meta.url).href);
const { createLedger } = (await lib('ledger/index.js')) as typeof LedgerModule;
const { runJobs } = (await lib('core/run/run-jobs.js')) as typeof RunModule;
const { retryJobs } = (await lib('core/retry/retry-jobs.js')) as typeof RetryModule;
const { prepareJobs } = (await lib('cli/prepare-jobs.js')) as typeof PrepareModule;
const { keepAccounts, prepareContext, runDeps } = (await lib('cli/run-deps.js')) as typeof DepsModule;
const { sourceColumnsOf } = (await lib('cli/retry-columns.js')) as typeof ColumnsModule;
const { takeInterrupts } = (await lib('cli/interrupts.js')) as typeof InterruptsModule;
const { systemClock, systemRandom } = (await lib('cli/clock.js')) as typeof ClockModule;
type Jsforce = { Connection: new (options: object) => Parameters<typeof runDeps>[0]['connected']['connection'] };
// Its package as a whole takes half a second more.
const { Connection } = createRequire(import.meta.url)('@jsforce/jsforce-node/lib/connection') as Jsforce;
const { soakMischief } = globalThis as unknown as { soakMischief: Mischief };

async function perform(command: Command): Promise<Answer> {
  const violations: string[] = [];
  const interrupts = takeInterrupts(() => undefined);
  try {
    soakMischief.arm(command.mischief);
    const { jobs, error } = await (command.kind === 'run' ? run : retry)(command, interrupts.signal, violations);
    return { jobs, error: error === undefined ? undefined : facts(error), mischief: soakMischief.report(), violations };
  } catch (error) {
    return { jobs: [], error: facts(error), mischief: soakMischief.report(), violations };
  } finally {
    interrupts.release();
    soakMischief.arm(undefined);
  }
}

type Done = { readonly jobs: Answer['jobs']; readonly error?: unknown };

async function run(command: Command, signal: AbortSignal, violations: string[]): Promise<Done> {
  const { ledger, view, deps } = await composed(command, signal, violations);
  const { specs, mode, restart, fromRow } = command;
  const flags = { 'pause-on-export-errors': mode === 'pause' };
  const { jobs, problems } = await prepareJobs(specs, { ...prepareContext(deps, view), flags });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return keeping(deps, ledger, runJobs(jobs, { restart, fromRow, lockWaitMs: 0 }, ledger, deps));
}

async function retry(command: Command, signal: AbortSignal, violations: string[]): Promise<Done> {
  const { ledger, view, deps } = await composed(command, signal, violations);
  const context = { ...prepareContext(deps, view), flags: {} };
  const prepare: RetryDeps['prepare'] = async (spec, pending) => {
    const columnsWithoutSource = (): string[] => sourceColumnsOf(spec, pending);
    const { jobs, problems } = await prepareJobs([spec], { ...context, columnsWithoutSource });
    const [job] = jobs;
    if (job === undefined) return { problems: problems.map(({ message }) => message) };
    return { ...job, maxRetries: command.maxRetries };
  };
  const waiting = command.specs.map((spec) => ({ name: spec.name, given: spec, pending: 0 }));
  return keeping(deps, ledger, retryJobs(waiting, { lockWaitMs: 0 }, ledger, { ...deps, prepare }));
}

/** As the CLI does: calls that no job has committed go to the ledger at the end. */
async function keeping(deps: MachineDeps, ledger: Ledger, work: Promise<Done>): Promise<Done> {
  return work.finally(() => keepAccounts(deps, ledger, () => undefined));
}

async function composed({ store: path, org, foldAtBytes }: Command, signal: AbortSignal, violations: string[]) {
  const ledger = createLedger({ path, clock: systemClock, random: systemRandom, foldAtBytes });
  const view = await ledger.read();
  const deps = watched(
    runDeps({
      connected: {
        orgId: org.orgId,
        username: null,
        connection: connectionTo(org),
        askVersion: false,
        onVersion: async () => undefined,
      },
      reporter: { emit: () => undefined },
      signal,
      ledger,
      assertSwitchedOn: () => undefined,
      view,
    }),
    violations,
  );
  return { ledger, view, deps };
}

function connectionTo({
  url,
  accessToken,
  refreshToken,
}: Command['org']): Parameters<typeof runDeps>[0]['connected']['connection'] {
  const oauth2 = { loginUrl: url, clientId: 'soak' };
  const version = '66.0';
  const connection = new Connection({ instanceUrl: url, accessToken, refreshToken, oauth2, version });
  // What the CLI's own Connection adds to that of jsforce.
  return Object.assign(connection, { getApiVersion: () => version });
}

/** C4: once a commit failed, nothing more is sent. */
function watched(deps: MachineDeps, violations: string[]): MachineDeps {
  const { transport } = deps;
  const request = (one: OrgRequest): Promise<unknown> => {
    if (one.method !== 'GET' && soakMischief.report().commitFailed)
      violations.push('C4 a request was made although a commit had failed');
    return transport.request(one);
  };
  // Not spread: what it has by its class would be lost.
  return { ...deps, transport: Object.assign(Object.create(transport) as typeof transport, { request }) };
}

function facts(error: unknown): NonNullable<Answer['error']> {
  if (!(error instanceof Error)) return { name: 'unknown', code: '', message: String(error) };
  const { code, kind } = error as { code?: unknown; kind?: unknown };
  const expected = ['OrgFault', 'LedgerFault', 'RunStop', 'RowsMissing', 'RightsGone', 'SourceFault'];
  const message = expected.includes(error.constructor.name) ? error.message : (error.stack ?? error.message);
  return {
    name: error.constructor.name,
    code: typeof code === 'string' ? code : typeof kind === 'string' ? kind : '',
    message,
  };
}

process.on('message', (command: Command) => {
  void perform(command).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
