import type { BudgetSetting, StopCode } from '../run-record.js';

/** A job stops here, at its checkpoint; nothing is wrong with any record and nothing is lost. */
export class RunStop extends Error {
  public override readonly name = 'RunStop';

  public constructor(
    public readonly code: StopCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A setting keeps the API calls back that the next step may need (A1). */
export class BudgetStop extends RunStop {
  public constructor(
    public readonly setting: BudgetSetting,
    message: string,
  ) {
    super('budget', message);
  }
}

/** The user may no longer write the object or a field: a run-level error (design.md 3.2), never a record's. */
export class RightsGone extends Error {
  public override readonly name = 'RightsGone';

  public constructor(
    public readonly object: string,
    /** Fields that are gone or no longer writable; empty = the object itself. */
    public readonly fields: readonly string[],
  ) {
    super(
      fields.length === 0
        ? `The object ${object} can no longer be written by this user.`
        : `Fields of ${object} can no longer be written by this user: ${fields.join(', ')}.`,
    );
  }
}

/** `--from-row` names a row that the source does not have. */
export class RowsMissing extends Error {
  public override readonly name = 'RowsMissing';

  public constructor(
    public readonly source: string,
    public readonly rows: number,
    public readonly missing: number,
  ) {
    super(`${source} has ${rows} rows; row ${rows + missing + 1} was asked for.`);
  }
}
