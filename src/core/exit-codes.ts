import type { JobResult } from './run-result.js';
import type { JobStatus, StopCode } from './run-record.js';

/** The exit codes by what they mean (design.md 5). This map makes codes, help and docs. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  withErrors: 68,
  personNeeded: 69,
  tryAgain: 75,
  login: 77,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code tells, in words, and what `--json` holds beside it. */
export const exitCodeFacts: { readonly [C in ExitCode]: { readonly meaning: string; readonly json: string } } = {
  0: { meaning: 'Everything read was exported, or there was nothing new.', json: 'result' },
  1: {
    meaning:
      'Failed: definition, file, rights on object or field, switched off, ledger unreadable or unwritable, or unexpected.',
    json: 'error; `data` says what was done if a job had begun',
  },
  2: { meaning: 'Wrong usage: a flag or an argument is missing or wrong.', json: 'error' },
  68: { meaning: 'Finished, and some records are in ExportErrors.', json: 'result' },
  69: {
    meaning: 'A person is needed: paused on a record, too many open errors, or an insert in doubt.',
    json: 'result',
  },
  75: {
    meaning:
      'Stopped by the org or by another process (limits, budget, maintenance, storage, unavailable, busy). Nothing is lost; the next run goes on.',
    json: 'result',
  },
  77: { meaning: "The org's login is no longer valid.", json: 'error; `data` says what was done' },
  130: {
    meaning: 'Interrupted (Ctrl-C, SIGTERM) after the current window was settled. The next run goes on.',
    json: 'result',
  },
};

/** Of several jobs, the first of these that applies is the code of the whole. */
export const exitCodeOrder: readonly ExitCode[] = [130, 77, 1, 69, 75, 68, 0];

export const exitCodeOfStop: { readonly [S in StopCode]: ExitCode } = {
  busy: exitCodes.tryAgain,
  budget: exitCodes.tryAgain,
  'org-limit': exitCodes.tryAgain,
  unavailable: exitCodes.tryAgain,
  login: exitCodes.login,
  interrupted: exitCodes.interrupted,
  'error-cap': exitCodes.personNeeded,
};

const exitCodeOfStatus: { readonly [S in Exclude<JobStatus, 'stopped' | 'waiting'>]: ExitCode } = {
  completed: exitCodes.done,
  completedWithErrors: exitCodes.withErrors,
  paused: exitCodes.personNeeded,
  'in-doubt': exitCodes.personNeeded,
  failed: exitCodes.failed,
};

export type JobOutcome = Pick<JobResult, 'status' | 'stoppedBy'> & Partial<Pick<JobResult, 'waitingFor'>>;

/** The code of one job. A `waiting` job takes the code of what it waits for. */
export function exitCodeOfJob({ status, stoppedBy, waitingFor = null }: JobOutcome): ExitCode {
  if (status === 'stopped') return stoppedBy === null ? exitCodes.tryAgain : exitCodeOfStop[stoppedBy.code];
  if (status === 'waiting') return waitingFor === null ? exitCodes.tryAgain : exitCodeOfJob(waitingFor);
  return exitCodeOfStatus[status];
}

/** The code of a run of these jobs. */
export function exitCodeOf(jobs: readonly JobOutcome[]): ExitCode {
  const codes = new Set(jobs.map(exitCodeOfJob));
  return exitCodeOrder.find((code) => codes.has(code)) ?? exitCodes.done;
}

/** Where several statuses share the code of the whole, the one that most needs a person stands for it. */
const statusOrder: readonly JobStatus[] = [
  'failed',
  'in-doubt',
  'paused',
  'stopped',
  'waiting',
  'completedWithErrors',
  'completed',
];

/** The status of a run of these jobs: that of the job that makes its exit code. */
export function overallStatus(jobs: readonly JobOutcome[]): JobStatus {
  const code = exitCodeOf(jobs);
  const deciding = new Set(jobs.filter((job) => exitCodeOfJob(job) === code).map((job) => job.status));
  return statusOrder.find((status) => deciding.has(status)) ?? 'completed';
}
