import { keptMessage, type ApiError } from '../core/api-error.js';
import { faultMessage, type CodeOfTheRun } from '../core/fault-reasons.js';
import {
  OrgFault,
  type CollectionAnswer,
  type RecordResult,
  type RecordSink,
  type SinkRequest,
} from '../core/ports/sink.js';
import type { OrgTransport } from '../core/ports/transport.js';
import { looksLikeReference, type PreparedRecord } from '../core/record.js';

export type CompositeTarget = { readonly object: string; readonly externalId: string };

/**
 * Headers of each subrequest, for Composite passes on only three of its own (API 4.1): a load assigns nothing by rule,
 * leaves the user's recent items alone, and does not write over a duplicate rule.
 */
const loadHeaders = {
  'Sforce-Auto-Assign': 'FALSE',
  'Sforce-Mru': 'updateMru=false',
  'Sforce-Duplicate-Rule-Header': 'allowSave=false',
};

const rolledBack: RecordResult = {
  success: false,
  errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message: '', fields: [] }],
};

/**
 * Upserts through one Composite request of up to five sObject Collections (design.md 3.1). With `allOrNone` both flags
 * are true, for the outer one alone still shows `success: true` on records that were rolled back (API 4.2).
 */
export function createCompositeSink(
  transport: OrgTransport,
  target: CompositeTarget,
  monotonicMs: () => number,
): RecordSink {
  return {
    send: async (request) => {
      const startedMs = monotonicMs();
      const collections = request.records.some(looksLikeReference)
        ? [await sendCollection(transport, target, request)]
        : await sendComposite(transport, target, request);
      return { collections: judged(collections, request.allOrNone), durationMs: monotonicMs() - startedMs };
    },
  };
}

async function sendComposite(
  transport: OrgTransport,
  target: CompositeTarget,
  request: SinkRequest,
): Promise<CollectionAnswer[]> {
  const collections = cut(request.records, request.collectionSize);
  const body = encodeComposite(collections, request.allOrNone, transport.apiVersion, target);
  const answer = await transport.request({ method: 'POST', path: '/composite', body });
  const responses = isObject(answer) ? answer['compositeResponse'] : undefined;
  if (!Array.isArray(responses) || responses.length !== collections.length) throw unreadable();
  return collections.map((records, index) => readSubresponse(responses[index], records, `c${index}`));
}

/** One collection by itself: the windows of the core hold no more where a value looks like a Composite reference. */
async function sendCollection(
  transport: OrgTransport,
  target: CompositeTarget,
  request: SinkRequest,
): Promise<CollectionAnswer> {
  const { records, collectionSize, allOrNone } = request;
  if (records.length > collectionSize) throw new RangeError('Records that look like references need one collection.');
  const body = encodeCollection(records, allOrNone, target);
  try {
    const answer = await transport.request({ method: 'PATCH', path: pathOf(target), body, headers: loadHeaders });
    if (!Array.isArray(answer)) throw unreadable();
    return readResults(answer, records);
  } catch (fault) {
    // A collection refused as a whole is an answer about its records, as it is within Composite (design.md 3.2).
    // Only 400 and 403 in the org's own words say that: a page of a proxy says nothing of records, and 404, 405, 415
    // are of the address, and so of the run (table 3.3).
    if (!(fault instanceof OrgFault) || fault.kind !== 'refused') throw fault;
    const { statusCode = '', orgMessage, httpStatus = 0, reason } = fault.facts;
    if (orgMessage === undefined || reason !== 'refused' || ![400, 403].includes(httpStatus)) throw fault;
    return { kind: 'refused', records, errors: [{ statusCode, message: keptMessage(orgMessage), fields: [] }] };
  }
}

function cut(records: readonly PreparedRecord[], size: number): PreparedRecord[][] {
  const collections: PreparedRecord[][] = [];
  for (let at = 0; at < records.length; at += size) collections.push(records.slice(at, at + size));
  return collections;
}

function pathOf({ object, externalId }: CompositeTarget): string {
  return `/composite/sobjects/${encodeURIComponent(object)}/${encodeURIComponent(externalId)}`;
}

function encodeComposite(
  collections: readonly PreparedRecord[][],
  allOrNone: boolean,
  apiVersion: string,
  target: CompositeTarget,
): string {
  const url = JSON.stringify(`/services/data/v${apiVersion}${pathOf(target)}`);
  const headers = JSON.stringify(loadHeaders);
  const subrequests = collections.map((records, index) => {
    const body = encodeCollection(records, allOrNone, target);
    return `{"method":"PATCH","url":${url},"referenceId":"c${index}","httpHeaders":${headers},"body":${body}}`;
  });
  // Not collated: the order of the collections is the order of the source.
  return `{"allOrNone":${allOrNone},"collateSubrequests":false,"compositeRequest":[${subrequests.join(',')}]}`;
}

