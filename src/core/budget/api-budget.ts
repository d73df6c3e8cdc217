import type { Clock } from '../ports/clock.js';
import type { Ledger, LedgerView, OrgUsageAt } from '../ports/ledger.js';
import type { OrgTransport } from '../ports/transport.js';
import { BudgetStop } from '../run/stop.js';
import { resolveSettings } from '../settings.js';
import { apiUseOf, freeAt, type DayUse } from './api-use.js';
import { reservedCalls, roomOf, tooLittle, type BudgetFacts, type Room } from './policy.js';
import { budgetStopWords } from './words.js';

/** What other processes have spent is looked at again after this many milliseconds … */
const readAfterMs = 60_000;
/** … which must be this many times what the look itself takes. */
const readingShare = 50;
/** … and when this part of the room has been spent: the closer to the limit, the more often. */
const partOfRoom = 10;

export type ApiBudgetPorts = {
  readonly orgId: string;
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'read'>;
  readonly transport: Pick<OrgTransport, 'calls' | 'orgUsage'>;
};

/** API use as results show it: the stable `--json` contract (fields are added, never renamed). */
export type ApiUseResult = {
  /** API calls of this plugin, by whole hours. */
  last24Hours: number;
  /** Setting `daily-api-limit`; null: none. */
  limit: number | null;
  /** Setting `api-reserve` in percent, and in calls where the org's own figures are known. */
  reserve: number;
  reservedCalls: number | null;
  /** The org's own count of all its clients, and when it was seen. */
  org: { used: number; max: number; at: string } | null;
  /** Calls that may still be made today; null: nothing bounds them, as far as is known. */
  left: number | null;
};

/**
 * The API calls that one process may still make in an org (A1): the hourly buckets of the ledger, plus its own calls
 * that are not in there yet, against `daily-api-limit`; the org's own count against `api-reserve`.
 *
 * Processes that share a ledger share the limit, as far as their commits show: each commits its calls with its windows,
 * so together they may overshoot by what one window of each takes.
 */
export class ApiBudget {
  private view: LedgerView;
  private limit: number | null = null;
  private reserve = 0;
  /** Own calls that commits of this process took to the ledger … */
  private committedCalls = 0;
  /** … and those of them that `view` knows. */
  private committedInView = 0;
  private readAtMs: number;
  private readTookMs = 0;
  private callsAtRead = 0;
  private roomAtRead = Infinity;

  /** @param view the ledger as it was at opening */
  public constructor(
    private readonly ports: ApiBudgetPorts,
    view: LedgerView,
  ) {
    this.view = view;
    this.readAtMs = ports.clock.monotonicMs();
    this.take(view);
  }

  /** Own calls that are in no commit yet. */
  public get uncommitted(): number {
    return this.ports.transport.calls() - this.committedCalls;
  }

  /** The org's own count for a commit. */
  public get orgUsage(): OrgUsageAt | undefined {
    const usage = this.ports.transport.orgUsage();
    return usage && { ...usage, at: this.ports.clock.now() };
  }

  /** So many of the own calls are in the ledger now. */
  public committed(calls: number): void {
    this.committedCalls += calls;
  }

  /** @throws BudgetStop there is no room for so many calls */
  public async assertRoom(calls: number): Promise<void> {
    if (this.isOld()) await this.readAgain();
    if (tooLittle(this.facts(), calls) === undefined) return;
    // Before it stops: others' calls may have left the 24 hours, or an admin may have changed a setting.
    await this.readAgain();
    const facts = this.facts();
    const room = tooLittle(facts, calls);
    if (room === undefined) return;
    throw new BudgetStop(room.setting, budgetStopWords(room, facts, calls, this.goesOnAt(room, facts, calls)));
  }

  public facts(): BudgetFacts {
    const { limit, reserve } = this;
    const used = this.day().last24Hours + this.ports.transport.calls() - this.committedInView;
    return { limit, reserve, used, org: this.ports.transport.orgUsage() ?? null };
  }

  public get room(): Room | null {
    return roomOf(this.facts());
  }

  public result(): ApiUseResult {
    const facts = this.facts();
    const { limit, reserve, used } = facts;
    const room = roomOf(facts);
    return {
      last24Hours: used,
      limit,
      reserve,
      reservedCalls: reservedCalls(facts),
      org: this.orgUsage ?? null,
      left: room === null ? null : Math.max(0, room.calls),
    };
  }

  private day(): DayUse {
    return apiUseOf(this.view.apiUse, this.ports.orgId, this.ports.clock.now());
  }

  private take(view: LedgerView): void {
    this.view = view;
    const settings = resolveSettings({ rows: view.settings, orgId: this.ports.orgId });
    const limit = settings['daily-api-limit'].value;
    this.limit = limit === 'none' ? null : limit;
    this.reserve = settings['api-reserve'].value;
    this.callsAtRead = this.ports.transport.calls();
    this.roomAtRead = this.limit === null ? Infinity : this.limit - this.facts().used;
  }

  /** Without a limit nothing depends on what others spent: the org's own count comes with every answer. */
  private isOld(): boolean {
    if (this.limit === null) return false;
    const elapsed = this.ports.clock.monotonicMs() - this.readAtMs;
    if (elapsed >= Math.max(readAfterMs, this.readTookMs * readingShare)) return true;
    const spent = this.ports.transport.calls() - this.callsAtRead;
    return spent > 0 && spent * partOfRoom >= this.roomAtRead;
  }

  private async readAgain(): Promise<void> {
    const startedMs = this.ports.clock.monotonicMs();
    const committed = this.committedCalls;
    let view: LedgerView;
    try {
      view = await this.ports.ledger.read();
    } catch {
      // Accounting goes on by what is known; a ledger that is broken is told by the next commit.
      return;
    } finally {
      this.readAtMs = this.ports.clock.monotonicMs();
      this.readTookMs = this.readAtMs - startedMs;
    }
    this.committedInView = committed;
    this.take(view);
  }

  private goesOnAt({ setting }: Room, { limit, used }: BudgetFacts, calls: number): string | undefined {
    if (setting !== 'daily-api-limit' || limit === null || calls > limit) return undefined;
    return freeAt(this.day().hours, used + calls - limit, this.ports.clock.now());
  }
}
