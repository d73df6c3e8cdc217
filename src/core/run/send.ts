import type { Clock, Random } from '../ports/clock.js';
import type { Reporter } from '../ports/reporter.js';
import { OrgFault, type RecordSink, type SinkAnswer, type SinkRequest } from '../ports/sink.js';
import { Repetitions, transportPolicy } from './backoff.js';
import { RunStop } from './stop.js';

export type RepeatContext = {
  readonly job: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
};

/** What sending needs beside the request. */
export type SendContext = RepeatContext & {
  readonly sink: RecordSink;
  /**
   * Asked before every request, repetitions included: the lease, the cap on open errors, the API budget.
   * @param begins how many records go out that nothing is known of yet; absent: the request settles what has begun
   * @throws RunStop
   */
  readonly beforeRequest: (begins?: number) => Promise<void>;
};

/**
 * Sends one request (`begins`: of records that nothing is known of yet), and again where table 3.3 says that this is safe (T2; upsert is, whatever happened to the first).
 * @throws RunStop interrupted while waiting
 * @throws OrgFault when it is enough, or must not be repeated
 */
export async function sendSafely(request: SinkRequest, context: SendContext, begins = false): Promise<SinkAnswer> {
  let first = begins;
  try {
    return await repeatSafely(async () => {
      await context.beforeRequest(first ? request.records.length : undefined);
      first = false;
      return context.sink.send(request);
    }, context);
  } catch (fault) {
    if (fault instanceof OrgFault && fault.kind === 'too-large') return refusedAsTooLarge(request, fault);
    throw fault;
  }
}

/**
 * Does something with the org, and again after a fault of the transport (T2); only for what may be done twice.
 * @throws RunStop interrupted while waiting
 * @throws OrgFault when it is enough, or is not such a fault
 */
export async function repeatSafely<T>(work: () => Promise<T>, context: RepeatContext): Promise<T> {
  const repetitions = new Repetitions(transportPolicy, context.clock, context.random);
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof OrgFault) || !mayRepeat(fault)) throw fault;
      const wait = repetitions.next();
      if (wait === undefined) throw fault;
      context.reporter.emit({ type: 'waiting', job: context.job, ms: wait, reason: fault.message });
      await pause(wait, context);
    }
  }
}

/** Waits, unless the run is interrupted. @throws RunStop */
export async function pause(ms: number, context: Pick<SendContext, 'clock' | 'signal'>): Promise<void> {
  await context.clock.sleep(ms, context.signal);
  if (context.signal.aborted) throw new RunStop('interrupted', 'Interrupted while waiting for the org.');
}

function mayRepeat(fault: OrgFault): boolean {
  return fault.kind === 'not-sent' || fault.kind === 'outcome-unknown' || fault.kind === 'wait';
}

/** A request that was too large is refused like any batch: cut, and alone it is the record's own. */
function refusedAsTooLarge(request: SinkRequest, fault: OrgFault): SinkAnswer {
  const { statusCode = '' } = fault.facts;
  const code = /^[A-Z_]+$/.test(statusCode) ? statusCode : 'EXCEEDED_MAX_SIZE_REQUEST';
  const errors = [{ statusCode: code, message: fault.message, fields: [] }];
  return { collections: [{ kind: 'refused', records: request.records, errors }], durationMs: 0 };
}
