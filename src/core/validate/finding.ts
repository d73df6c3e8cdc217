/**
 * How much a finding weighs. `error`: the run would not start; `refusal`: records of the sample would be refused;
 * `warning`: something to look at; `info`: good to know.
 */
export const findingSeverities = ['error', 'refusal', 'warning', 'info'] as const;
export type FindingSeverity = (typeof findingSeverities)[number];

/** One thing that a check of a job found: what, where, and what to do. Part of `--json`: fields are added, never renamed. */
export type Finding = {
  severity: FindingSeverity;
  /** Stable; a status code of the org where the org would refuse the record with it. */
  code: string;
  message: string;
  /** What to do about it; null where nothing needs to be done. */
  advice: string | null;
  job: string;
  field: string | null;
  column: string | null;
  /** The first record it was seen in; null: it is not about records. */
  row: number | null;
  line: number | null;
  /** Records of the sample it was seen in; null: it is not about records. */
  count: number | null;
};

/** A finding about a job as a whole. */
export function finding(
  job: string,
  severity: FindingSeverity,
  code: string,
  message: string,
  more: Partial<Pick<Finding, 'advice' | 'field' | 'column'>> = {},
): Finding {
  const nowhere = { field: null, column: null, row: null, line: null, count: null };
  return { severity, code, message, advice: null, job, ...nowhere, ...more };
}

/** The heavier ones first; among equals, the order in which they were found. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity }: Finding): number => findingSeverities.indexOf(severity);
  return findings.toSorted((a, b) => weight(a) - weight(b));
}
