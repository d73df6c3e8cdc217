import type { RunRecord } from '../run-record.js';
import type { JobLedger } from '../ports/ledger.js';
import { callsToSettle } from './calls-to-settle.js';
import { JobLog } from './job-log.js';
import { JobProgress } from './job-progress.js';
import type { PreparedJob } from './prepared-job.js';
import { assertRights } from './rights.js';
import type { RunDeps } from './run-job.js';
import type { LoggingContext } from './settle-logging.js';
import { WindowSize } from './window-size.js';

/** What a run and a retry of one job under its lease both work with. */
export type JobWork = {
  readonly progress: JobProgress;
  readonly log: JobLog;
  readonly size: WindowSize;
  /** API calls that must be left before so many records go out that nothing is known of yet (A1). */
  readonly callsToSettle: (records: number) => number;
  /**
   * How windows are sent, within the API budget; rights are asked for once in its life.
   * @param fields what the records set
   * @param beforeRequest what else is asked before each request
   */
  readonly sending: (
    fields: readonly string[],
    beforeRequest: () => Promise<void>,
  ) => Omit<LoggingContext, 'onStopped'>;
};

export function jobWork(kind: RunRecord['kind'], job: PreparedJob, ledger: JobLedger, deps: RunDeps): JobWork {
  const { spec, settings, describe, sink } = job;
  const { org, clock, random, reporter, signal, digest } = deps;
  const { orgId, apiCalls } = org;
  const progress = new JobProgress({
    kind,
    spec,
    orgId,
    ledger,
    clock,
    random,
    apiCalls,
    apiCallsBefore: job.apiCalls,
    budget: org.budget,
  });
  const { run } = progress;
  const learned = ledger.job()?.learned ?? { records: null, cleanWindows: 0 };
  const size = new WindowSize(settings.batchSize, settings.collections, learned);
  // A retry never pauses.
  const pauseOnErrors = kind === 'run' && settings.pauseOnErrors;
  const needed = (records: number): number => callsToSettle(records, size.collectionSize, pauseOnErrors);
  return {
    progress,
    log: new JobLog({ spec, source: job.source.name, orgId, run, ledger, describe, clock, random, digest }),
    size,
    callsToSettle: needed,
    sending: (fields, beforeRequest) => {
      let asked: Promise<void> | undefined;
      return {
        job: spec.name,
        sink,
        clock,
        random,
        reporter,
        signal,
        size,
        beforeRequest: async (begins) => {
          await beforeRequest();
          await org.budget.assertRoom(begins === undefined ? 1 : needed(begins));
        },
        assertRights: () => (asked ??= assertRights(org.facts, spec.object, fields)),
      };
    },
  };
}
