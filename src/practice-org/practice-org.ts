import { toId18 } from './ids.js';
import { Desk } from './http/desk.js';
import type { Faults } from './http/faults.js';
import { Journal } from './http/journal.js';
import type { JournalEntry } from './http/journal.js';
import { OrgServer } from './http/org-server.js';
import { Session } from './http/session.js';
import { control } from './control/control.js';
import { newOrgState } from './new-org-state.js';
import type { PracticeOrgOptions } from './new-org-state.js';
import type { Behaviour, Limit, OrgState } from './org-state.js';
import type { ObjectDefinition } from './schema/definitions.js';
import type { ObjectPermissions } from './schema/schema.js';
import { seedRow, systemRows } from './seed.js';
import { matchKey } from './store/table.js';
import type { Commit } from './store/transaction.js';
import type { FieldValue, Row } from './values.js';
import type { ApexLimitValues } from './write/apex-limits.js';
import type { AssignmentRule, DuplicateRule, Switchboard, Trigger, ValidationRule } from './write/automation.js';

/** Field-level security of the login user. */
type FieldSwitches = {
  hide(object: string, field: string): void;
  readOnly(object: string, field: string): void;
  /** visible and writable again, as far as the field itself allows */
  editable(object: string, field: string): void;
};

/**
 * A small Salesforce org in memory, behind an HTTP server on the loopback. What it does and where it simplifies is told in
 * the README beside this file; all facts on the APIs come from Salesforce's documents.
 */
export class PracticeOrg {
  readonly #state: OrgState;
  readonly #session: Session;
  readonly #journal = new Journal();
  readonly #server: OrgServer;
  #url = '';

  /** @throws Error if `orgId` is no Id */
  public constructor(options: PracticeOrgOptions = {}) {
    this.#state = newOrgState(options);
    this.#session = new Session(this.#state.orgId, options.username ?? 'admin@practice.example');
    const desk = new Desk(this.#state, this.#session, this.#journal, () => this.#url);
    this.#server = new OrgServer(desk, control(this), options.latency ?? {});
    for (const [object, row] of systemRows(this.#state, this.#session.username)) this.seed(object, [row]);
  }

  /** @throws Error if the host is not the loopback or the port is taken */
  public async start({ port = 0, host = '127.0.0.1' } = {}): Promise<{ url: string; accessToken: string }> {
    this.#url = await this.#server.start(port, host);
    return { url: this.#url, accessToken: this.accessToken };
  }

  /** Closes every connection at once. Rows, journal and tokens stay, so the org can be started again. */
  public async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** without slash at the end; empty before the first start */
  public get url(): string {
    return this.#url;
  }

  /** The token given out last. */
  public get accessToken(): string {
    return this.#session.accessToken;
  }

  public get refreshToken(): string {
    return this.#session.refreshToken;
  }

  public get orgId(): string {
    return this.#state.orgId;
  }

  public get userId(): string {
    return this.#state.userId;
  }

  public get username(): string {
    return this.#session.username;
  }

  /** Makes all access tokens invalid: the next call gets 401, a refresh or a JWT login a new token. */
  public expireSession(): void {
    this.#session.expire();
  }

  /** A new valid access token, as another login would get. */
  public login(): string {
    return this.#session.issue();
  }

  /** Committed rows in order of insertion. @throws Error if there is no such object */
  public records(object: string): Row[] {
    return this.#state.database.table(object).rows();
  }

  /** The row with this value, by the matching rules of the field. @throws Error if object or field do not exist */
  public find(object: string, fieldName: string, value: FieldValue): Row | undefined {
    const schema = this.#state.schema.require(object);
    const field = schema.field(fieldName);
    if (!field) throw new Error(`No field ${fieldName} on ${object}`);
    const table = this.#state.database.table(object);
    if (field.type === 'id') return table.get(toId18(String(value)) ?? '');
    const key = matchKey(field, value);
    const ids = table.idsOf(field, value);
    if (ids) return table.get(ids[0] ?? '');
    return table.rows().find((row) => matchKey(field, row[field.name] ?? null) === key);
  }

  /** Inserts rows without checks, triggers or journal. @returns their Ids. @throws Error on an unknown field */
  public seed(object: string, rows: ReadonlyArray<Record<string, FieldValue>>): string[] {
    return rows.map((row) => seedRow(this.#state, object, row));
  }

  /** Every request so far, in order of arrival. */
  public get journal(): readonly JournalEntry[] {
    return this.#journal.entries;
  }

  /** Every committed write so far, in order. */
  public get commits(): readonly Commit[] {
    return this.#journal.commits;
  }

  /** Forgets journal and commits; rows and counters stay. */
  public clearJournal(): void {
    this.#journal.clear();
  }

  /** Calls counted against DailyApiRequests so far. */
  public get apiCalls(): number {
    return this.#journal.apiCalls;
  }

  public get rules(): Switchboard<ValidationRule> {
    return this.#state.rules;
  }

  public get triggers(): Switchboard<Trigger> {
    return this.#state.triggers;
  }

  public get duplicateRules(): Switchboard<DuplicateRule> {
    return this.#state.duplicateRules;
  }

  public get assignmentRules(): Switchboard<AssignmentRule> {
    return this.#state.assignmentRules;
  }

  public get faults(): Faults {
    return this.#state.faults;
  }

  /** How the org acts where the documents are silent; change it in place. */
  public get behaviour(): Behaviour {
    return this.#state.behaviour;
  }

  /** Apex limits of each transaction; change them in place. */
  public get apexLimits(): ApexLimitValues {
    return this.#state.apexLimits;
  }

  /** What `/limits` and `Sforce-Limit-Info` tell; change it in place. At 0 remaining, calls get 403. */
  public get limits(): { DailyApiRequests: Limit } & Record<string, Limit> {
    return this.#state.limits;
  }

  /** Ids that writes put into Recently Viewed, newest last. */
  public get recentlyViewed(): readonly string[] {
    return this.#state.recentlyViewed;
  }

  /** Adds an object, or replaces one; its rows stay. */
  public setObject(definition: ObjectDefinition): void {
    this.#state.schema.set(definition);
  }

  /** What the org knows of the object now. @throws Error if there is none */
  public objectDefinition(name: string): ObjectDefinition {
    return this.#state.schema.require(name).definition;
  }

  /** Changes the user's rights on an object. @throws Error if there is none */
  public setPermissions(object: string, permissions: Partial<ObjectPermissions>): void {
    Object.assign(this.#state.schema.require(object).permissions, permissions);
    this.#state.schema.touch(object);
  }

  public get fields(): FieldSwitches {
    const secure = (object: string, field: string, access: 'hidden' | 'readOnly' | 'editable'): void => {
      this.#state.schema.require(object).secure(field, access);
      this.#state.schema.touch(object);
    };
    return {
      hide: (object, field): void => secure(object, field, 'hidden'),
      readOnly: (object, field): void => secure(object, field, 'readOnly'),
      editable: (object, field): void => secure(object, field, 'editable'),
    };
  }
}
