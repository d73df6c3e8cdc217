/**
 * The reference model of the life of jobs and ExportErrors: one record at a time, no windows, no journal, no marks.
 * It is written from the contract (design.md 3, 4.1, 4.2, 7), not from the code, and says for each step what the org
 * and the ledger must be afterwards.
 */

export const fieldNames = ['Name', 'Phone', 'AccountNumber', 'NumberOfEmployees'] as const;
export type FieldName = (typeof fieldNames)[number];
/** Absent, null (`#N/A` in the file) or a value. */
export type Fields = { readonly [name in FieldName]?: string | null };

/** One row of the source. An empty key cannot be used; a broken row has a cell too many. */
export type SourceRow = { readonly key: string; readonly fields: Fields; readonly broken?: boolean };

export type Rule = { readonly field: FieldName; readonly prefix: string };

/** What is owed of a key: the fields of the refused row itself, and those of rows of the key refused before it. */
export type Owed = {
  readonly serial: number;
  readonly key: string;
  row: number;
  firstRow: number;
  /** The last row of the key that was accepted since; 0: none. */
  newer: number;
  own: Fields;
  older: Fields;
  attempts: number;
  retries: number;
  status: 'pending' | 'quarantined';
};

export type JobState = {
  phase: 'none' | 'open' | 'paused' | 'completed';
  /** Lines of the source up to the checkpoint, as they were settled. */
  prefix: readonly string[];
  paused: { readonly row: number; readonly key: string; readonly serial: number; readonly line: string } | null;
  /** A retry went by keys alone, because something before the checkpoint differed. */
  differed: boolean;
};

export type Write = { readonly key: string; readonly row: number; readonly fields: Fields };

/** The ledger's part of the model. */
export type State = {
  job: JobState;
  /** Open rows by canonical key (E1). */
  errors: Map<string, Owed>;
  /** Rows of the running pass, and keys, that somebody decided not to send. */
  passedOver: Set<number>;
  decided: Set<string>;
  /** How many writes of the run or retry it knows of. */
  writes: number;
};

/** What a run or retry does, if nobody stops it: everything it writes, and the ledger after each record. */
export type Course = {
  readonly writes: readonly Write[];
  readonly states: readonly State[];
  readonly failed?: boolean;
};

export type RunOptions = {
  readonly mode: 'pause' | 'log';
  readonly restart?: boolean;
  readonly fromRow?: number;
};

export function canonical(row: SourceRow, position: number): string {
  return isUsable(row) ? row.key.toLowerCase() : `#row:${position}`;
}

export function isUsable(row: SourceRow): boolean {
  return row.key !== '' && row.broken !== true;
}

export function isPositional(key: string): boolean {
  return key.startsWith('#row:');
}

/** Values that no number field takes are refused before sending. */
export function isConvertible(fields: Fields): boolean {
  return !/^\D/.test(fields.NumberOfEmployees ?? '0');
}

export function lineOf(row: SourceRow): string {
  const cells = [row.key, ...fieldNames.map((name) => (row.fields[name] === null ? '#N/A' : (row.fields[name] ?? '')))];
  return [...cells, ...(row.broken === true ? ['one cell too many'] : [])].join(',');
}

function onlyOf(fields: Fields, names: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in names));
}

export function without(fields: Fields, taken: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(taken, name)));
}

/** Of a second refusal the payload keeps the newer values: `{...old, ...new}` (R3). */
function overwritten(older: Fields, newer: Fields): Fields {
  return Object.fromEntries(Object.entries({ ...older, ...newer }).filter(([name]) => Object.hasOwn(older, name)));
}

export function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

export class LifeModel {
  public state: State = {
    job: { phase: 'none', prefix: [], paused: null, differed: false },
    errors: new Map(),
    passedOver: new Set(),
    decided: new Set(),
    writes: 0,
  };
  public org = new Map<string, Fields>();
  public source: SourceRow[] = [];
  /** Rules that are on. */
  public rules = new Set<Rule>();
  private serial = 0;

  public get lines(): string[] {
    return this.source.map(lineOf);
  }

