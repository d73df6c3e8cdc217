import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import {
  canonical,
  copyOf,
  fieldNames,
  isConvertible,
  isPositional,
  isUsable,
  LifeModel,
  without,
  type Course,
  type Fields,
  type Owed,
  type Rule,
  type RunOptions,
  type SourceRow,
  type State,
  type Write,
} from './model.js';
import type { CellDraw, Mishap, RowDraw, Sequence, Step } from './steps.js';
import type { Ended, JobWorld, Seen, SeenError } from './job-world.js';
import { World, type Stage } from './world.js';
import { matchWrites, type Liberties, type Matched } from './written.js';

/** The rules of the org that steps turn on and off; the first two are on at first. */
const rules: readonly Rule[] = [
  { field: 'Name', prefix: 'x' },
  { field: 'Phone', prefix: 'x' },
  { field: 'Name', prefix: 'y' },
  { field: 'AccountNumber', prefix: 'y' },
];

/** What happened, for the figures of the test. */
export type Tally = { steps: number; deaths: number; runs: number; retries: number; paused: number };

/** What a run or retry that begins now has to come to. */
export type Expectation = {
  readonly kind: 'run' | 'retry';
  readonly course: Course;
  /** Where the journal of the org stood. */
  readonly before: number;
  readonly mode?: RunOptions['mode'];
  /** The paused record that goes first, alone (H2). */
  readonly reattempt?: string | undefined;
};

/** Plays one sequence on the real thing and on the model, and compares them after each step. */
export async function play(
  sequence: Sequence,
  stage: Stage,
  name: string,
  onDisk: boolean,
  tally: Tally,
): Promise<void> {
  const { batchSize, collections } = sequence;
  const world = new World(stage, { name, job: 'accounts', batchSize, collections, onDisk });
  stage.org.clearJournal();
  stage.org.faults.clear();
  stage.org.rules.clear();
  stage.org.behaviour.rollback = sequence.naming;
  const player = new Player(world, tally);
  await player.start(sequence.rows);
  for (const [index, step] of sequence.steps.entries()) {
    player.place = `step ${index + 1} (${step.op})`;
    await player.step(step);
    tally.steps += 1;
  }
  await player.end(sequence.mendRows);
}

/** One job of the real thing beside its model. */
export class Player {
  public place = 'start';
  private readonly model = new LifeModel();
  private values = 0;

  public constructor(
    private readonly world: JobWorld,
    private readonly tally: Tally,
  ) {}

  public async start(rows: readonly RowDraw[]): Promise<void> {
    this.setRules([rules[0]!, rules[1]!]);
    await this.edit(rows.map((row) => this.made(row)));
  }

  public async step(step: Step): Promise<void> {
    const { source } = this.model;
    const at = 'at' in step && source.length > 0 ? step.at % source.length : 0;
    switch (step.op) {
      case 'run':
        return this.run({ mode: step.mode }, step);
      case 'restart':
        return this.run({ mode: step.mode, restart: true });
      case 'from-row':
        return this.run({ mode: step.mode, fromRow: 1 + (step.at % (source.length + 3)) });
      case 'retry':
        return this.retry(step.most, step);
      case 'rule':
        return this.toggle(rules[step.rule]!);
      case 'skip':
        return this.skip(step.discard);
      case 'admin':
        return this.admin(step.action, step.at);
      case 'append':
        return this.edit([...source, ...step.rows.map((row) => this.made(row))]);
      case 'replace':
        return this.edit(step.rows.map((row) => this.made(row)));
      case 'insert':
        return this.edit(source.toSpliced(at, 0, ...step.rows.map((row) => this.made(row))));
      case 'remove':
        return this.edit(source.toSpliced(at, 1));
      default:
        return source.length === 0 ? undefined : this.edit(source.with(at, this.changed(source[at]!, step)));
    }
  }

  /** Everything is mended; a last run, a retry, a run: nothing is owed, nothing is stale, nothing is lost. */
  public async end(mendRows: boolean): Promise<void> {
    this.place = 'end';
    this.setRules([]);
    if (mendRows) await this.edit(this.model.source.map((row, index) => this.mended(row, index)));
    for (const key of [...this.model.state.errors.keys()]) await this.admin('requeue', key);
    for (const mode of ['log', 'retry', 'log'] as const) {
      this.place = `end (${mode})`;
      if (mode === 'retry') await this.retry(0);
      else await this.run({ mode });
    }
    this.expectNothingOwed();
    this.expectNewest();
  }

  public expectRun(options: RunOptions): Expectation {
    this.tally.runs += 1;
    const reattempt = this.reattempt(options);
    const course = this.model.run(options);
    return { kind: 'run', course, before: this.world.requests, mode: options.mode, reattempt };
  }

