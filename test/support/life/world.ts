import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Agent, request, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import type { ObjectDescribe } from '../../../src/core/describe.js';
import { compileMapping } from '../../../src/core/mapping/compile-mapping.js';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import { OrgFault } from '../../../src/core/ports/sink.js';
import type { OrgTransport } from '../../../src/core/ports/transport.js';
import type { RecordSource } from '../../../src/core/ports/source.js';
import type { RetryFilter } from '../../../src/core/retry/retry-filter.js';
import { retryJobs, type RetryJobsOutcome } from '../../../src/core/retry/retry-jobs.js';
import type { PreparedJob } from '../../../src/core/run/prepared-job.js';
import type { RunDeps } from '../../../src/core/run/run-job.js';
import { runJobs } from '../../../src/core/run/run-jobs.js';
import { createLedger, createMemoryLedger } from '../../../src/ledger/index.js';
import { createOrgFacts } from '../../../src/org/org-facts.js';
import type { PracticeOrg } from '../../../src/practice-org/index.js';
import { createCompositeSink } from '../../../src/sinks/composite-sink.js';
import { ApiBudget } from '../../../src/core/budget/api-budget.js';
import { createCsvSource } from '../../../src/sources/csv-source.js';
import { systemClock, systemRandom } from '../../../src/cli/clock.js';
import { FakeClock } from '../fake-sink.js';
import { JobWorld, type Ended, type JobWorldOptions } from './job-world.js';
import { fieldNames, type RunOptions } from './model.js';
import { MortalLedger } from './mortal-ledger.js';
import type { Mishap } from './steps.js';

/** The wire without a login and without jsforce (and without `fetch`, which is slow); sorted as `org/org-fault` does. */
export function plainTransport(org: PracticeOrg): OrgTransport & { end: () => void } {
  const apiVersion = '66.0';
  const agent = new Agent({ keepAlive: true });
  let calls = 0;
  return {
    apiVersion,
    calls: () => calls,
    orgUsage: () => undefined,
    end: () => agent.destroy(),
    request: async ({ method, path, body, headers }) => {
      calls += 1;
      const url = `${org.url}/services/data/v${apiVersion}${path}`;
      const login = { authorization: `Bearer ${org.accessToken}`, 'content-type': 'application/json' };
      const { status, text } = await exchange(url, { method, agent, headers: { ...login, ...headers } }, body);
      const content: unknown = JSON.parse(text);
      if (status < 400) return content;
      const [first] = content as [{ errorCode: string; message: string }];
      const kind = status >= 500 ? 'outcome-unknown' : status === 401 ? 'login' : 'refused';
      throw new OrgFault(kind, first.message, { statusCode: first.errorCode, httpStatus: status });
    },
  };
}

function exchange(url: string, options: RequestOptions, body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const cut = (cause: Error): void =>
      reject(new OrgFault('outcome-unknown', 'The connection was cut.', {}, { cause }));
    const sent = request(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text })).on('error', cut);
    });
    sent.on('error', cut).end(body);
  });
}

/** What all sequences share: the org, and its describe. */
export type Stage = {
  readonly org: PracticeOrg;
  readonly transport: ReturnType<typeof plainTransport>;
  readonly describe: ObjectDescribe;
  readonly folder: string;
};

export async function stageOf(org: PracticeOrg, folder: string): Promise<Stage> {
  const transport = plainTransport(org);
  const describe = await createOrgFacts(transport).describe('Account');
  if (describe === undefined) throw new Error('The practice org has no accounts.');
  return { org, transport, describe, folder };
}

export type WorldOptions = JobWorldOptions & { readonly onDisk: boolean };

/** The real core, CSV source, Composite sink and ledger, in this process, on a file and keys of one sequence's own. */
export class World extends JobWorld {
  protected ledger: Ledger;
  private store: string;
  private deaths = 0;

  public constructor(
    private readonly stage: Stage,
    private readonly how: WorldOptions,
  ) {
    // Nobody waits for the org's sake; the files' dates are real.
    const clock = how.onDisk ? { ...systemClock, sleep: async () => undefined } : new FakeClock();
    super(stage.org, stage.folder, how, clock);
    this.store = join(stage.folder, how.name, 'store.json');
    this.ledger = this.newLedger();
  }

