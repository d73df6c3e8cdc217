import type { ApiError } from '../api-error.js';
import { codeOfTheRun, faultMessage } from '../fault-reasons.js';
import { OrgFault, type CollectionAnswer, type SinkAnswer } from '../ports/sink.js';
import type { PreparedRecord } from '../record.js';
import { scopeOf, withoutEchoes } from '../status-codes.js';

export type Acceptance = {
  readonly kind: 'accepted';
  readonly record: PreparedRecord;
  readonly id: string;
  readonly created: boolean;
};
export type Refusal = {
  readonly kind: 'refused';
  readonly record: PreparedRecord;
  readonly errors: readonly ApiError[];
};

/** What an all-or-none request came to. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly accepted: readonly Acceptance[] }
  | {
      readonly kind: 'refused';
      /** Index of the first record that was named, or of the first record of the collection that failed as one. */
      readonly at: number;
      /** Records that may have to do with it: 1, or the whole collection from `at` on. */
      readonly span: number;
      /** `record`: one is named; `batch`: a collection failed as one; `silent`: nobody was named. */
      readonly blame: 'record' | 'batch' | 'silent';
      /** The code is one that batches have, whoever was named. */
      readonly batchCode: boolean;
      readonly errors: readonly ApiError[];
    };

/** Said of a record that was refused alone, without any reason of its own. */
export const noReason: ApiError = {
  statusCode: 'LOCAL_NO_REASON',
  message: 'The org refused the record and named no reason.',
  fields: [],
};

/**
 * Reads the answer to an all-or-none request: was everything accepted, and if not, who was named first? Never guesses:
 * who is named is only the next suspect, and is tried alone before it is blamed (design.md 3.1).
 * @throws OrgFault when an error is of the run
 */
export function verdictOf(answer: SinkAnswer): Verdict {
  assertNotOfTheRun(answer);
  const accepted = acceptances(answer);
  if (accepted !== undefined) return { kind: 'accepted', accepted };
  let start = 0;
  for (const collection of answer.collections) {
    const found = firstNamed(collection, start);
    if (found !== undefined) return found;
    start += collection.records.length;
  }
  return { kind: 'refused', at: 0, span: start, blame: 'silent', batchCode: true, errors: [] };
}

/** A run-level code on any record stops the run: it would come back for every other (P23). @throws OrgFault */
export function assertNotOfTheRun(answer: SinkAnswer): void {
  for (const collection of answer.collections) {
    for (const errors of errorsIn(collection)) {
      if (scopeOf(errors) !== 'run') continue;
      for (const { statusCode, message } of errors) throwIfOfTheRun(statusCode, message);
    }
  }
}

function throwIfOfTheRun(statusCode: string, message: string): void {
  const found = codeOfTheRun(statusCode);
  if (found === undefined) return;
  const { kind, reason } = found;
  throw new OrgFault(kind, faultMessage(reason, `${statusCode}: ${message}`), { reason, statusCode });
}

/** A whole collection failed as one: answered 400, or all its records (two or more) have a code that batches have. */
export function failedAsOne(collection: CollectionAnswer): boolean {
  if (collection.kind === 'refused') return scopeOf(collection.errors) !== 'echo';
  return (
    collection.results.length > 1 &&
    collection.results.every((result) => !result.success && scopeOf(result.errors) === 'batch')
  );
}

function firstNamed(collection: CollectionAnswer, start: number): Verdict | undefined {
  if (failedAsOne(collection)) {
    const errors = errorsIn(collection)[0] ?? [];
    const span = collection.records.length;
    return { kind: 'refused', at: start, span, blame: 'batch', batchCode: true, errors: withoutEchoes(errors) };
  }
  if (collection.kind === 'refused') return undefined;
  for (const [index, result] of collection.results.entries()) {
    if (result.success || scopeOf(result.errors) === 'echo') continue;
    const errors = withoutEchoes(result.errors);
    const batchCode = scopeOf(errors) === 'batch';
    return { kind: 'refused', at: start + index, span: 1, blame: 'record', batchCode, errors };
  }
  return undefined;
}

function acceptances(answer: SinkAnswer): Acceptance[] | undefined {
  const accepted: Acceptance[] = [];
  for (const collection of answer.collections) {
    if (collection.kind === 'refused') return undefined;
    for (const [index, result] of collection.results.entries()) {
      const record = collection.records[index];
      if (!result.success || record === undefined) return undefined;
      accepted.push({ kind: 'accepted', record, id: result.id, created: result.created });
    }
  }
  return accepted;
}

function errorsIn(collection: CollectionAnswer): (readonly ApiError[])[] {
  if (collection.kind === 'refused') return [collection.errors];
  return collection.results.flatMap((result) => (result.success ? [] : [result.errors]));
}
