import type { Fault, FaultHandle, PracticeOrg } from '../../src/practice-org/index.js';
import { keysOf } from '../support/life/job-world.js';
import type { Chance } from './chance.js';

type Request = { readonly method: string; readonly path: string; readonly body: unknown };

/** One way in which a request may go wrong. */
type Way = {
  readonly name: string;
  readonly weight: number;
  readonly fault: Fault;
  /** Where it may strike; everywhere, if it says nothing. */
  readonly where?: (request: Request) => boolean;
};

const json = (body: unknown): string => JSON.stringify(body);
const writes = (request: Request): boolean => keysOf(request).length > 0;
/** Alone, a record that is too large is the record's own error. */
const writesSeveral = (request: Request): boolean => keysOf(request).length > 1;

const garbage: readonly string[] = [
  '',
  '{}',
  '[]',
  'null',
  '42',
  '"done"',
  '{"compositeResponse":[]}',
  json({ compositeResponse: [{ body: [], httpHeaders: {}, httpStatusCode: 200, referenceId: 'c0' }] }),
  json({ compositeResponse: [{ body: null, httpHeaders: {}, httpStatusCode: 200, referenceId: 'c0' }] }),
  '[{"success":true}]',
  '{"compositeResponse":[{"body":[{"success":tr',
];

const ways: readonly Way[] = [
  { name: 'reset before', weight: 6, fault: { kind: 'cutBefore' } },
  { name: 'reset after', weight: 8, fault: { kind: 'cutAfter' } },
  ...([500, 502, 503, 504] as const).flatMap((status): Way[] => [
    { name: `${status}`, weight: 2, fault: { kind: 'serverError', status } },
    {
      name: `${status} html after`,
      weight: 2,
      fault: { kind: 'serverError', status, body: 'html', afterCommit: true },
    },
  ]),
  { name: 'maintenance 503', weight: 2, fault: { kind: 'maintenance' } },
  { name: '200 html', weight: 3, fault: { kind: 'notJson', body: 'html' } },
  { name: '200 truncated', weight: 4, fault: { kind: 'notJson', body: 'truncated' } },
  ...garbage.flatMap((body): Way[] => [
    { name: '200 garbage', weight: 0.4, fault: { kind: 'answer', status: 200, body } },
    { name: '200 garbage after', weight: 0.6, fault: { kind: 'answer', status: 200, body, afterCommit: true } },
  ]),
  { name: '420', weight: 3, fault: { kind: 'noRoute' } },
  { name: '429', weight: 3, fault: { kind: 'tooManyRequests' } },
  { name: 'limit concurrent', weight: 3, fault: { kind: 'requestLimit', limit: 'concurrent' } },
  { name: '401', weight: 2, fault: { kind: 'unauthorized' } },
  { name: '413', weight: 2, where: writesSeveral, fault: { kind: 'payloadTooLarge' } },
  {
    name: 'running too long',
    weight: 1,
    where: writesSeveral,
    fault: {
      kind: 'answer',
      status: 400,
      body: json([{ errorCode: 'REQUEST_RUNNING_TOO_LONG', message: 'Too long' }]),
    },
  },
  // These end a run.
  { name: 'limit total', weight: 0.3, fault: { kind: 'requestLimit', limit: 'total' } },
  {
    name: '404',
    weight: 0.2,
    where: writes,
    fault: { kind: 'answer', status: 404, body: json([{ errorCode: 'NOT_FOUND', message: 'No such resource' }]) },
  },
  {
    name: '400',
    weight: 0.2,
    where: writes,
    fault: { kind: 'answer', status: 400, body: json([{ errorCode: 'JSON_PARSER_ERROR', message: 'Unexpected' }]) },
  },
];

/** A request of a record may be locked so often in one command; at six it would count as refused (T1). */
const mostLocks = 3;