  public expectRetry(most: number, readable: boolean): Expectation {
    this.tally.retries += 1;
    return { kind: 'retry', course: this.model.retry(most, readable), before: this.world.requests };
  }

  /** Has a job that could be retried ever begun? */
  public get known(): boolean {
    return this.model.state.job.phase !== 'none';
  }

  /** Compares what was written and logged with what had to be, and takes it over. */
  public async settle(expectation: Expectation, ended: Ended): Promise<void> {
    const { course, before, kind, mode, reattempt } = expectation;
    if (ended.finished && course.failed !== true && ended.error !== undefined) throw ended.error as Error;
    const seen = await this.world.see();
    const liberties = this.liberties(expectation);
    const expected = course.writes.map(({ key, fields }) => ({ key, fields }));
    const matched = matchWrites(this.world.writesFrom(before), expected, liberties);
    this.same(matched.wrong, undefined, `H1 L2 R1 R3 written, of ${JSON.stringify(expected)}`);
    if (ended.finished) this.takeAll(course, matched, seen);
    else this.takePart(expectation, matched, seen, ended);
    this.compareOrg();
    const sent = this.world.requestsFrom(before);
    if (reattempt !== undefined && sent.length > 0)
      this.same(sent[0], [reattempt], 'H2 the paused record goes alone first');
    if (!ended.finished) return;
    this.same(ended.error !== undefined, course.failed === true, `an error: ${String(ended.error)}`);
    if (kind === 'run') this.compareResult(course, mode, seen, ended);
  }

  private async run(options: RunOptions, mishap: Mishap = {}): Promise<void> {
    const expectation = this.expectRun(options);
    await this.settle(expectation, await this.world.run(options, mishap));
  }

  private async retry(
    most: number,
    { vanished, ...mishap }: Omit<Extract<Step, { op: 'retry' }>, 'op' | 'most'> = {},
  ): Promise<void> {
    if (!this.known) return;
    const expectation = this.expectRetry(most, vanished !== true);
    if (vanished === true) await this.world.hide();
    const ended = await this.world.retry(most, mishap);
    if (vanished === true) await this.world.show();
    await this.settle(expectation, ended);
  }

  /** Only what came to nothing may come again, and only in log mode may a window come in parts. */
  private liberties({ kind, before, mode }: Expectation): Liberties {
    if (kind === 'retry') return { ahead: Infinity, again: this.world.lostAnswersFrom(before) ? Infinity : 0 };
    const { windowSize, inParts } = this.world;
    return {
      ahead: mode === 'log' && inParts ? windowSize - 1 : 0,
      again: this.world.lostAnswersFrom(before) ? windowSize : 0,
    };
  }

  private takeAll(course: Course, { made, through }: Matched, seen: Seen): void {
    this.same([...made].length, course.writes.length, `L1 R1 all is written (${through} in order)`);
    const last = course.states.at(-1)!;
    this.compare(last, seen);
    this.model.adopt(last, course.writes);
  }

  private takePart({ course, kind }: Expectation, matched: Matched, seen: Seen, ended: Ended): void {
    this.tally.deaths += 1;
    if (ended.silentFrom !== undefined)
      this.same(this.world.requests, ended.silentFrom, 'C4 nothing is sent after the ledger failed');
    const writes = course.writes.filter((_, place) => matched.made.has(place));
    if (kind === 'retry') this.takeRetry(course, writes, seen);
    else this.takeRun(course, matched, seen);
  }

  private compareResult(course: Course, mode: RunOptions['mode'] | undefined, seen: Seen, { result }: Ended): void {
    if (seen.phase === 'paused') this.tally.paused += 1;
    if (course.failed !== true) this.same(result?.status, statusOf(seen, result?.failed ?? 0), 'X1 the status');
    if (mode === 'log')
      this.same(result?.read, (result?.exported ?? 0) + (result?.failed ?? 0), 'P6 read = exported + failed');
    this.same(result?.exported, course.writes.length, 'P6 exported');
    this.same(result?.pausedOn?.row ?? null, seen.phase === 'paused' ? seen.paused?.row : null, 'X1 pausedOn');
  }

  private async skip(discard: boolean): Promise<void> {
    if (this.model.state.job.phase === 'none') return;
    await this.world.skip(discard);
    this.model.skip(discard);
    this.compare(this.model.state, await this.world.see());
  }

  private async admin(action: 'discard' | 'quarantine' | 'requeue', which: number | string): Promise<void> {
    const { job, errors } = this.model.state;
    const keys = [...errors.keys()];
    const key = typeof which === 'string' ? which : keys[which % Math.max(1, keys.length)];
    if (key === undefined) return;
    const changed = await this.world.admin(key, action);
    const owed = errors.get(key)!;
    if (action === 'discard') {
      this.same(changed, !(job.phase === 'paused' && job.paused?.serial === owed.serial), 'discard');
      if (changed) errors.delete(key);
      if (changed) this.model.state.decided.add(key);
    } else if (changed) {
      owed.status = action === 'quarantine' ? 'quarantined' : 'pending';
      if (action === 'requeue') owed.retries = (await this.world.see()).errors.get(key)?.retries ?? 0;
    }
    this.compare(this.model.state, await this.world.see());
  }