  /** Is everything before the checkpoint as it was settled? */
  public get prefixHolds(): boolean {
    const { lines } = this;
    return !this.state.job.differed && this.state.job.prefix.every((line, index) => lines[index] === line);
  }

  /** Would the org take these fields of a key? Validation rules see the record as it would be. */
  public orgTakes(key: string, fields: Fields, org: ReadonlyMap<string, Fields>): boolean {
    const after = { ...org.get(key), ...fields };
    if (after.Name === undefined || after.Name === null) return false;
    return ![...this.rules].some(({ field, prefix }) => after[field]?.startsWith(prefix) === true);
  }

  /** Design.md 4.2 and 7. Plays on a copy; `adopt` makes a part of it true. */
  public run(options: RunOptions): Course {
    return new Play(this, () => ++this.serial).run(options);
  }

  /** R1, R2, R3. Without its source, a retry has the stored payloads. */
  public retry(maxRetries: number, readable = true): Course {
    return new Play(this, () => ++this.serial, readable).retry(maxRetries);
  }

  public adopt(state: State, writes: readonly Write[]): void {
    this.state = state;
    for (const { key, fields } of writes) this.org.set(key, { ...this.org.get(key), ...fields });
  }

  public skip(discard: boolean): void {
    const { job, errors, passedOver, decided } = this.state;
    const { paused } = job;
    if (job.phase !== 'paused' || paused === null) return;
    this.state = {
      ...this.state,
      job: { ...job, phase: 'open', prefix: [...job.prefix, paused.line], paused: null },
      passedOver: new Set([...passedOver, paused.row]),
    };
    if (!discard || errors.get(paused.key)?.serial !== paused.serial) return;
    errors.delete(paused.key);
    decided.add(paused.key);
  }
}

export function copyOf({ job, errors, passedOver, decided, writes }: State): State {
  return {
    writes,
    job: { ...job },
    errors: new Map([...errors].map(([key, owed]) => [key, { ...owed }])),
    passedOver: new Set(passedOver),
    decided: new Set(decided),
  };
}

/** One run or retry, played on a copy of the model's state. */
class Play {
  private readonly state: State;
  private readonly org: Map<string, Fields>;
  private readonly writes: Write[] = [];
  private readonly states: State[] = [];
  private readonly counted = new Set<number>();

  public constructor(
    private readonly model: LifeModel,
    private readonly nextSerial: () => number,
    private readonly readable = true,
  ) {
    this.state = copyOf(model.state);
    this.org = new Map(model.org);
    this.commit();
  }

  public run({ mode, restart = false, fromRow }: RunOptions): Course {
    const { job } = this.state;
    const { source, lines } = this.model;
    if (fromRow !== undefined && fromRow > 1) {
      if (fromRow - 1 > source.length) return { ...this.course(), failed: true };
      this.newPass(lines.slice(0, fromRow - 1));
      for (let row = 1; row < fromRow; row++) this.state.passedOver.add(row);
      this.commit();
    } else if (restart || fromRow === 1 || job.phase === 'none' || !this.model.prefixHolds) {
      this.newPass([]);
      this.commit();
    } else if (job.phase === 'paused' && job.paused !== null) {
      this.leaveOther(job.paused);
    }
    for (let row = job.prefix.length + 1; row <= source.length; row++) {
      if (!this.record(row, mode)) return this.course();
    }
    for (const [key, owed] of this.state.errors) {
      if (isPositional(key) && owed.row > source.length) this.state.errors.delete(key);
    }
    Object.assign(job, { phase: 'completed', paused: null });
    this.commit();
    return this.course();
  }

  public retry(maxRetries: number): Course {
    const { job, errors } = this.state;
    const pending = [...errors.values()].filter((owed) => owed.status === 'pending');
    const holds = this.readable && this.model.prefixHolds;
    if (this.readable && !holds && pending.length > 0) {
      job.differed = true;
      this.commit();
    }
    const paused = job.phase === 'paused' && holds ? job.paused : null;
    const reach = !holds || job.phase === 'completed' ? Infinity : job.prefix.length;
    const taken = pending.filter((owed) => owed.serial !== paused?.serial && owed.row <= reach);
    const found = this.retryPositions(taken, holds, maxRetries);
    for (const owed of taken) if (!isPositional(owed.key)) this.retryKey(owed, holds, found.get(owed.key), maxRetries);
    for (const [key, row] of found) if (!taken.some((owed) => owed.key === key)) this.sendFound(key, row);
    const waiting = pending.find((owed) => owed.serial === paused?.serial);
    if (paused !== null && waiting !== undefined) this.retryPaused(waiting, paused, maxRetries);
    this.commit();
    return this.course();
  }