/** The records' JSON is put in as it is: parsing it again would lose digits (P12). */
function encodeCollection(records: readonly PreparedRecord[], allOrNone: boolean, target: CompositeTarget): string {
  const attributes = `{"attributes":${JSON.stringify({ type: target.object })},`;
  const bodies = records.map((record) => attributes + record.json.slice(1)).join(',');
  return `{"allOrNone":${allOrNone},"records":[${bodies}]}`;
}

function judged(collections: readonly CollectionAnswer[], allOrNone: boolean): readonly CollectionAnswer[] {
  const failed = collections.some((one) => one.kind === 'refused' || one.results.some((result) => !result.success));
  return allOrNone && failed ? collections.map(withoutRolledBack) : collections;
}

function readSubresponse(response: unknown, records: readonly PreparedRecord[], referenceId: string): CollectionAnswer {
  if (!isObject(response) || response['referenceId'] !== referenceId) throw unreadable();
  const { httpStatusCode: status, body } = response;
  if (typeof status !== 'number' || !Array.isArray(body)) throw unreadable();
  if (status < 400) return readResults(body, records);
  const errors = body.map(readError);
  const ofTheRun = tooManyAtOnce(errors) ?? subrequestFaults.get(status >= 500 ? 500 : status);
  // PROCESSING_HALTED, and what is wrong with a record, come as 400 and 403.
  if (ofTheRun === undefined) return { kind: 'refused', records, errors };
  const { kind, reason } = ofTheRun;
  const [{ statusCode, message } = { statusCode: '', message: '' }] = errors;
  const facts = { reason, statusCode, httpStatus: status, orgMessage: message };
  throw new OrgFault(kind, faultMessage(reason, `HTTP ${status}: ${statusCode}: ${message}`), facts);
}

/** The message names the limit itself, not its translation (API 2.6); the code is that of the daily one, too. */
function tooManyAtOnce(errors: readonly ApiError[]): CodeOfTheRun | undefined {
  const isConcurrent = errors.some(
    ({ statusCode, message }) => statusCode === 'REQUEST_LIMIT_EXCEEDED' && /Concurrent/i.test(message),
  );
  return isConcurrent ? { kind: 'wait', reason: 'too-many-requests' } : undefined;
}

/** A subrequest's status that says as little about its records as the same status of a whole request (table 3.3). */
const subrequestFaults: ReadonlyMap<number, CodeOfTheRun> = new Map([
  [401, { kind: 'login', reason: 'login-expired' }],
  [404, { kind: 'refused', reason: 'not-found' }],
  [410, { kind: 'refused', reason: 'not-found' }],
  [420, { kind: 'wait', reason: 'no-route' }],
  [429, { kind: 'wait', reason: 'too-many-requests' }],
  [405, { kind: 'refused', reason: 'refused' }],
  [415, { kind: 'refused', reason: 'refused' }],
  [500, { kind: 'outcome-unknown', reason: 'server-error' }],
] satisfies [number, CodeOfTheRun][]);

/** Results are matched by position only where there is one for each record (P3). */
function readResults(results: readonly unknown[], records: readonly PreparedRecord[]): CollectionAnswer {
  if (results.length !== records.length) throw unreadable();
  return { kind: 'results', records, results: results.map(readResult) };
}

function readResult(result: unknown): RecordResult {
  if (!isObject(result)) throw unreadable();
  const { success, id, created, errors } = result;
  if (success === true) return { success, id: typeof id === 'string' ? id : '', created: created === true };
  if (success !== false) throw unreadable();
  return { success, errors: Array.isArray(errors) ? errors.map(readError) : [] };
}

/** Records say `statusCode`, requests say `errorCode` (API 3.2). */
function readError(error: unknown): ApiError {
  if (!isObject(error)) throw unreadable();
  const code = error['statusCode'] ?? error['errorCode'];
  const { message, fields } = error;
  return {
    statusCode: typeof code === 'string' ? code : 'UNKNOWN_EXCEPTION',
    message: typeof message === 'string' ? keptMessage(message) : '',
    fields: Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [],
  };
}

function withoutRolledBack(collection: CollectionAnswer): CollectionAnswer {
  if (collection.kind === 'refused') return collection;
  const results = collection.results.map((result) => (result.success ? rolledBack : result));
  return { ...collection, results };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The org may have done what was asked; what it says of it cannot be told. */
function unreadable(): OrgFault {
  const message = faultMessage('unreadable', 'not a result for each record');
  return new OrgFault('outcome-unknown', message, { reason: 'unreadable' });
}