  private toggle(rule: Rule): void {
    const on = new Set(this.model.rules);
    if (!on.delete(rule)) on.add(rule);
    this.setRules([...on]);
  }

  private setRules(on: readonly Rule[]): void {
    this.model.rules = new Set(on);
    const { practiceOrg: org, prefix: job } = this.world;
    for (const { name } of org.rules.all) if (name.startsWith(job)) org.rules.remove(name);
    for (const { field, prefix } of on) {
      org.rules.add({
        name: `${job}${field}_${prefix}`,
        object: 'Account',
        message: `${field} starts with ${prefix}`,
        field,
        predicate: (record) =>
          String(record.Ext_Id__c).toLowerCase().startsWith(job) && String(record[field] ?? '').startsWith(prefix),
      });
    }
  }

  private reattempt({ mode, restart, fromRow }: RunOptions): string | undefined {
    const { job } = this.model.state;
    const { paused } = job;
    if (mode !== 'pause' || restart === true || fromRow !== undefined) return undefined;
    if (job.phase !== 'paused' || paused === null || !this.model.prefixHolds) return undefined;
    const now = this.model.source[paused.row - 1];
    if (now === undefined || canonical(now, paused.row) !== paused.key) return undefined;
    return isUsable(now) && isConvertible(now.fields) ? paused.key : undefined;
  }

  /** C1: what a run had written when it died is a beginning of all of it, and the ledger stands at one of its records. */
  private takeRun(course: Course, { made, through }: Matched, seen: Seen): void {
    // The ledger never knows of more than the org has.
    const known = course.states.filter(({ writes }) => writes <= through);
    const state = known.findLast((one) => this.difference(one, seen) === undefined);
    if (state === undefined) this.compare(known.at(-1)!, seen);
    const places = [...made].sort((a, b) => a - b);
    // Of these the ledger knows nothing: if their rows go away before the next run, nobody takes them back.
    for (const place of places) if (place >= state!.writes) state!.decided.add(course.writes[place]!.key);
    this.model.adopt(
      state!,
      places.map((place) => course.writes[place]!),
    );
  }

  /** Each row is as it was, or as the retry leaves it. */
  private takeRetry(course: Course, writes: readonly Write[], seen: Seen): void {
    const first = course.states[0]!;
    const last = course.states.at(-1)!;
    const state: State = copyOf(first);
    for (const key of first.errors.keys()) {
      if (sameError(last.errors.get(key), seen.errors.get(key))) {
        const owed = last.errors.get(key);
        if (owed === undefined) state.errors.delete(key);
        else state.errors.set(key, { ...owed });
      }
    }
    if (sameJob(last, seen)) state.job = last.job;
    this.compare(state, seen);
    this.model.adopt(state, writes);
  }

  private compare(state: State, seen: Seen): void {
    const difference = this.difference(state, seen);
    if (difference === undefined) return;
    this.same(difference.seen, difference.expected, difference.what);
  }

  private difference(state: State, seen: Seen): { what: string; seen: unknown; expected: unknown } | undefined {
    if (!sameJob(state, seen)) {
      return { what: 'the job', seen: { ...seen, errors: undefined }, expected: jobOf(state) };
    }
    for (const key of new Set([...state.errors.keys(), ...seen.errors.keys()])) {
      const expected = state.errors.get(key);
      const found = seen.errors.get(key);
      if (sameError(expected, found)) continue;
      return { what: `E1 R3 the open row of ${key}`, seen: found, expected: expected && errorOf(expected) };
    }
    return undefined;
  }

  private compareOrg(): void {
    for (const [key, fields] of this.model.org) {
      const values = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
      this.same(sortedFields(this.world.org(key) ?? {}), sortedFields(values), `the org's ${key}`);
    }
  }

  private expectNothingOwed(): void {
    for (const owed of this.model.state.errors.values()) {
      const never = isPositional(owed.key) || !isConvertible({ ...owed.older, ...owed.own });
      if (never || !this.model.org.has(owed.key) || this.model.org.get(owed.key)?.Name === undefined) continue;
      const merged = { ...this.model.org.get(owed.key), ...owed.older, ...owed.own };
      if (merged.Name === null) continue;
      this.same(owed, undefined, 'L1 R1 everything is mended, and a record is still owed');
    }
  }

