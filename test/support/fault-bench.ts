import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection as JsforceConnection } from '@jsforce/jsforce-node';
import type { Connection } from '@salesforce/core';
import { toSfError } from '../../src/cli/faults.js';
import { prepareJobs, type PrepareContext } from '../../src/cli/prepare-jobs.js';
import { ApiBudget } from '../../src/core/budget/api-budget.js';
import { exitCodeOf } from '../../src/core/exit-codes.js';
import type { Ledger } from '../../src/core/ports/ledger.js';
import { patientFacts } from '../../src/core/run/patient-facts.js';
import type { RunDeps } from '../../src/core/run/run-job.js';
import { runJobs } from '../../src/core/run/run-jobs.js';
import type { JobResult } from '../../src/core/run-result.js';
import { createMemoryLedger } from '../../src/ledger/index.js';
import { createOrgFacts } from '../../src/org/org-facts.js';
import type { WireLimits } from '../../src/org/http-wire.js';
import { createOrgTransport } from '../../src/org/org-transport.js';
import { PracticeOrg } from '../../src/practice-org/index.js';
import { systemRandom } from '../../src/cli/clock.js';
import { FakeClock } from './fake-sink.js';

const limits: WireLimits = { connectMs: 1000, readMs: 300, writeMs: 300, loginMs: 1000 };

export type Mode = 'pause' | 'log';
export type Outcome = {
  readonly result: JobResult;
  readonly exit: number;
  /** Name and actions, where the command would end with an error. */
  readonly error: { readonly name: string; readonly message: string; readonly actions: readonly string[] } | undefined;
  /** Bodies of the writes of this run, in order. */
  readonly sent: readonly unknown[];
  /** How often the org was asked to write, by the status it answered with; undefined: no answer. */
  readonly statuses: readonly (number | undefined)[];
};

/** A clock that sleeps in no time, and lets the world change meanwhile. */
class PatientClock extends FakeClock {
  public meanwhile: ((sleeps: number) => Promise<void> | void) | undefined;

  public override async sleep(ms: number): Promise<void> {
    await super.sleep(ms);
    await this.meanwhile?.(this.slept.length);
  }
}

/**
 * One job of accounts, run by the real core, mapping, Composite sink and wire over HTTP against a practice org; only
 * time and the ledger are not real.
 */
export class FaultBench {
  public readonly clock = new PatientClock();
  public ledger!: Ledger;
  private readonly path: string;

  private constructor(
    public readonly org: PracticeOrg,
    folder: string,
  ) {
    this.path = join(folder, 'accounts.csv');
    this.newLedger();
  }

  public static async create(folder: string): Promise<FaultBench> {
    const org = new PracticeOrg({});
    await org.start();
    return new FaultBench(org, folder);
  }

  public newLedger(): void {
    this.ledger = createMemoryLedger({ clock: this.clock, random: systemRandom });
  }

  public async write(rows: readonly (readonly string[])[], header = 'Ext_Id__c,Name'): Promise<void> {
    await writeFile(this.path, [header, ...rows.map((row) => row.join(','))].join('\n') + '\n');
  }

  public async run(mode: Mode, { url = this.org.url, batchSize = 200, refresh = true } = {}): Promise<Outcome> {
    const { clock, org } = this;
    const from = org.journal.length;
    const transport = createOrgTransport(this.connection(url, refresh), { limits });
    const reporter = { emit: (): void => undefined };
    const signal = new AbortController().signal;
    const repeat = { job: 'checks', clock, random: systemRandom, reporter, signal };
    // Asked of the org itself: the faults of this bench are for writes.
    const facts = patientFacts(createOrgFacts(transport), repeat);
    const direct = createOrgFacts(createOrgTransport(this.connection(org.url, refresh), { limits }));
    const flags = { 'pause-on-export-errors': mode === 'pause', 'batch-size': batchSize };
    const context: PrepareContext = {
      ...{
        transport,
        facts: direct,
        describe: (object) => direct.describe(object),
        orgId: org.orgId,
        settings: [],
        flags,
        jobs: [],
        dryRun: false,
      },
      monotonicMs: () => clock.monotonicMs(),
    };
    const source = { type: 'csv', path: this.path } as const;
    const spec = { name: 'accounts', object: 'Account', operation: 'upsert', externalId: 'Ext_Id__c' } as const;
    const { jobs, problems } = await prepareJobs([{ ...spec, source, settings: {}, formerly: [] }], context);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    const view = await this.ledger.read();
    const budget = new ApiBudget({ orgId: org.orgId, clock, ledger: this.ledger, transport }, view);
    const deps: RunDeps = {
      org: { orgId: org.orgId, facts, apiCalls: transport.calls, budget },
      ...{ clock, random: systemRandom, reporter, signal },
      assertSwitchedOn: async () => undefined,
      digest: (text) => createHash('sha256').update(text).digest('hex'),
    };
    const options = { restart: false, fromRow: undefined, lockWaitMs: 0 };
    const outcome = await runJobs(jobs, options, this.ledger, deps);
    const error = outcome.error === undefined ? undefined : toSfError(outcome.error);
    const writes = org.journal.slice(from).filter(({ method }) => method === 'POST' || method === 'PATCH');
    const data = writes.filter(({ path }) => path.startsWith('/services/data/'));
    return {
      result: outcome.jobs[0]!,
      exit: error?.exitCode ?? exitCodeOf(outcome.jobs),
      error: error && { name: error.name, message: error.message, actions: error.actions ?? [] },
      sent: data.map(({ body }) => body),
      statuses: data.map(({ status }) => status),
    };
  }

  public async exportErrors() {
    return (await this.ledger.read()).exportErrors;
  }

  public get written(): unknown[] {
    return this.org.commits.map(({ externalId }) => externalId);
  }

  private connection(instanceUrl: string, refresh: boolean): Connection {
    const { accessToken, refreshToken, url } = this.org;
    const oauth2 = { loginUrl: url, clientId: 'any', clientSecret: 'any', redirectUri: 'http://localhost/' };
    const login = refresh ? { oauth2, refreshToken } : {};
    const connection = new JsforceConnection({ instanceUrl, accessToken, version: '66.0', ...login });
    return Object.assign(connection, { getApiVersion: () => '66.0' }) as unknown as Connection;
  }
}
