import type { OrgFacts } from '../ports/org.js';
import { questionPolicy } from './backoff.js';
import { repeatSafely, type RepeatContext } from './send.js';

/** Asks the org again where only the wire failed (T2): a describe changes nothing. */
export function patientFacts(facts: OrgFacts, context: RepeatContext): OrgFacts {
  return {
    describe: (object) => repeatSafely(() => facts.describe(object), context, questionPolicy),
    hasActiveTriggers: (object) => facts.hasActiveTriggers(object),
  };
}