  /** R3: where the source sets a field of a key, the org has the last value of it, unless somebody decided otherwise. */
  private expectNewest(): void {
    const { source, state, org } = this.model;
    const newest = new Map<string, Fields>();
    // What is still owed at the end can never be sent; `expectNothingOwed` has said so.
    const exempt = new Set([...state.decided, ...state.errors.keys()]);
    for (const [index, row] of source.entries()) {
      const key = canonical(row, index + 1);
      if (state.passedOver.has(index + 1) || !isConvertible(row.fields) || row.fields.Name === null) exempt.add(key);
      newest.set(key, { ...newest.get(key), ...row.fields });
    }
    for (const [key, fields] of newest) {
      if (exempt.has(key) || isPositional(key) || !org.has(key)) continue;
      const now = this.world.org(key) ?? {};
      for (const [name, value] of Object.entries(fields)) {
        this.same(now[name as keyof Fields] ?? null, value, `R3 the org has the newest ${name} of ${key}`);
      }
    }
  }

  private async edit(source: readonly SourceRow[]): Promise<void> {
    this.model.source = [...source];
    await this.world.write(this.model.source);
  }

  private made({ key, shape, cells }: RowDraw): SourceRow {
    const fields = Object.fromEntries(
      fieldNames.flatMap((name, index) => {
        const cell = this.cell(name, cells[index] ?? 'absent');
        return cell === undefined ? [] : [[name, cell]];
      }),
    );
    return this.shaped({ key: `K${key}`, fields }, shape);
  }

  private shaped(row: SourceRow, shape: RowDraw['shape']): SourceRow {
    const { fields } = row;
    const key = row.key === '' ? 'K0' : row.key.toUpperCase();
    if (shape === 'keyless') return { key: '', fields };
    if (shape === 'broken') return { key, fields, broken: true };
    return { key: shape === 'lower' ? key.toLowerCase() : key, fields };
  }

  private cell(name: string, draw: CellDraw): string | null | undefined {
    if (draw === 'absent') return undefined;
    if (draw === 'null') return null;
    this.values += 1;
    if (name === 'NumberOfEmployees') return draw === 'z' ? `z${this.values}` : String(this.values);
    return `${draw === 'z' ? 'g' : draw}${this.values}`;
  }

  private changed(row: SourceRow, step: Extract<Step, { op: 'value' | 'mend' | 'rekey' | 'shape' }>): SourceRow {
    if (step.op === 'mend') return this.mended(row, 0);
    if (step.op === 'rekey') return { ...row, key: `K${step.key}` };
    if (step.op === 'shape') return this.shaped(row, step.to);
    const name = fieldNames[step.cell]!;
    const cell = this.cell(name, step.to);
    const fields = without(row.fields, { [name]: '' });
    return { ...row, fields: cell === undefined ? fields : { ...fields, [name]: cell } };
  }

  /** A row that any org takes. */
  private mended(row: SourceRow, index: number): SourceRow {
    const fields = Object.entries({ Name: undefined, ...row.fields }).map(([name, value]) => {
      const good = value !== undefined && value !== null && /^[g\d]/.test(value);
      return [name, good ? value : this.cell(name, 'g')];
    });
    return { key: row.key === '' ? `K${index % 5}` : row.key, fields: Object.fromEntries(fields) as Fields };
  }

  private same(found: unknown, expected: unknown, what: string): void {
    if (isDeepStrictEqual(found, expected)) return;
    const both = `\n  found    ${JSON.stringify(found)}\n  expected ${JSON.stringify(expected)}\n`;
    expect(found, `${this.place}: ${what}${both}`).to.deep.equal(expected);
  }
}

function statusOf(seen: Seen, failed: number): string {
  if (seen.phase === 'paused') return 'paused';
  return failed > 0 ? 'completedWithErrors' : 'completed';
}

function jobOf({ job }: State): unknown {
  const { phase, paused } = job;
  return { phase, row: job.prefix.length, paused: paused && { row: paused.row, key: paused.key } };
}

function sameJob({ job }: State, seen: Seen): boolean {
  return (
    job.phase === seen.phase &&
    job.prefix.length === seen.row &&
    job.paused?.row === seen.paused?.row &&
    job.paused?.key === seen.paused?.key
  );
}

function errorOf(owed: Owed): SeenError {
  const { row, attempts, retries, status, key } = owed;
  return { row, attempts, retries, status, payload: isPositional(key) ? null : { ...owed.older, ...owed.own } };
}

function sameError(owed: Owed | undefined, seen: SeenError | undefined): boolean {
  if (owed === undefined || seen === undefined) return owed === seen;
  const expected = errorOf(owed);
  return (
    JSON.stringify({ ...expected, payload: expected.payload && sortedFields(expected.payload) }) ===
    JSON.stringify({
      row: seen.row,
      attempts: seen.attempts,
      retries: seen.retries,
      status: seen.status,
      payload: seen.payload && sortedFields(seen.payload),
    })
  );
}

function sortedFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}
