import { PassThrough } from 'node:stream';
import type { Connection } from '@salesforce/core';
import type { Dispatcher } from 'undici';
import { withoutAccessTokens } from '../core/access-token.js';
import { faultMessage } from '../core/fault-reasons.js';
import { OrgFault } from '../core/ports/sink.js';
import type { OrgApiUsage, OrgRequest, OrgTransport } from '../core/ports/transport.js';
import { newestVersion } from './api-versions.js';
import { createDispatcher, leadLogins, setBack, type LoginWatch } from './dispatcher.js';
import { exchange, wireLimits, type WireAnswer, type WireLimits } from './http-wire.js';
import { readLimitInfo, type LimitInfo } from './limit-info.js';
import { toOrgFault } from './org-fault.js';

export type TransportOptions = {
  readonly limits?: WireLimits;
  /** The connection's API version is only a stand-in: the org is asked for its newest before the first request. */
  readonly askVersion?: boolean;
  /** The org's newest version, once it is known. */
  readonly onVersion?: (version: string) => Promise<void>;
};

/** A request, and once more after the login was refreshed: a second 401 is final (design.md 3.3). */
const mostAttempts = 2;

/**
 * The wire through a connection of the CLI: jsforce knows the login, its headers and its refresh; the requests
 * themselves are made here, each once and within its time, for jsforce's own hang when a body breaks off, are repeated
 * or not as it sees fit, and wait for what the org is allowed to take (API 10.1).
 * @throws OrgFault the proxy setting is no address
 */
export function createOrgTransport(connection: Connection, options: TransportOptions = {}): OrgTransport {
  return new ConnectionTransport(connection, options);
}

class ConnectionTransport implements OrgTransport {
  private readonly limits: WireLimits;
  private readonly host: string;
  private readonly dispatcher: Dispatcher;
  private readonly login: LoginWatch;
  private counted = 0;
  /** What the org's newest answer said of its own count, and how many had been sent by then. */
  private told: { readonly info: LimitInfo; readonly calls: number } | undefined;
  private versioned: Promise<void> | undefined;

  public constructor(
    private readonly connection: Connection,
    private readonly options: TransportOptions,
  ) {
    this.limits = options.limits ?? wireLimits;
    this.host = hostOf(connection.instanceUrl);
    this.dispatcher = createDispatcher(this.limits);
    this.login = leadLogins(this.dispatcher, this.limits);
  }

  public get apiVersion(): string {
    return this.connection.getApiVersion();
  }

  public readonly calls = (): number => this.counted;

  public readonly orgUsage = (): OrgApiUsage | undefined =>
    this.told && { used: this.told.info.used + this.counted - this.told.calls, max: this.told.info.max };

  public async request(request: OrgRequest): Promise<unknown> {
    if (this.options.askVersion === true) await this.versionKnown();
    return this.call(request, `/services/data/v${this.apiVersion}${request.path}`, () => (this.counted += 1));
  }

  /** Asked once; after a fault, again. */
  private async versionKnown(): Promise<void> {
    this.versioned ??= this.askVersion();
    try {
      await this.versioned;
    } catch (fault) {
      this.versioned = undefined;
      throw fault;
    }
  }

  private async askVersion(): Promise<void> {
    // The org does not count this one (API 2.1).
    const answer = await this.call({ method: 'GET', path: '' }, '/services/data', () => this.counted);
    const version = newestVersion(answer);
    if (version === undefined) throw unreadable(this.host);
    this.connection.setApiVersion(version);
    await this.options.onVersion?.(version);
  }

  private async call({ method, body, headers: more }: OrgRequest, url: string, count: () => number): Promise<unknown> {
    const attempts = new Attempts((wanted) => exchange(this.dispatcher, wanted, this.limits), {
      host: this.host,
      loginMs: this.limits.loginMs,
      count,
      onRefused: () => setBack(this.login),
    });
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...more };
    const request = { method, url, headers, ...(body === undefined ? {} : { body }) };
    let answer: unknown;
    try {
      const asked = this.connection.request(request, { transport: attempts as unknown as never });
      answer = await Promise.race([asked, attempts.loginTooLate]);
    } catch (error) {
      const { limitInfo, status: httpStatus, refreshing } = attempts;
      throw toOrgFault(error, { host: this.host, limitInfo, httpStatus, login: refreshing ? this.login : undefined });
    } finally {
      attempts.close();
      if (attempts.limitInfo !== undefined) this.told = { info: attempts.limitInfo, calls: attempts.ordinal };
    }
    if (attempts.status !== undefined && attempts.status >= 300) throw moved(this.host, attempts);
    if (typeof answer === 'string') throw unreadable(this.host);
    return answer;
  }
}

