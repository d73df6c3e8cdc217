import { noCounts } from '../run-record.js';
import type { DryRunRefusal, JobResult } from '../run-result.js';
import { jobResult } from './job-result.js';
import type { PreparedJob } from './prepared-job.js';

/** At most this many refusals are kept for the result; all are counted. */
export const keptRefusals = 100;

/**
 * Reads a job's source from row 1, makes every record and sends nothing; changes nothing anywhere (design.md 4.2).
 * What only the org can tell (validation rules, duplicates, triggers) it cannot tell.
 */
export async function dryRunJob(job: PreparedJob, signal: AbortSignal, elapsedMs: () => number): Promise<JobResult> {
  const source = await job.source.open();
  const refusals: DryRunRefusal[] = [];
  let read = 0;
  let failed = 0;
  try {
    const { encoder } = job.compile(source.columns);
    for await (const row of source.rows()) {
      if (signal.aborted) break;
      read += 1;
      const record = encoder.encode(row);
      if (record.kind === 'prepared') continue;
      failed += 1;
      if (refusals.length >= keptRefusals) continue;
      const { position, key, errors } = record;
      refusals.push({ row: position.row, line: position.line ?? null, key: key.display, errors: [...errors] });
    }
  } finally {
    await source.close();
  }
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
    warnings: [...job.warnings, ...source.warnings],
  });
  return { ...result, refusals };
}