/** What happens at the n-th request that writes. */
export type Appointment = {
  readonly nth: number;
  /** The org takes the request and never answers; `after`: it does what was asked first. */
  readonly hang?: 'before' | 'after';
  readonly then: () => void;
};

/** Requests that hang for ever. */
export const neverAnswered = new WeakSet<object>();

/** What the requests of one command meet at the org. */
export class Weather {
  public readonly struck = new Map<string, number>();
  private readonly decided = new WeakMap<object, string>();
  private readonly handles: { readonly name: string; readonly handle: FaultHandle }[] = [];
  private readonly locks = new Map<string, number>();
  private locked: string | undefined;
  private writing = 0;
  private calm = false;

  public constructor(
    private readonly org: PracticeOrg,
    private readonly chance: Chance,
    private readonly probability: number,
    /** Begin the keys of the jobs that it is for; others run beside them and have a weather of their own. */
    private readonly prefixes: readonly string[],
    private readonly appointment?: Appointment,
  ) {
    const where = (record: object): boolean => 'Ext_Id__c' in record && record.Ext_Id__c === this.locked;
    for (const [index, { fault }] of ways.entries()) this.arm(`${index}`, fault);
    for (const side of ['before', 'after'] as const)
      this.arm(`hang ${side}`, { kind: 'slow', ms: 2 ** 31 - 1, afterCommit: side === 'after' });
    this.arm('slow', { kind: 'slow', ms: 15, afterCommit: chance.is(0.5) });
    const scope = chance.of(['batch', 'record'] as const);
    const lock = org.faults.next({ kind: 'lockRows', scope, where, times: Infinity });
    this.handles.push({ name: 'row lock', handle: lock });
  }

  /** From now on all goes well. */
  public clear(): void {
    this.calm = true;
    this.locked = undefined;
  }

  /** Ends it, and counts what struck. */
  public end(): ReadonlyMap<string, number> {
    for (const { name, handle } of this.handles) {
      const way = ways[Number(name)]?.name ?? name;
      if (handle.hits > 0 && way !== 'slow') this.struck.set(way, (this.struck.get(way) ?? 0) + handle.hits);
      handle.remove();
    }
    this.handles.length = 0;
    return this.struck;
  }

  private arm(name: string, fault: Fault): void {
    const match = (request: Request): boolean => this.decide(request) === name;
    const handle = this.org.faults.next({ ...fault, match, times: Infinity } as Fault);
    this.handles.push({ name, handle });
  }

  /** Asked for every kind of fault, decided once. */
  private decide(request: Request): string {
    const known = this.decided.get(request);
    if (known !== undefined) return known;
    const decision = this.draw(request);
    this.decided.set(request, decision);
    return decision;
  }

  private draw(request: Request): string {
    this.locked = undefined;
    const keys = keysOf(request);
    const isOurs = (key: string): boolean => this.prefixes.some((prefix) => key.startsWith(prefix));
    if (keys.length > 0 && !keys.some(isOurs)) return 'none';
    if (keys.length > 0 && (this.writing += 1) === this.appointment?.nth) {
      const { hang, then } = this.appointment;
      // Not before the org has worked on it.
      setImmediate(then);
      if (hang === undefined) return 'none';
      neverAnswered.add(this.org.journal.at(-1)!);
      return `hang ${hang}`;
    }
    if (this.calm || !this.chance.is(this.probability)) return this.chance.is(0.05) ? 'slow' : 'none';
    if (keys.length > 0 && this.chance.is(0.12)) this.lock(keys);
    if (this.locked !== undefined) return 'none';
    const open = ways.map((way, index) => ({ ...way, index })).filter(({ where }) => where?.(request) !== false);
    return String(this.chance.weighted(open).index);
  }

  private lock(keys: readonly string[]): void {
    if (keys.some((key) => (this.locks.get(key) ?? 0) >= mostLocks)) return;
    for (const key of keys) this.locks.set(key, (this.locks.get(key) ?? 0) + 1);
    this.locked = this.chance.of(keys);
  }
}
