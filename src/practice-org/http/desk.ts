import { ApiError } from '../errors.js';
import { ApexLimits } from '../write/apex-limits.js';
import { Transaction } from '../store/transaction.js';
import type { OrgState } from '../org-state.js';
import { token, userInfo } from '../resources/login.js';
import { versions } from '../resources/org-facts.js';
import { dispatch } from '../resources/routes.js';
import type { Answer } from './call.js';
import type { RequestFault } from './faults.js';
import type { Journal, JournalEntry } from './journal.js';
import { jsonReply } from './reply.js';
import type { Reply } from './reply.js';
import type { Session } from './session.js';
import { readJsonBody } from './wire-request.js';
import type { WireRequest } from './wire-request.js';

const SECRETS = ['assertion', 'refresh_token', 'client_secret', 'password', 'token'];

const redacted = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...form].map(([name, value]) => [name, SECRETS.includes(name) ? '[REDACTED]' : value]));

const withoutToken = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));

const UNAUTHORIZED = ApiError.of(401, 'INVALID_SESSION_ID', 'Session expired or invalid');

const isTokenPath = (path: string): boolean => path === '/services/oauth2/token';

/** What the journal shows of a body: parsed if it is JSON, the text if not, and no secrets. */
const journalBody = (request: WireRequest): unknown => {
  if (isTokenPath(request.path)) return redacted(new URLSearchParams(request.bodyText));
  try {
    request.json = readJsonBody(request);
    return request.json;
  } catch {
    return request.bodyText;
  }
};

/** Decides who is asking and what it costs, runs the request in a transaction, and writes the journal. */
export class Desk {
  public readonly org: OrgState;
  readonly #session: Session;
  readonly #journal: Journal;
  readonly #url: () => string;

  public constructor(org: OrgState, session: Session, journal: Journal, url: () => string) {
    this.org = org;
    this.#session = session;
    this.#journal = journal;
    this.#url = url;
  }

  public open(request: WireRequest): JournalEntry {
    const { method, path, queryText: query } = request;
    const headers = withoutToken(request.headers);
    return this.#journal.open({
      at: this.org.now().toISOString(),
      method,
      path,
      query,
      headers,
      body: journalBody(request),
    });
  }

  public takeFault(
    { method, path, queryText: query, headers }: WireRequest,
    entry: JournalEntry,
  ): RequestFault | undefined {
    const fault = this.org.faults.take({ method, path, query, headers: withoutToken(headers), body: entry.body });
    if (fault) entry.faults.push(fault.kind);
    return fault;
  }

  /** Runs the request. Synchronous on purpose: that is what makes the writes of the org serial. */
  public answer(request: WireRequest, entry: JournalEntry): Reply {
    try {
      const { status, body, headers } = this.#run(request, entry);
      return jsonReply(status, body, { ...headers, ...this.#limitInfo(entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return jsonReply(error.status, error.errors, { ...error.headers, ...this.#limitInfo(entry) });
    }
  }

  #run(request: WireRequest, entry: JournalEntry): Answer {
    const { method, path } = request;
    if (path === '/services/data' && method === 'GET') return versions();
    if (isTokenPath(path)) {
      if (method !== 'POST')
        throw ApiError.of(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed. Allowed are POST`);
      return token(this.org, this.#session, this.#url(), new URLSearchParams(request.bodyText));
    }
    const [, bearer] = /^(?:Bearer|OAuth) (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!this.#session.isValid(bearer ?? '')) throw UNAUTHORIZED;
    if (path === '/services/oauth2/userinfo' || path.startsWith('/id/')) {
      return userInfo(this.org, this.#session, this.#url());
    }
    return this.#call(request, entry);
  }

  #call(request: WireRequest, entry: JournalEntry): Answer {
    const daily = this.org.limits.DailyApiRequests;
    if (daily.Remaining <= 0) throw ApiError.of(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    daily.Remaining -= 1;
    this.#journal.count(entry);
    const tx = new Transaction(new ApexLimits(this.org.apexLimits));
    const start = tx.savepoint();
    try {
      const { method, path, query, headers, bodyText } = request;
      const body = request.json ?? readJsonBody(request);
      const answer = dispatch({ org: this.org, tx, method, path, query, headers, body, bodyText });
      this.#journal.commit(entry, tx.commits);
      return answer;
    } catch (error) {
      tx.rollbackTo(start);
      throw error;
    }
  }

  #limitInfo({ counted }: JournalEntry): Record<string, string> {
    if (!counted) return {};
    const { Max, Remaining } = this.org.limits.DailyApiRequests;
    return { 'Sforce-Limit-Info': `api-usage=${Max - Remaining}/${Max}` };
  }
}
