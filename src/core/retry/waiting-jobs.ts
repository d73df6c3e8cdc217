import type { ExportError } from '../export-error.js';
import type { JobRecord, JobSpec } from '../job.js';
import type { WaitingJob } from './retryable-job.js';

/**
 * The jobs that have rows to retry, each behind those it names in `after`: parents before children, as in a run.
 * @param specs definitions given to this retry; one counts for a job's former name until its state moved over
 */
export function waitingJobs(
  rows: readonly ExportError[],
  specs: readonly JobSpec[],
  jobs: readonly JobRecord[],
): WaitingJob[] {
  const givenFor = (name: string): JobSpec | null =>
    specs.find((spec) => spec.name === name) ??
    specs.find((spec) => spec.formerly.includes(name) && !jobs.some((job) => job.name === spec.name)) ??
    null;
  const waiting = [...Map.groupBy(rows, ({ job }) => job)].map(([name, of]) => {
    const given = givenFor(name);
    const spec = given ?? jobs.find((job) => job.name === name)?.snapshot ?? null;
    return { name: given?.name ?? name, given, pending: of.length, after: spec?.after ?? [] };
  });
  return inOrder(waiting).map(({ after: _after, ...job }) => job);
}

type Ordered = WaitingJob & { readonly after: readonly string[] };

/** Stable; names that go round in a circle (a definition is refused then, stored ones may differ) keep their order. */
function inOrder(jobs: readonly Ordered[]): Ordered[] {
  const done: Ordered[] = [];
  const entered = new Set<Ordered>();
  const enter = (job: Ordered): void => {
    if (entered.has(job)) return;
    entered.add(job);
    for (const name of job.after) jobs.filter((other) => other.name === name).forEach(enter);
    done.push(job);
  };
  jobs.forEach(enter);
  return done;
}