  public async run({ mode, restart = false, fromRow }: RunOptions, mishap: Mishap): Promise<Ended> {
    return this.mortally(mishap, async (ledger) => {
      const options = { restart, fromRow, lockWaitMs: 0 };
      const { jobs, error } = await runJobs([this.job(mode === 'pause')], options, ledger, await this.deps());
      return { result: jobs[0], error };
    });
  }

  public async retry(maxRetries: number, mishap: Mishap): Promise<Ended> {
    return this.mortally(mishap, async (ledger) => ({ error: (await this.retried(maxRetries, {}, ledger)).error }));
  }

  public async retried(maxRetries = 0, filter: RetryFilter = {}, ledger = this.ledger): Promise<RetryJobsOutcome> {
    const waiting = { name: this.spec.name, given: this.spec, pending: 0 };
    const prepare = async () => ({ ...this.job(true), maxRetries });
    return retryJobs([waiting], { ...filter, lockWaitMs: 0 }, ledger, { ...(await this.deps()), prepare });
  }

  private async mortally(
    { death, lostAnswer }: Mishap,
    work: (ledger: Ledger) => Promise<Pick<Ended, 'result' | 'error'>>,
  ): Promise<Ended> {
    if (lostAnswer === true)
      this.practiceOrg.faults.next({ kind: 'serverError', afterCommit: true, match: { method: 'POST' } });
    let silentFrom: number | undefined;
    const mortal = new MortalLedger(this.ledger, death, async () => {
      silentFrom = this.requests;
      if (death?.how !== 'fault') await this.keepCorpse();
    });
    const done = await work(mortal);
    if (mortal.died) {
      await mortal.bury();
      if (this.how.onDisk) this.ledger = this.newLedger();
    }
    this.practiceOrg.faults.clear();
    return { ...done, finished: silentFrom === undefined, silentFrom };
  }

  private newLedger(): Ledger {
    const { clock, store: path } = this;
    if (!this.how.onDisk) return createMemoryLedger({ clock, random: systemRandom });
    return createLedger({ path, clock: systemClock, random: systemRandom });
  }

  /** On disk: the files as they are at this instant, but for lease and lock, whose process is gone. */
  private async keepCorpse(): Promise<void> {
    if (!this.how.onDisk) return;
    const before = join(this.store, '..');
    const after = `${before}-${(this.deaths += 1)}`;
    await mkdir(after, { recursive: true });
    await cp(before, after, { recursive: true });
    for (const name of await readdir(after))
      if (/lease|lock/.test(name)) await rm(join(after, name), { recursive: true });
    this.store = join(after, 'store.json');
  }

  protected source(): RecordSource {
    return createCsvSource(this.spec.source);
  }

  private job(pauseOnErrors: boolean): PreparedJob {
    const { transport, describe } = this.stage;
    const { spec } = this;
    const { batchSize, collections } = this.how;
    const target = { object: 'Account', externalId: 'Ext_Id__c' };
    return {
      spec,
      source: this.source(),
      sink: createCompositeSink(transport, target, () => this.clock.monotonicMs()),
      describe,
      compile: (columns) => {
        const compiled = compileMapping({ spec, columns, describe, relatedDescribe: () => undefined });
        if ('problems' in compiled) throw new Error(compiled.problems.map(({ message }) => message).join('\n'));
        return compiled;
      },
      settings: { pauseOnErrors, batchSize, collections, maxExportErrors: 10_000 },
      apiCalls: 0,
      warnings: [],
      relatedDescribe: () => undefined,
      fields: [...fieldNames],
    };
  }

  private async deps(): Promise<RunDeps> {
    const { org, transport } = this.stage;
    const { orgId } = org;
    const view = await this.ledger.read();
    const budget = new ApiBudget({ orgId, clock: this.clock, ledger: this.ledger, transport }, view);
    return {
      org: { orgId, facts: createOrgFacts(transport), apiCalls: transport.calls, budget },
      clock: this.clock,
      random: systemRandom,
      reporter: { emit: () => undefined },
      signal: new AbortController().signal,
      assertSwitchedOn: async () => undefined,
      digest: (text) => createHash('sha256').update(text).digest('hex'),
    };
  }
}
