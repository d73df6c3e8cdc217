import type { StoppedBy } from '../core/run-record.js';
import { reasonActions } from './faults.js';

/** A job that the org, or the way to it, stopped also says what to do about it. */
export function withActions<J extends { readonly stoppedBy: StoppedBy | null }>(job: J): J {
  const actions = reasonActions(job.stoppedBy?.reason);
  return job.stoppedBy === null || actions === undefined ? job : { ...job, stoppedBy: { ...job.stoppedBy, actions } };
}
