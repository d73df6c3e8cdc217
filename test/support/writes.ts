import type { JournalEntry, PracticeOrg } from '../../src/practice-org/index.js';

type Fields = { readonly [name: string]: unknown };

/** One sObject Collections call, by itself or within a Composite request. */
export type CollectionCall = {
  readonly method: string;
  readonly url: string;
  readonly allOrNone: unknown;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: unknown };
  readonly records: readonly Fields[];
};

/** One request of a run that writes, as the org's journal shows it. */
export type WriteCall = {
  readonly entry: JournalEntry;
  /** undefined: the collection came without a Composite request around it. */
  readonly composite: { readonly allOrNone: unknown; readonly collateSubrequests: unknown } | undefined;
  readonly collections: readonly CollectionCall[];
};

type Subrequest = {
  method: string;
  url: string;
  httpHeaders?: Fields;
  body: { allOrNone: unknown; records: Fields[] };
};

/** The requests that write, in order of arrival; `after`: only those behind this many entries of the journal. */
export function writeCalls(org: PracticeOrg, after = 0): WriteCall[] {
  const writes = org.journal.slice(after).filter(({ method }) => method === 'POST' || method === 'PATCH');
  return writes.map((entry) => (entry.path.endsWith('/composite') ? compositeCall(entry) : collectionCall(entry)));
}

/** Values of the key field, collection by collection. */
export function keysOf(call: WriteCall, field = 'Ext_Id__c'): unknown[][] {
  return call.collections.map(({ records }) => records.map((record) => record[field]));
}

function compositeCall(entry: JournalEntry): WriteCall {
  const body = entry.body as { allOrNone: unknown; collateSubrequests: unknown; compositeRequest: Subrequest[] };
  const { allOrNone, collateSubrequests, compositeRequest } = body;
  const collections = compositeRequest.map(
    ({ method, url, httpHeaders = {}, body: { allOrNone: inner, records } }) => ({
      method,
      url,
      allOrNone: inner,
      headers: Object.fromEntries(Object.entries(httpHeaders).map(([name, value]) => [name.toLowerCase(), value])),
      records,
    }),
  );
  return { entry, composite: { allOrNone, collateSubrequests }, collections };
}

function collectionCall(entry: JournalEntry): WriteCall {
  const { allOrNone, records } = entry.body as { allOrNone: unknown; records: Fields[] };
  const collection = { method: entry.method, url: entry.path, allOrNone, headers: entry.headers, records };
  return { entry, composite: undefined, collections: [collection] };
}