  private course(): Course {
    return { writes: this.writes, states: this.states };
  }

  private commit(): void {
    this.states.push({ ...copyOf(this.state), writes: this.writes.length });
  }

  private newPass(prefix: readonly string[]): void {
    Object.assign(this.state.job, { phase: 'open', prefix, paused: null, differed: false });
    this.state.passedOver.clear();
    this.state.decided.clear();
  }

  /** R2: the row at the position has another key, or is gone. What earlier rows of the key owe stays owed. */
  private leaveOther(paused: NonNullable<JobState['paused']>): void {
    const { source } = this.model;
    const now = source[paused.row - 1];
    if (now !== undefined && canonical(now, paused.row) === paused.key) return;
    this.dropOwn(paused.key, paused.serial);
    Object.assign(this.state.job, { phase: 'open', paused: null });
    this.commit();
  }

  private dropOwn(key: string, serial: number): void {
    const owed = this.state.errors.get(key);
    if (owed === undefined || owed.serial !== serial) return;
    if (isEmpty(owed.older)) this.state.errors.delete(key);
    else owed.own = {};
  }

  /** Returns false when the job stays on it. */
  private record(position: number, mode: 'pause' | 'log'): boolean {
    const row = this.model.source[position - 1]!;
    const key = canonical(row, position);
    const { job, errors } = this.state;
    if (isUsable(row)) errors.delete(`#row:${position}`);
    const sendable = isUsable(row) && isConvertible(row.fields);
    if (sendable && this.model.orgTakes(key, row.fields, this.org)) {
      this.write({ key, row: position, fields: row.fields });
      this.accepted(key, position, row.fields);
    } else {
      const owed = this.refused(key, position, isUsable(row) ? row.fields : {});
      if (mode === 'pause') {
        job.phase = 'paused';
        job.paused = { row: position, key, serial: owed.serial, line: lineOf(row) };
        this.commit();
        return false;
      }
    }
    Object.assign(job, { phase: 'open', paused: null, prefix: [...job.prefix, lineOf(row)] });
    this.commit();
    return true;
  }

  private write(write: Write): void {
    this.writes.push(write);
    this.org.set(write.key, { ...this.org.get(write.key), ...write.fields });
  }

  private accepted(key: string, row: number, fields: Fields): void {
    const owed = this.state.errors.get(key);
    if (owed === undefined) return;
    if (row !== owed.row) owed.newer = Math.max(owed.newer, row);
    owed.own = row === owed.row ? {} : without(owed.own, fields);
    owed.older = without(owed.older, fields);
    if (isEmpty(owed.own) && isEmpty(owed.older)) this.state.errors.delete(key);
  }

  private refused(key: string, row: number, fields: Fields): Owed {
    const owed = this.state.errors.get(key) ?? this.open(key, row);
    if (row !== owed.row) owed.older = { ...owed.older, ...owed.own };
    owed.own = row === owed.row ? { ...owed.own, ...fields } : fields;
    owed.older = overwritten(owed.older, owed.own);
    owed.row = row;
    owed.firstRow = Math.min(owed.firstRow, row);
    if (!this.counted.has(owed.serial)) owed.attempts += 1;
    this.counted.add(owed.serial);
    this.state.errors.set(key, owed);
    return owed;
  }

  private open(key: string, row: number): Owed {
    const serial = this.nextSerial();
    return {
      serial,
      key,
      row,
      firstRow: row,
      newer: 0,
      own: {},
      older: {},
      attempts: 0,
      retries: 0,
      status: 'pending',
    };
  }

