/** Most that one transaction may use (facts 9, synchronous figures). */
export type ApexLimitValues = {
  soql: number;
  soqlRows: number;
  dml: number;
  dmlRows: number;
  /** milliseconds */
  cpu: number;
  /** bytes */
  heap: number;
};

export const APEX_LIMITS: ApexLimitValues = {
  soql: 100,
  soqlRows: 50_000,
  dml: 150,
  dmlRows: 10_000,
  cpu: 10_000,
  heap: 6_000_000,
};

/** System.LimitException: no trigger can catch it, the whole chunk fails. */
export class ApexLimitError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'System.LimitException';
  }
}

const MESSAGES: Record<keyof ApexLimitValues, (used: number) => string> = {
  soql: (used) => `Too many SOQL queries: ${used}`,
  soqlRows: (used) => `Too many query rows: ${used}`,
  dml: (used) => `Too many DML statements: ${used}`,
  dmlRows: (used) => `Too many DML rows: ${used}`,
  cpu: () => 'Apex CPU time limit exceeded',
  heap: (used) => `Apex heap size too large: ${used}`,
};

/** What one transaction has used so far, and the guard on it. */
export class ApexLimits {
  readonly #max: ApexLimitValues;
  #used: ApexLimitValues = { soql: 0, soqlRows: 0, dml: 0, dmlRows: 0, cpu: 0, heap: 0 };

  public constructor(max: ApexLimitValues) {
    this.#max = { ...max };
  }

  public get used(): Readonly<ApexLimitValues> {
    return { ...this.#used };
  }

  /** Turns the use back, as attempts 2 and 3 of a partial save begin anew (facts 3.4). */
  public restore(used: Readonly<ApexLimitValues>): void {
    this.#used = { ...used };
  }

  /** @throws ApexLimitError when the transaction's limit is passed */
  public spend(limit: keyof ApexLimitValues, amount: number): void {
    this.#used[limit] += amount;
    if (this.#used[limit] > this.#max[limit]) throw new ApexLimitError(MESSAGES[limit](this.#used[limit]));
  }

  public soql(queries = 1): void {
    this.spend('soql', queries);
  }

  public dml(statements = 1): void {
    this.spend('dml', statements);
  }

  public cpu(milliseconds: number): void {
    this.spend('cpu', milliseconds);
  }
}
