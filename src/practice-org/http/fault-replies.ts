import type { RequestFault } from './faults.js';
import { htmlReply, jsonReply } from './reply.js';
import type { Reply } from './reply.js';

type KindOf<K extends RequestFault['kind']> = Extract<RequestFault, { kind: K }>;

const errorBody = (errorCode: string, message: string): unknown => [{ message, errorCode }];

const REQUEST_LIMITS = {
  total: 'TotalRequests Limit exceeded.',
  concurrent: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
};

const UNKNOWN =
  'An unexpected error occurred. Please include this ErrorId if you contact support: 1306633977-130899 (-307519248)';

const serverError = (fault: KindOf<'serverError'>): Reply => {
  const status = fault.status ?? 503;
  if ((fault.body ?? 'json') === 'html') return htmlReply(status, status === 502 ? 'Bad Gateway' : 'Server Error');
  const isBusy = status === 503;
  return jsonReply(
    status,
    isBusy ? errorBody('SERVER_UNAVAILABLE', 'Server too busy') : errorBody('UNKNOWN_EXCEPTION', UNKNOWN),
  );
};

/** Whether the request is carried out although its answer goes wrong. */
export const worksFirst = (fault: RequestFault): boolean =>
  fault.kind === 'cutAfter' ||
  fault.kind === 'notJson' ||
  fault.kind === 'halfBody' ||
  fault.kind === 'slow' ||
  ('afterCommit' in fault && fault.afterCommit === true);

export const isCut = ({ kind }: RequestFault): boolean => kind === 'cutBefore' || kind === 'cutAfter';

const notJson = ({ body }: KindOf<'notJson'>, real: Reply | undefined): Reply => {
  const half = real?.text?.slice(0, Math.floor((real.text.length * 2) / 3));
  return body === 'truncated' && real ? { ...real, text: half } : htmlReply(200, 'Please wait');
};

const answer = ({ status, contentType, body, headers }: KindOf<'answer'>): Reply => ({
  status,
  headers: { 'Content-Type': contentType ?? 'application/json;charset=UTF-8', ...headers },
  text: body ?? '',
});

const FIXED: Partial<Record<RequestFault['kind'], () => Reply>> = {
  unauthorized: () => jsonReply(401, errorBody('INVALID_SESSION_ID', 'Session expired or invalid')),
  tooManyRequests: () => jsonReply(429, errorBody('TOO_MANY_REQUESTS', 'Too many requests')),
  noRoute: () => htmlReply(420, 'No route'),
  payloadTooLarge: () => htmlReply(413, 'Request Entity Too Large'),
  maintenance: () => jsonReply(503, errorBody('SERVER_UNAVAILABLE', 'The org is in maintenance')),
};

/** The answer of a fault; texts of facts 2.6. `real` is what the org would have said, if it worked first. */
export const faultReply = (fault: RequestFault, real: Reply | undefined): Reply | undefined => {
  switch (fault.kind) {
    case 'requestLimit':
      return jsonReply(403, errorBody('REQUEST_LIMIT_EXCEEDED', REQUEST_LIMITS[fault.limit]));
    case 'serverError':
      return serverError(fault);
    case 'notJson':
      return notJson(fault, real);
    case 'answer':
      return answer(fault);
    default:
      return FIXED[fault.kind]?.() ?? real;
  }
};
