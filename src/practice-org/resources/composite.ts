import { ApiError } from '../errors.js';
import { bodyObject, ok } from '../http/call.js';
import type { Answer, Call } from '../http/call.js';
import { ApexLimits } from '../write/apex-limits.js';
import { Transaction } from '../store/transaction.js';
import { substitute } from './composite-references.js';
import type { Answers } from './composite-references.js';
import { readSubrequests } from './composite-input.js';
import type { Subrequest } from './composite-input.js';

const HALTED = [
  {
    errorCode: 'PROCESSING_HALTED',
    message: 'The transaction was rolled back since another operation in the same transaction failed.',
  },
];

const isFailed = ({ status, failed }: Answer): boolean => failed === true || status >= 300;

const rowLike = (message: string): Answer => ({ status: 400, body: [{ errorCode: 'PROCESSING_HALTED', message }] });

/** Runs one subrequest through the same resources as a call of its own; what fails leaves nothing behind. */
const execute = (call: Call, tx: Transaction, subrequest: Subrequest, answers: Answers, allOrNone: boolean): Answer => {
  const start = tx.savepoint();
  try {
    const resolved = substitute(subrequest, answers);
    if (typeof resolved === 'string') return rowLike(resolved);
    return call.dispatch({
      ...call,
      tx,
      method: resolved.method,
      headers: resolved.headers,
      body: resolved.body,
      outer: { allOrNone },
      path: resolved.path,
      query: resolved.query,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    tx.rollbackTo(start);
    return { status: error.status, body: error.errors, headers: error.headers };
  }
};

/**
 * Order of execution. Collated subrequests are free unless a reference binds them or they bring headers of their own
 * (facts 4.1); an org set to `reversed` makes use of that freedom, so that a client which relies on order is found out.
 */
const executionOrder = (call: Call, subrequests: Subrequest[], collate: boolean): Subrequest[] => {
  const referred = new Set(subrequests.flatMap(({ references }) => references));
  const isFree = (one: Subrequest): boolean =>
    Object.keys(one.httpHeaders).length === 0 && one.references.length === 0 && !referred.has(one.referenceId);
  if (!collate || call.org.behaviour.collation === 'inOrder') return subrequests;
  const free = subrequests.filter(isFree).reverse();
  return subrequests.map((one) => (isFree(one) ? (free.shift() ?? one) : one));
};

const transactionFor = (call: Call, allOrNone: boolean): Transaction =>
  allOrNone || call.org.behaviour.compositeApex === 'shared'
    ? call.tx
    : new Transaction(new ApexLimits(call.org.apexLimits));

const executeAll = (call: Call, ordered: Subrequest[], allOrNone: boolean): Answers => {
  const answers: Answers = new Map();
  for (const subrequest of ordered) {
    const tx = transactionFor(call, allOrNone);
    const answer = execute(call, tx, subrequest, answers, allOrNone);
    if (tx !== call.tx) call.tx.absorb(tx);
    answers.set(subrequest.referenceId, answer);
    if (allOrNone && isFailed(answer) && call.org.behaviour.rollback === 'first') break;
  }
  return answers;
};

/** The failed subrequests that show their own answer after a roll-back; the others say that they were halted. */
const namedOf = (call: Call, answers: Answers): Set<string> => {
  const failed = [...answers].filter(([, answer]) => isFailed(answer)).map(([name]) => name);
  const { rollback } = call.org.behaviour;
  return new Set(rollback === 'all' ? failed : failed.slice(...(rollback === 'first' ? [0, 1] : [-1])));
};

const show = (subrequest: Subrequest, answer: Answer): unknown => ({
  body: answer.body ?? null,
  httpHeaders: answer.headers ?? {},
  httpStatusCode: answer.status,
  referenceId: subrequest.referenceId,
});

/** `POST /composite`: up to 25 subrequests in one call, in one transaction if `allOrNone` (facts 4.1, 4.2). */
export const composite = (call: Call): Answer => {
  if (call.outer) throw ApiError.notFound();
  const body = bodyObject(call);
  const subrequests = readSubrequests(body, call.bodyText);
  const allOrNone = body.allOrNone === true;
  const start = call.tx.savepoint();
  const answers = executeAll(call, executionOrder(call, subrequests, body.collateSubrequests !== false), allOrNone);
  const failed = [...answers.values()].some(isFailed);
  if (!allOrNone || !failed) {
    const compositeResponse = subrequests.map((one) => show(one, answers.get(one.referenceId) ?? { status: 200 }));
    return ok({ compositeResponse });
  }
  call.tx.rollbackTo(start);
  const named = namedOf(call, answers);
  const compositeResponse = subrequests.map((one) => {
    const answer = named.has(one.referenceId) ? answers.get(one.referenceId) : undefined;
    return show(one, answer ?? { status: 400, body: HALTED });
  });
  return ok({ compositeResponse });
};
