import type { Clock, Random } from '../ports/clock.js';
import type { Reporter } from '../ports/reporter.js';
import { OrgFault, type RecordSink, type SinkAnswer, type SinkRequest } from '../ports/sink.js';
import { Repetitions, transportPolicy, type BackoffPolicy } from './backoff.js';
import { RunStop } from './stop.js';
import type { WindowSize } from './window-size.js';

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
  readonly size: WindowSize;
  /**
   * Asked before every request, repetitions included: the lease, the cap on open errors, the API budget.
   * @param begins how many records go out that nothing is known of yet; absent: the request settles what has begun
   * @throws RunStop
   */
  readonly beforeRequest: (begins?: number) => Promise<void>;
  /** Asks a fresh describe, once per window. @throws RightsGone */
  readonly assertRights: () => Promise<void>;
};

/**
 * Sends one request (`begins`: of records that nothing is known of yet), and again where table 3.3 says that this is safe (T2; upsert is, whatever happened to the first).
 * @throws RunStop interrupted while waiting
 * @throws OrgFault when it is enough, or must not be repeated
 * @throws RightsGone the request was refused because the object or a field is gone
 */
export async function sendSafely(request: SinkRequest, context: SendContext, begins = false): Promise<SinkAnswer> {
  let first = begins;
  try {
    return await repeatSafely(async () => {
      await context.beforeRequest(first ? request.records.length : undefined);
      first = false;
      return sendTimed(request, context);
    }, context);
  } catch (fault) {
    if (!(fault instanceof OrgFault)) throw fault;
    if (fault.kind === 'too-large') return refusedAsTooLarge(request, fault);
    // What is gone has a better name than the address that was not found.
    if (fault.facts.reason === 'not-found') await context.assertRights();
    throw fault;
  }
}

async function sendTimed(request: SinkRequest, context: SendContext): Promise<SinkAnswer> {
  const startedMs = context.clock.monotonicMs();
  try {
    const answer = await context.sink.send(request);
    context.size.took(answer.durationMs, request.records.length);
    return answer;
  } catch (fault) {
    context.size.took(context.clock.monotonicMs() - startedMs, request.records.length);
    throw fault;
  }
}

/**
 * Does something with the org, and again after a fault of the transport (T2); only for what may be done twice.
 * @throws RunStop interrupted while waiting
 * @throws OrgFault when it is enough, or is not such a fault
 */
export async function repeatSafely<T>(
  work: () => Promise<T>,
  context: RepeatContext,
  policy: BackoffPolicy = transportPolicy,
): Promise<T> {
  const repetitions = new Repetitions(policy, context.clock, context.random);
  const startedMs = context.clock.monotonicMs();
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof OrgFault) || !mayRepeat(fault)) throw fault;
      const wait = repetitions.next();
      if (wait === undefined) throw inVain(fault, repetitions.count + 1, context.clock.monotonicMs() - startedMs);
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

/** The message that stays when it was enough says that it was not given up at once. */
function inVain(fault: OrgFault, tries: number, ms: number): OrgFault {
  const words = `${fault.message} Tried ${tries} ${tries === 1 ? 'time' : 'times'} in ${Math.round(ms / 1000)} s.`;
  return new OrgFault(fault.kind, words, fault.facts, { cause: fault });
}

/** A request that was too large is refused like any batch: cut, and alone it is the record's own. */
function refusedAsTooLarge(request: SinkRequest, fault: OrgFault): SinkAnswer {
  const { statusCode = '', orgMessage = fault.message } = fault.facts;
  const code = /^[A-Z_]+$/.test(statusCode) ? statusCode : 'EXCEEDED_MAX_SIZE_REQUEST';
  const errors = [{ statusCode: code, message: orgMessage, fields: [] }];
  return { collections: [{ kind: 'refused', records: request.records, errors }], durationMs: 0 };
}
