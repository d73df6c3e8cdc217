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
} from './model.js';
import type { CellDraw, Death, RowDraw, Sequence, Step } from './steps.js';
import { World, type Seen, type SeenError, type SeenWrite, type Stage } from './world.js';

/** The rules of the org that steps turn on and off; the first two are on at first. */
const rules: readonly Rule[] = [
  { field: 'Name', prefix: 'x' },
  { field: 'Phone', prefix: 'x' },
  { field: 'Name', prefix: 'y' },
  { field: 'AccountNumber', prefix: 'y' },
];

/** What happened, for the figures of the test. */
export type Tally = { steps: number; deaths: number; runs: number; retries: number; paused: number };

/** Plays one sequence on the real thing and on the model, and compares them after each step. */
export async function play(
  sequence: Sequence,
  stage: Stage,
  name: string,
  onDisk: boolean,
  tally: Tally,
): Promise<void> {
  const { batchSize, collections } = sequence;
  const world = new World(stage, { name, batchSize, collections, onDisk });
  stage.org.clearJournal();
  stage.org.faults.clear();
  stage.org.behaviour.rollback = sequence.naming;
  const player = new Player(world, stage, tally);
  await player.start(sequence.rows);
  for (const [index, step] of sequence.steps.entries()) {
    player.place = `step ${index + 1} (${step.op})`;
    await player.step(step);
    tally.steps += 1;
  }
  await player.end(sequence.mendRows);
}

class Player {
  public place = 'start';
  private readonly model = new LifeModel();
  private values = 0;

  public constructor(
    private readonly world: World,
    private readonly stage: Stage,
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
        return this.run({ mode: step.mode }, step.death, step.lostAnswer);
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

  private async run(options: RunOptions, death?: Death, lostAnswer?: boolean): Promise<void> {
    this.tally.runs += 1;
    const reattempt = this.reattempt(options);
    const course = this.model.run(options);
    const before = this.world.requests;
    this.loseAnswer(lostAnswer);
    let atDeath: number | undefined;
    const { jobs, error, interrupted } = await this.world.run(options, death, () => (atDeath = this.world.requests));
    if (atDeath === undefined && course.failed !== true && error !== undefined) throw error as Error;
    const seen = await this.settle(course, before, atDeath, false);
    const sent = this.world.requestsFrom(before);
    if (reattempt !== undefined && sent.length > 0)
      this.same(sent[0], [reattempt], 'H2 the paused record goes alone first');
    if (atDeath !== undefined || interrupted) return;
    this.same(error !== undefined, course.failed === true, `an error: ${String(error)}`);
    const [job] = jobs;
    if (seen.phase === 'paused') this.tally.paused += 1;
    if (course.failed !== true) this.same(job?.status, statusOf(seen, job?.failed ?? 0), 'X1 the status');
    if (options.mode === 'log')
      this.same(job?.read, (job?.exported ?? 0) + (job?.failed ?? 0), 'P6 read = exported + failed');
    this.same(job?.exported, course.writes.length, 'P6 exported');
    this.same(job?.pausedOn?.row ?? null, seen.phase === 'paused' ? seen.paused?.row : null, 'X1 pausedOn');
  }

  private async retry(
    most: number,
    { death, lostAnswer, vanished }: Omit<Extract<Step, { op: 'retry' }>, 'op' | 'most'> = {},
  ): Promise<void> {
    if (this.model.state.job.phase === 'none') return;
    this.tally.retries += 1;
    const course = this.model.retry(most, vanished !== true);
    if (vanished === true) await this.world.hide();
    const before = this.world.requests;
    this.loseAnswer(lostAnswer);
    let atDeath: number | undefined;
    const { error } = await this.world.retry(most, death, () => (atDeath = this.world.requests));
    if (vanished === true) await this.world.show();
    if (atDeath === undefined && error !== undefined) throw error as Error;
    await this.settle(course, before, atDeath, true);
    if (atDeath === undefined) this.same(error, undefined, 'no error');
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
    this.stage.org.rules.clear();
    for (const { field, prefix } of on) {
      this.stage.org.rules.add({
        name: `${field}_${prefix}`,
        object: 'Account',
        message: `${field} starts with ${prefix}`,
        field,
        predicate: (record) => String(record[field] ?? '').startsWith(prefix),
      });
    }
  }

  private loseAnswer(lostAnswer: boolean | undefined): void {
    if (lostAnswer === true)
      this.stage.org.faults.next({ kind: 'serverError', afterCommit: true, match: { method: 'POST' } });
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

  /** Compares what was written and logged with what had to be, and takes it over. */
  private async settle(course: Course, before: number, atDeath: number | undefined, isRetry: boolean): Promise<Seen> {
    this.stage.org.faults.clear();
    const seen = await this.world.see();
    const written = this.world.writesFrom(before);
    const last = course.states.at(-1)!;
    const expected = course.writes.map(({ key, fields }) => ({ key, fields }));
    if (atDeath === undefined) {
      if (isRetry) this.same(sorted(written), sorted(expected), 'R1 written by the retry');
      else this.same(written, expected, 'H1 L1 L2 written, in order');
      this.compare(last, seen);
      this.model.adopt(last, course.writes);
      this.compareOrg();
      return seen;
    }
    this.tally.deaths += 1;
    this.same(this.world.requests, atDeath, 'C4 nothing is sent after the ledger failed');
    if (isRetry) this.takeRetry(course, written, seen);
    else this.takeRun(course, written, seen);
    this.compareOrg();
    return seen;
  }

  /** C1: what a run had written when it died is a beginning of all of it, and the ledger stands at one of its records. */
  private takeRun(course: Course, written: readonly SeenWrite[], seen: Seen): void {
    const expected = course.writes.map(({ key, fields }) => ({ key, fields }));
    this.same(written, expected.slice(0, written.length), 'C1 written before the death, in order');
    // The ledger never knows of more than the org has.
    const known = course.states.filter(({ writes }) => writes <= written.length);
    const state = known.findLast((one) => this.difference(one, seen) === undefined);
    if (state === undefined) this.compare(known.at(-1)!, seen);
    // Of these the ledger knows nothing: if their rows go away before the next run, nobody takes them back.
    for (const { key } of course.writes.slice(state!.writes, written.length)) state!.decided.add(key);
    this.model.adopt(state!, course.writes.slice(0, written.length));
  }

  /** Each row is as it was, or as the retry leaves it. */
  private takeRetry(course: Course, written: readonly SeenWrite[], seen: Seen): void {
    const open = course.writes.map(({ key, fields }) => JSON.stringify({ key, fields: sortedFields(fields) }));
    for (const { key, fields } of written) {
      expect(open, `${this.place}: C1 R1 written before the death`).to.include(
        JSON.stringify({ key, fields: sortedFields(fields) }),
      );
    }
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
    const keys = new Set(written.map(({ key }) => key));
    this.model.adopt(
      state,
      course.writes.filter(({ key }) => keys.has(key)),
    );
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
    const exempt = new Set(state.decided);
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

function sorted(writes: readonly SeenWrite[]): SeenWrite[] {
  return writes
    .map(({ key, fields }) => ({ key, fields: sortedFields(fields) }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