  /**
   * Positions without a usable key are read again. What they hold now is the next run's business if it starts at row 1;
   * else nobody would come to it, and it counts as owed. Returns those keys, with the rows.
   */
  private retryPositions(taken: readonly Owed[], holds: boolean, maxRetries: number): Map<string, number> {
    const { source, lines } = this.model;
    const through = holds ? this.state.job.prefix.length : lines.length;
    const found = new Map<string, number>();
    if (!this.readable) return found;
    for (const owed of taken.filter(({ key }) => isPositional(key)).sort((a, b) => a.row - b.row)) {
      const now = owed.row <= through ? source[owed.row - 1] : undefined;
      if (now !== undefined && !isUsable(now)) {
        this.refusedInRetry(owed, {}, maxRetries);
        continue;
      }
      this.state.errors.delete(owed.key);
      const key = now === undefined ? undefined : canonical(now, owed.row);
      if (holds && key !== undefined && !found.has(key)) found.set(key, owed.row);
    }
    return found;
  }

  private sendFound(key: string, row: number): void {
    const { fields } = this.current(key, row, this.state.job.prefix.length);
    if (isConvertible(fields) && this.model.orgTakes(key, fields, this.org)) {
      this.write({ key, row, fields });
      this.accepted(key, row, fields);
    } else this.refused(key, row, fields);
  }

  private current(key: string, from: number, through: number): { fields: Fields; rows: number[] } {
    const source = this.readable ? this.model.source : [];
    const rows = source.flatMap((row, index) =>
      index + 1 >= from && index < through && canonical(row, index + 1) === key ? [index + 1] : [],
    );
    return { fields: Object.assign({}, ...rows.map((row) => this.model.source[row - 1]!.fields)) as Fields, rows };
  }

  private retryKey(owed: Owed, holds: boolean, found: number | undefined, maxRetries: number): void {
    const from = holds ? Math.min(owed.firstRow, found ?? Infinity) : 1;
    const current = this.current(owed.key, from, holds ? this.state.job.prefix.length : Infinity);
    const stands = holds && current.rows.includes(owed.row);
    const all = { ...owed.older, ...(stands ? {} : owed.own), ...current.fields };
    // What a row out of reach set is newer than what this pass read (R3).
    const outOfReach = holds && owed.newer > this.state.job.prefix.length;
    const fields = outOfReach ? onlyOf(all, { ...owed.older, ...owed.own }) : all;
    if (isConvertible(fields) && this.model.orgTakes(owed.key, fields, this.org)) {
      this.write({ key: owed.key, row: owed.row, fields });
      this.state.errors.delete(owed.key);
    } else this.refusedInRetry(owed, fields, maxRetries);
  }

  private refusedInRetry(owed: Owed, fields: Fields, maxRetries: number): void {
    owed.own = { ...owed.own, ...fields };
    owed.older = overwritten(owed.older, owed.own);
    owed.attempts += 1;
    owed.retries += 1;
    if (maxRetries > 0 && owed.retries >= maxRetries) owed.status = 'quarantined';
  }

  /** R2: what the next run would do first. */
  private retryPaused(owed: Owed, paused: NonNullable<JobState['paused']>, maxRetries: number): void {
    const { job } = this.state;
    const now = this.model.source[paused.row - 1];
    if (now === undefined || canonical(now, paused.row) !== paused.key) {
      this.dropOwn(paused.key, paused.serial);
      Object.assign(job, { phase: 'open', paused: null });
      return;
    }
    const sendable = isUsable(now) && isConvertible(now.fields);
    if (!sendable || !this.model.orgTakes(paused.key, now.fields, this.org)) {
      this.refusedInRetry(owed, isUsable(now) ? now.fields : {}, maxRetries);
      job.paused = { ...paused, line: lineOf(now) };
      return;
    }
    this.write({ key: paused.key, row: paused.row, fields: now.fields });
    this.accepted(paused.key, paused.row, now.fields);
    Object.assign(job, { phase: 'open', paused: null, prefix: [...job.prefix, lineOf(now)] });
    // What earlier refused rows of the key owe is within reach now.
    const rest = this.state.errors.get(paused.key);
    if (rest === undefined) return;
    this.commit();
    this.retryKey(rest, true, undefined, maxRetries);
  }
}
