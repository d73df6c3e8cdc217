import type { RunRecord } from '../run-record.js';
import type { JobLedger } from '../ports/ledger.js';
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
  /** How windows are sent; rights are asked for once in its life. @param fields what the records set */
  readonly sending: (fields: readonly string[], beforeRequest: () => Promise<void>) => LoggingContext;
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
  });
  const { run } = progress;
  const learned = ledger.job()?.learned ?? { records: null, cleanWindows: 0 };
  const size = new WindowSize(settings.batchSize, settings.collections, learned);
  return {
    progress,
    log: new JobLog({ spec, source: job.source.name, orgId, run, ledger, describe, clock, random, digest }),
    size,
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
        beforeRequest,
        assertRights: () => (asked ??= assertRights(org.facts, spec.object, fields)),
      };
    },
  };
}