type Wire = Connection['_transport'];
type Wanted = { method: string; url: string; headers?: Record<string, string>; body?: unknown };
type JsforceAnswer = { statusCode: number; headers: Record<string, string>; body: string };

type AttemptFacts = {
  readonly host: string;
  readonly loginMs: number;
  readonly count: () => number;
  readonly onRefused: () => void;
};

/**
 * What jsforce takes for its transport, for one request: counts what goes over the wire (A1), and ends what jsforce
 * would go on with for ever: the refreshing of a login that is refused again and again (API 1.2), and a refresh that
 * never ends.
 */
class Attempts {
  public limitInfo: LimitInfo | undefined;
  /** Of the last answer; undefined while there is none. */
  public status: number | undefined;
  /** Rejects when jsforce has been busy with the login for too long. */
  public readonly loginTooLate: Promise<never>;
  public location: string | undefined;
  /** Which of all requests the last one was. */
  public ordinal = 0;
  private made = 0;
  private over = false;
  private timer: NodeJS.Timeout | undefined;
  private giveUp!: (fault: OrgFault) => void;

  public constructor(
    private readonly send: (wanted: Parameters<typeof exchange>[1]) => Promise<WireAnswer>,
    private readonly facts: AttemptFacts,
  ) {
    this.loginTooLate = new Promise((_resolve, reject) => (this.giveUp = reject));
    this.loginTooLate.catch(() => undefined);
    this.awaitLogin();
  }

  /** Between two requests jsforce has only the login to see to. */
  public get refreshing(): boolean {
    return this.made === 0 || (this.status === 401 && this.timer !== undefined);
  }

  /** Nothing goes out any more: jsforce goes on by itself when a refresh that was given up on ends after all (R3). */
  public close(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  public httpRequest(wanted: Wanted): ReturnType<Wire['httpRequest']> {
    // jsforce asks for a stream, too; nobody reads it.
    const answer = Object.assign(this.attempt(wanted), { stream: () => new PassThrough() });
    return answer;
  }

  private async attempt({ method, url, headers = {}, body }: Wanted): Promise<JsforceAnswer> {
    if (this.over) throw givenUp(this.facts.host);
    clearTimeout(this.timer);
    this.timer = undefined;
    this.made += 1;
    this.status = undefined;
    this.ordinal = this.facts.count();
    const answer = await this.send({ method, url, headers, body: typeof body === 'string' ? body : undefined });
    this.status = answer.status;
    this.location = answer.headers['location'];
    this.limitInfo = readLimitInfo(answer.headers['sforce-limit-info']);
    if (answer.status === 401) {
      if (this.made >= mostAttempts) throw refusedAgain(this.facts.host);
      this.facts.onRefused();
      this.awaitLogin();
    }
    // An org may repeat the token, in a page of its own fault or in the words of a trigger (S1).
    return { statusCode: answer.status, headers: answer.headers, body: withoutAccessTokens(answer.body) };
  }

  private awaitLogin(): void {
    if (this.over) return;
    const { host, loginMs } = this.facts;
    this.timer = setTimeout(() => {
      const detail = `${host}: the login could not be refreshed in ${loginMs / 1000} s`;
      this.giveUp(new OrgFault('not-sent', faultMessage('unreachable', detail), { reason: 'unreachable', host }));
    }, loginMs);
  }
}

function givenUp(host: string): OrgFault {
  const message = faultMessage('unreachable', `${host}: nobody waits for this request any more`);
  return new OrgFault('not-sent', message, { reason: 'unreachable', host });
}

function refusedAgain(host: string): OrgFault {
  const facts = { reason: 'login-expired', statusCode: 'INVALID_SESSION_ID', httpStatus: 401, host } as const;
  const detail = 'INVALID_SESSION_ID: the org refused it again after it had been refreshed';
  return new OrgFault('login', faultMessage('login-expired', detail), facts);
}

function moved(host: string, { status, location }: Attempts): OrgFault {
  const to = location === undefined ? '' : `, to ${hostOf(location)}`;
  const message = faultMessage('moved', `${host}: HTTP ${status}${to}`);
  return new OrgFault('refused', message, {
    reason: 'moved',
    host,
    ...(status === undefined ? {} : { httpStatus: status }),
  });
}

/** The org may have done what was asked; what it says of it cannot be told. */
function unreadable(host: string): OrgFault {
  const message = faultMessage('unreadable', `${host}: not the JSON that was asked for`);
  return new OrgFault('outcome-unknown', message, { reason: 'unreadable', host });
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
