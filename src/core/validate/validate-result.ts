import type { Operation } from '../job.js';
import { findingSeverities, type Finding } from './finding.js';
import type { CallEstimate } from './call-estimate.js';

export type ValidatedJob = {
  job: string;
  object: string;
  operation: Operation;
  externalId: string;
  source: string;
  /** The heaviest finding; `ok`: nothing but `info`. */
  status: 'ok' | 'warning' | 'refusal' | 'error';
  /** Rows that were looked at. */
  sampled: number;
  /** Are there active Apex triggers on the object (yes, also where it cannot be seen)? null: not asked. */
  activeTriggers: boolean | null;
  /** What a run of the whole source costs; null where the job cannot run. */
  estimate: CallEstimate | null;
  findings: Finding[];
};

export type ValidateResult = {
  orgId: string;
  /** null: the org was given by an access token, not by a login. */
  username: string | null;
  /** No finding is an error and none a refusal. */
  valid: boolean;
  /** Calls that this command made; nothing was sent. */
  apiCalls: number;
  jobs: ValidatedJob[];
};

export function statusOf(findings: readonly Finding[]): ValidatedJob['status'] {
  const heaviest = findingSeverities.find((severity) => findings.some((one) => one.severity === severity));
  return heaviest === undefined || heaviest === 'info' ? 'ok' : heaviest;
}
