import type { ApiBudget } from '../budget/api-budget.js';
import { unaffordable } from '../budget/estimate.js';
import type { JobRecord } from '../job.js';
import type { OpenSource } from '../ports/source.js';
import type { EncodedRecord } from '../record.js';
import { noCounts } from '../run-record.js';
import type { DryRunRefusal, JobResult } from '../run-result.js';
import { callsToSettle } from './calls-to-settle.js';
import { jobResult } from './job-result.js';
import type { PreparedJob } from './prepared-job.js';
import { planStart } from './start-plan.js';
import { isPrepared, WindowBuilder } from './window.js';
import { WindowSize } from './window-size.js';

/** At most this many refusals are kept for the result; all are counted. */
export const keptRefusals = 100;

export type DryRunOptions = {
  readonly signal: AbortSignal;
  readonly elapsedMs: () => number;
  /** Where the job stands: a run would begin there. */
  readonly known: JobRecord | undefined;
  readonly budget: Pick<ApiBudget, 'facts'>;
  /** Results of the jobs that a run would do first: what they need is not there for this one. */
  readonly before: readonly JobResult[];
};

/**
 * Reads a job's source from row 1, makes every record and sends nothing; changes nothing anywhere (design.md 4.2).
 * What only the org can tell (validation rules, duplicates, triggers) it cannot tell. Counts the API calls that a run
 * from where the job stands would take if the org refused none of its records.
 */
export async function dryRunJob(job: PreparedJob, options: DryRunOptions): Promise<JobResult> {
  const { signal, elapsedMs, known } = options;
  const source = await job.source.open();
  const found: Found = { read: 0, failed: 0, refusals: [] };
  let requests = 0;
  try {
    const begin = await beginning(source, known);
    const rows = everyRecord(source, job, found, signal);
    for await (const one of windows(rows, job, begin, known)) requests += one;
  } finally {
    await source.close();
  }
  const { read, failed, refusals } = found;
  const stoppedBy = signal.aborted ? ({ code: 'interrupted', message: 'Interrupted.' } as const) : null;
  const status = stoppedBy !== null ? 'stopped' : failed > 0 ? 'completedWithErrors' : 'completed';
  const result = jobResult({
    job,
    ending: { status, stoppedBy },
    counts: { ...noCounts, read, failed },
    apiCalls: job.apiCalls,
    durationMs: Math.round(elapsedMs()),
    record: undefined,
    pausedError: undefined,
    warnings: [...job.warnings, ...source.warnings, ...budgetWarning(job, requests, options)],
    estimatedApiCalls: signal.aborted ? undefined : job.apiCalls + requests,
  });
  return { ...result, refusals };
}

/** What the jobs before need is not there for this one; a run makes the checks of all again before it sends anything. */
function budgetWarning(job: PreparedJob, requests: number, { budget, before }: DryRunOptions): string[] {
  if (requests === 0) return [];
  const { batchSize, collections, pauseOnErrors } = job.settings;
  const reserve = callsToSettle(batchSize * collections, batchSize, pauseOnErrors);
  const taken = before.reduce((sum, { estimatedApiCalls = 0 }) => sum + estimatedApiCalls, reserve);
  const estimate = { calls: job.apiCalls + requests, exact: true };
  const warning = unaffordable(estimate, taken, budget.facts());
  return warning === null ? [] : [warning];
}

type Found = { read: number; failed: number; readonly refusals: DryRunRefusal[] };
/** The last row that a run would not send, and whether it sends the first one behind it alone (H2). */
type Beginning = { readonly settledRow: number; readonly alone: boolean };

async function beginning(source: OpenSource, known: JobRecord | undefined): Promise<Beginning> {
  const mark = known?.checkpoint.mark ?? null;
  const comparison = mark === null ? undefined : await source.compare(mark);
  const plan = planStart({ job: known, comparison, restart: false, fromRow: undefined });
  if (plan.kind !== 'continue' || known === undefined) return { settledRow: 0, alone: false };
  return { settledRow: known.checkpoint.row + (known.skipRows ?? 0), alone: plan.reattempt !== null };
}

/** Every record, counted on its way. */
async function* everyRecord(
  source: OpenSource,
  job: PreparedJob,
  found: Found,
  signal: AbortSignal,
): AsyncGenerator<EncodedRecord, void, undefined> {
  const { encoder } = job.compile(source.columns);
  for await (const row of source.rows()) {
    if (signal.aborted) return;
    found.read += 1;
    const record = encoder.encode(row);
    if (record.kind === 'refused') {
      found.failed += 1;
      const { position, key, errors } = record;
      if (found.refusals.length < keptRefusals) {
        found.refusals.push({ row: position.row, line: position.line ?? null, key: key.display, errors: [...errors] });
      }
    }
    yield record;
  }
}

/** The requests of each window that a run would make of the records. */
async function* windows(
  records: AsyncGenerator<EncodedRecord, void, undefined>,
  { settings }: PreparedJob,
  { settledRow, alone }: Beginning,
  known: JobRecord | undefined,
): AsyncGenerator<number, void, undefined> {
  const { batchSize, collections, pauseOnErrors } = settings;
  const size = new WindowSize(batchSize, collections, known?.learned ?? { records: null, cleanWindows: 0 });
  const limits = { records: () => size.current, collection: batchSize, endAtRefused: pauseOnErrors };
  const builder = new WindowBuilder(behind(records, settledRow), limits);
  for (let first = true; ; first = false) {
    const { entries, ended } = await builder.next();
    const sent = entries.filter(isPrepared).length;
    if (sent > 0) {
      size.passed();
      yield first && alone && sent > 1 ? 2 : 1;
    }
    if (ended) return;
  }
}

async function* behind(
  records: AsyncGenerator<EncodedRecord, void, undefined>,
  row: number,
): AsyncGenerator<EncodedRecord, void, undefined> {
  for await (const record of records) if (record.position.row > row) yield record;
}
