import type { Finding, FindingSeverity } from '../core/validate/finding.js';
import { escapeText } from './escape.js';
import { count, place } from './words.js';

const severityWords: { readonly [S in FindingSeverity]: string } = {
  error: 'Error',
  refusal: 'Would be refused',
  warning: 'Warning',
  info: 'Note',
};

/** Findings as lines: what; under it, indented, where and what to do. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => [
    `${severityWords[finding.severity]}: ${escapeText(finding.message)}`,
    ...whereLine(finding),
    ...(finding.advice === null ? [] : [`  ${escapeText(finding.advice)}`]),
  ]);
}

function whereLine({ column, row, line, count: records }: Finding): string[] {
  if (row === null || records === null) return [];
  const where = column === null ? [] : [`column "${escapeText(column)}"`];
  const first = records === 1 ? place({ row, line }) : `${count(records, 'row')}, first ${place({ row, line })}`;
  return [`  ${[...where, first].join(', ')}`];
}
