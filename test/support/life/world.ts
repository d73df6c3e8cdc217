import { cp, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { Agent, request, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { whyUnchanged, withAction } from '../../../src/core/error-admin.js';
import { isOpen, type ExportError } from '../../../src/core/export-error.js';
import type { ObjectDescribe } from '../../../src/core/describe.js';
import type { JobRecord, JobSpec } from '../../../src/core/job.js';
import { standsAt } from '../../../src/core/job-status.js';
import { compileMapping } from '../../../src/core/mapping/compile-mapping.js';
import type { Clock } from '../../../src/core/ports/clock.js';
import type { Ledger } from '../../../src/core/ports/ledger.js';
import { OrgFault } from '../../../src/core/ports/sink.js';
import type { OrgTransport } from '../../../src/core/ports/transport.js';
import { retryJobs } from '../../../src/core/retry/retry-jobs.js';
import type { PreparedJob } from '../../../src/core/run/prepared-job.js';
import type { RunDeps, RunOptions } from '../../../src/core/run/run-job.js';
import { runJobs } from '../../../src/core/run/run-jobs.js';
import { skipPaused } from '../../../src/core/skip.js';
import { createLedger, createMemoryLedger } from '../../../src/ledger/index.js';
import { createOrgFacts } from '../../../src/org/org-facts.js';
import type { PracticeOrg } from '../../../src/practice-org/index.js';
import { createCompositeSink } from '../../../src/sinks/composite-sink.js';
import { ApiBudget } from '../../../src/core/budget/api-budget.js';
import { createCsvSource } from '../../../src/sources/csv-source.js';
import { systemClock, systemRandom } from '../../../src/cli/clock.js';
import { FakeClock } from '../fake-sink.js';
import { fieldNames, isPositional, lineOf, type Fields, type SourceRow } from './model.js';
import { MortalLedger } from './mortal-ledger.js';
import type { Death } from './steps.js';

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

export type WorldOptions = {
  readonly name: string;
  readonly batchSize: number;
  readonly collections: number;
  readonly onDisk: boolean;
};

/** One row as ledger and model must agree on it. */
export type SeenError = {
  readonly row: number;
  readonly attempts: number;
  readonly retries: number;
  readonly status: string;
  readonly payload: Fields | null;
};
export type SeenWrite = { readonly key: string; readonly fields: Fields };
export type Seen = {
  readonly phase: string;
  readonly row: number;
  readonly paused: { readonly row: number; readonly key: string } | null;
  readonly errors: ReadonlyMap<string, SeenError>;
};

/** The real thing: core, CSV source, Composite sink and ledger, on a file and an org of one sequence's own. */
export class World {
  public ledger: Ledger;
  private readonly file: string;
  private store: string;
  private readonly spec: JobSpec;
  private readonly clock: Clock;
  private deaths = 0;
  private versions = 0;

  public constructor(
    private readonly stage: Stage,
    private readonly options: WorldOptions,
  ) {
    this.file = join(stage.folder, `${options.name}.csv`);
    this.store = join(stage.folder, options.name, 'store.json');
    // Nobody waits for the org's sake; the files' dates are real.
    this.clock = options.onDisk ? { ...systemClock, sleep: async () => undefined } : new FakeClock();
    this.ledger = this.newLedger();
    this.spec = {
      name: 'accounts',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: this.file },
      settings: {},
      formerly: [],
    };
  }

  private get id() {
    return { orgId: this.stage.org.orgId, name: this.spec.name };
  }

  /** Puts a new file in the place of the old one, as editors do; no two have the same time. */
  public async write(source: readonly SourceRow[]): Promise<void> {
    const lines = source.map((row) => (row.key === '' ? '' : this.options.name) + lineOf(row));
    const draft = `${this.file}.${(this.versions += 1)}`;
    await writeFile(draft, `${['Ext_Id__c', ...fieldNames].join(',')}\n${lines.map((line) => `${line}\n`).join('')}`);
    await utimes(draft, this.versions, this.versions);
    await rename(draft, this.file);
  }

  public async hide(): Promise<void> {
    await rename(this.file, `${this.file}.hidden`);
  }

  public async show(): Promise<void> {
    await rename(`${this.file}.hidden`, this.file);
  }

  public async run(
    options: { mode: 'pause' | 'log'; restart?: boolean; fromRow?: number },
    death: Death | undefined,
    onDeath: () => void,
  ) {
    const { mode, restart = false, fromRow } = options;
    const mortal = this.mortal(death, onDeath);
    const how: RunOptions = { restart, fromRow };
    const outcome = await runJobs([this.job(mode === 'pause')], { ...how, lockWaitMs: 0 }, mortal, await this.deps());
    await this.afterDeath(mortal);
    return { ...outcome, interrupted: mortal.died };
  }

  public async retry(maxRetries: number, death: Death | undefined, onDeath: () => void) {
    const mortal = this.mortal(death, onDeath);
    const waiting = { name: this.spec.name, given: this.spec, pending: 0 };
    const prepare = async () => ({ ...this.job(true), maxRetries });
    const outcome = await retryJobs([waiting], { lockWaitMs: 0 }, mortal, { ...(await this.deps()), prepare });
    await this.afterDeath(mortal);
    return { ...outcome, interrupted: mortal.died };
  }

  public async skip(discard: boolean): Promise<void> {
    const held = await this.ledger.openJob(this.id);
    const decision = { reason: 'test', discard, user: 'ann', now: this.clock.now() };
    const job = held.job();
    const skip = job && skipPaused(job, (id) => held.exportError(id), decision);
    if (skip !== undefined) await held.commit(skip.change);
    await held.close();
  }

  /** Returns whether the row was changed. */
  public async admin(key: string, action: 'discard' | 'quarantine' | 'requeue'): Promise<boolean> {
    const held = await this.ledger.openJob(this.id);
    const row = held.openError(this.canonicalOf(key));
    const changes = row !== undefined && whyUnchanged(row, action, held.job()) === null;
    const decision = { reason: 'test', user: 'ann', now: this.clock.now() };
    if (changes) await held.commit({ errors: [withAction(row, action, decision)] });
    await held.close();
    return changes;
  }

  public async see(): Promise<Seen> {
    const { jobs, exportErrors } = await this.ledger.read();
    const open = exportErrors.filter(isOpen);
    const errors = new Map(open.map((row) => [this.keyOf(row.canonicalKey), seenError(row)]));
    expect(errors.size, 'E1 one open row per key').to.equal(open.length);
    for (const row of exportErrors) expectOwnErrors(row);
    const [job] = jobs;
    if (job === undefined) return { phase: 'none', row: 0, paused: null, errors };
    expectPausedRow(job, exportErrors);
    const { phase, pausedOn } = job;
    const paused =
      phase === 'paused' && pausedOn !== null ? { row: pausedOn.row, key: this.keyOf(pausedOn.key) } : null;
    return { phase, row: standsAt(job).row, paused, errors };
  }

  public async history(): Promise<readonly ExportError[]> {
    return (await this.ledger.read()).exportErrors;
  }

  /** The fields of a key as the org has them. */
  public org(key: string): Fields | undefined {
    const found = this.stage.org.find('Account', 'Ext_Id__c', this.canonicalOf(key));
    if (found === undefined) return undefined;
    const texts = fieldNames.map((name) => [name, found[name] === null ? null : String(found[name])]);
    return Object.fromEntries(texts.filter(([, value]) => value !== null));
  }

  /** What the org committed from a place of its journal on; a request whose answer got lost is made again. */
  public writesFrom(entry: number): SeenWrite[] {
    const answered = this.stage.org.journal.slice(entry).filter(({ faults }) => faults.length === 0);
    return answered.flatMap(({ commits }) =>
      commits.map(({ fields: { Ext_Id__c: key, ...fields } }) => ({
        key: this.keyOf(String(key).toLowerCase()),
        fields: inTexts(fields),
      })),
    );
  }

  /** Keys of the records of each request from a place of its journal on. */
  public requestsFrom(entry: number): string[][] {
    return this.stage.org.journal.slice(entry).map(({ body }) => {
      const { compositeRequest } = body as { compositeRequest: { body: { records: { Ext_Id__c: string }[] } }[] };
      const records = compositeRequest.flatMap((part) => part.body.records);
      return records.map(({ Ext_Id__c: key }) => this.keyOf(key.toLowerCase()));
    });
  }

  public get requests(): number {
    return this.stage.org.journal.length;
  }

  private canonicalOf(key: string): string {
    return isPositional(key) ? key : `${this.options.name}${key}`;
  }

  private keyOf(canonical: string): string {
    return isPositional(canonical) ? canonical : canonical.slice(this.options.name.length);
  }

  private newLedger(): Ledger {
    const { clock, store: path } = this;
    if (!this.options.onDisk) return createMemoryLedger({ clock, random: systemRandom });
    return createLedger({ path, clock: systemClock, random: systemRandom });
  }

  private mortal(death: Death | undefined, onDeath: () => void): MortalLedger {
    return new MortalLedger(this.ledger, death, async () => {
      onDeath();
      if (death?.how !== 'fault') await this.keepCorpse();
    });
  }

  /** On disk: the files as they are at this instant, but for lease and lock, whose process is gone. */
  private async keepCorpse(): Promise<void> {
    if (!this.options.onDisk) return;
    const before = join(this.store, '..');
    const after = `${before}-${(this.deaths += 1)}`;
    await mkdir(after, { recursive: true });
    await cp(before, after, { recursive: true });
    for (const name of await readdir(after))
      if (/lease|lock/.test(name)) await rm(join(after, name), { recursive: true });
    this.store = join(after, 'store.json');
  }

  private async afterDeath(mortal: MortalLedger): Promise<void> {
    if (!mortal.died) return;
    await mortal.bury();
    if (this.options.onDisk) this.ledger = this.newLedger();
  }

  private job(pauseOnErrors: boolean): PreparedJob {
    const { transport, describe } = this.stage;
    const { batchSize, collections } = this.options;
    const target = { object: 'Account', externalId: 'Ext_Id__c' };
    return {
      spec: this.spec,
      source: createCsvSource(this.spec.source),
      sink: createCompositeSink(transport, target, () => this.clock.monotonicMs()),
      describe,
      compile: (columns) => {
        const compiled = compileMapping({ spec: this.spec, columns, describe, relatedDescribe: () => undefined });
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
    const budget = new ApiBudget(
      { orgId, clock: this.clock, ledger: this.ledger, transport },
      await this.ledger.read(),
    );
    return {
      org: { orgId, facts: createOrgFacts(transport), apiCalls: transport.calls, budget },
      clock: this.clock,
      random: systemRandom,
      reporter: { emit: () => undefined },
      signal: new AbortController().signal,
      digest: (text) => createHash('sha256').update(text).digest('hex'),
    };
  }
}

function seenError({ row, attempts, retries, status, payload, canonicalKey }: ExportError): SeenError {
  const { Ext_Id__c: _key, ...fields } = payload ?? {};
  return { row, attempts, retries, status, payload: isPositional(canonicalKey) ? null : inTexts(fields) };
}

function inTexts(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value === null ? null : String(value as string | number)]),
  );
}

function expectOwnErrors({ errors }: ExportError): void {
  const codes = errors.map((error) => error.statusCode);
  expect(codes, 'E2 a row has errors of its own').to.have.length.greaterThan(0);
  expect(codes, 'E2').to.not.include.members(['ALL_OR_NONE_OPERATION_ROLLED_BACK']);
  expect(codes, 'E2').to.not.include.members(['PROCESSING_HALTED']);
}

function expectPausedRow({ phase, pausedOn, checkpoint }: JobRecord, rows: readonly ExportError[]): void {
  if (phase !== 'paused') return;
  expect(pausedOn?.row, 'H1 paused right behind the checkpoint').to.equal(checkpoint.row + 1);
  const row = rows.find(({ id }) => id === pausedOn?.exportErrorId);
  expect(row?.canonicalKey, 'H3 the row of the paused record').to.equal(pausedOn?.key);
}
