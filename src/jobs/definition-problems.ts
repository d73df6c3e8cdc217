import type { z } from 'zod';
import { didYouMean, nearMiss } from '../core/mapping/near-miss.js';
import type { DefinitionProblem } from './definition-fault.js';
import { keysAt } from './definition-schema.js';
import type { JsonPath } from './json-text.js';

type Issue = z.core.$ZodIssue;

/** A problem with the path it is at, before that is written out. */
export type PathProblem = { readonly path: JsonPath; readonly message: string };

/** zod's issues in plain words: where, what, and what to do. `base` is the path of the value that was checked. */
export function problemsOf(issues: readonly Issue[]): PathProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, []));
}

function problemsOfIssue(issue: Issue, base: JsonPath): PathProblem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path) }));
    case 'invalid_union':
      return unionProblems(issue, path);
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, message }));
    case 'invalid_type':
      return [{ path, message: issue.input === undefined ? missing(issue) : wrongType(issue) }];
    default:
      return [{ path, message: issue.message }];
  }
}

function unknownKey(key: string, path: JsonPath): string {
  const known = keysAt(path);
  if (known.includes(key)) return 'this key cannot stand beside the others: give either "column" or "constant"';
  const suggestion = nearMiss(key, known);
  return `there is no such key.${suggestion === undefined ? ` Known here: ${known.join(', ')}.` : didYouMean(suggestion)}`;
}

/** Of several forms the one that was probably meant counts: the one with the fewest faults inside. */
function unionProblems(issue: Issue & { code: 'invalid_union' }, path: JsonPath): PathProblem[] {
  const inside = issue.errors.filter(
    (branch) => !branch.some(({ path: at }) => at.length === 0 && !isKeyFault(branch)),
  );
  const nearest = [...inside].sort((a, b) => faults(a) - faults(b))[0];
  if (issue.input === undefined) return [{ path, message: `is missing: ${issue.message}` }];
  if (nearest !== undefined) return nearest.flatMap((inner) => problemsOfIssue(inner, path));
  const message = path[path.length - 2] === 'mapping' ? mappingForms : issue.message;
  return [{ path, message }];
}

const mappingForms = 'give a column name, {"column": …} or {"constant": …}';

function isKeyFault(branch: readonly Issue[]): boolean {
  return branch.every(({ code, path }) => code === 'unrecognized_keys' || path.length > 0);
}

function faults(branch: readonly Issue[]): number {
  return branch.reduce((count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

function missing(issue: Issue & { code: 'invalid_type' }): string {
  return hasOwnWords(issue) ? `is missing: ${issue.message}` : 'is missing';
}

function wrongType(issue: Issue & { code: 'invalid_type' }): string {
  return hasOwnWords(issue) ? issue.message : `must be ${words[issue.expected] ?? issue.expected}`;
}

/** zod's own messages begin so; ours never do. */
function hasOwnWords({ message }: Issue): boolean {
  return !message.startsWith('Invalid input');
}

const words: Readonly<Record<string, string>> = {
  string: 'a text in double quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in […]',
  object: 'an object in {…}',
  record: 'an object in {…}',
};

/** `jobs[0].mapping.Name`; a key that is no plain word stands in brackets and quotes. */
export function pathText(path: JsonPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w$-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** All problems as one text, one line each. */
export function problemLines(problems: readonly DefinitionProblem[]): string {
  return problems
    .map(({ path, line, message }) => {
      const place = [path, line === undefined ? '' : `(line ${line})`].filter((part) => part !== '').join(' ');
      return place === '' ? message : `${place}: ${message}`;
    })
    .join('\n');
}
