import type { ObjectDescribe } from '../core/describe.js';
import type { OrgFacts } from '../core/ports/org.js';
import { faultMessage } from '../core/fault-reasons.js';
import { OrgFault } from '../core/ports/sink.js';
import type { OrgTransport } from '../core/ports/transport.js';
import { readDescribe } from './read-describe.js';
import { soqlString } from './soql.js';

/**
 * What the org says of itself, asked anew at each call: a describe kept from yesterday hides a right that was taken
 * away since (P32).
 */
export function createOrgFacts(transport: OrgTransport): OrgFacts {
  return {
    describe: async (object) => describe(transport, object),
    hasActiveTriggers: async (object) => hasActiveTriggers(transport, object),
  };
}

async function describe(transport: OrgTransport, object: string): Promise<ObjectDescribe | undefined> {
  let answer: unknown;
  try {
    answer = await transport.request({ method: 'GET', path: `/sobjects/${encodeURIComponent(object)}/describe` });
  } catch (error) {
    if (error instanceof OrgFault && error.facts.statusCode === 'NOT_FOUND') return undefined;
    throw error;
  }
  const found = readDescribe(answer);
  if (found === undefined)
    throw new OrgFault('outcome-unknown', faultMessage('unreadable', `not a describe of ${object}`), {
      reason: 'unreadable',
    });
  return found;
}

/** Whatever keeps the answer away (no right to see the setup, for one) counts as yes: the slower way is the safe one. */
async function hasActiveTriggers(transport: OrgTransport, object: string): Promise<boolean> {
  // TableEnumOrId holds an Id where the object is a custom one (API 8.1).
  const field = /__[a-z]+$/i.test(object) ? 'EntityDefinition.QualifiedApiName' : 'TableEnumOrId';
  const query = `SELECT Id FROM ApexTrigger WHERE ${field} = ${soqlString(object)} AND Status = 'Active' LIMIT 1`;
  try {
    const answer = await transport.request({ method: 'GET', path: `/tooling/query?q=${encodeURIComponent(query)}` });
    return !isEmptyResult(answer);
  } catch {
    return true;
  }
}

function isEmptyResult(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('records' in answer)) return false;
  return Array.isArray(answer.records) && answer.records.length === 0;
}
