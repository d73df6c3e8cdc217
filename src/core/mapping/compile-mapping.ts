import type { FieldDescribe, ObjectDescribe } from '../describe.js';
import { findField, findRelation } from '../describe.js';
import type { JobSpec, MappingEntry } from '../job.js';
import type { RecordEncoder } from '../record.js';
import { encoderOf } from './encoder.js';
import { fixedValueProblems } from './fixed-values.js';
import { planField } from './field-plan.js';
import type { FieldPlan } from './field-plan.js';
import { didYouMean, nearMiss } from './near-miss.js';
import type { MappingProblem } from './problem.js';
import { keyProblem, objectProblem, rightsProblem, rightsWarnings, twiceProblems } from './rights.js';
import { relationParts, resolveTarget } from './target.js';
import type { EntryDraft, RelatedDescribe } from './target.js';

export type MappingInput = {
  readonly spec: JobSpec;
  /** Column names of the source, in its order. */
  readonly columns: readonly string[];
  /** The job's object, described in this run. */
  readonly describe: ObjectDescribe;
  /** Describes of the objects that `relatedObjects` names. */
  readonly relatedDescribe: RelatedDescribe;
};

export type CompiledMapping = {
  readonly encoder: RecordEncoder;
  /** API names of the fields that are sent, a lookup by its field's name. */
  readonly fields: readonly string[];
  readonly warnings: readonly string[];
};

export type MappingFailure = { readonly problems: readonly MappingProblem[] };

/**
 * Puts mapping, columns and describe together, once per run. Whatever would make the org refuse each record is found
 * here, all of it at once, before anything is sent (design.md 3.2, P32).
 */
export function compileMapping(input: MappingInput): CompiledMapping | MappingFailure {
  const { spec, columns, describe } = input;
  const key = findField(describe, spec.externalId);
  const entries = entriesOf(spec, columns);
  const compiled = entries.map((entry) => compileEntry(entry, input));
  const drafts = compiled.flatMap((result) => ('draft' in result ? result.draft : []));
  const problems = [
    ...delimiterProblem(columns, entries, describe),
    ...objectProblem(describe),
    ...keyProblem(spec, describe, drafts, columns),
    ...compiled.flatMap((result) => ('problems' in result ? result.problems : [])),
    ...twiceProblems(drafts),
    ...drafts.flatMap(({ name, target }) => (target.field === key ? [] : rightsProblem(name, target, describe))),
  ];
  if (problems.length > 0 || key === undefined) return { problems: withoutEchoes(problems, spec.externalId) };
  const fields = drafts.map((draft) => planOf(draft, key));
  return {
    encoder: encoderOf({ object: describe.name, keyField: key, fields }),
    fields: drafts.map(({ target }) => target.field.name),
    warnings: rightsWarnings(describe, key, drafts),
  };
}

/** Names of the objects, besides the job's own, whose describe `compileMapping` will ask for. */
export function relatedObjects(input: Omit<MappingInput, 'relatedDescribe'>): string[] {
  const names = entriesOf(input.spec, input.columns).flatMap(({ name }) => {
    const parts = relationParts(name);
    if (parts === undefined || parts.key.toLowerCase() === 'id') return [];
    return findRelation(input.describe, parts.relation)?.referenceTo ?? [];
  });
  return [...new Set(names)].filter((name) => name !== input.describe.name);
}

type NamedEntry = { readonly name: string; readonly entry: MappingEntry; readonly index?: number };

function entriesOf(spec: JobSpec, columns: readonly string[]): NamedEntry[] {
  if (spec.mapping === undefined) return columns.map((column, index) => ({ name: column, entry: { column }, index }));
  return Object.entries(spec.mapping).map(([name, entry]) => ({ name, entry }));
}

function compileEntry(named: NamedEntry, input: MappingInput): { draft: EntryDraft } | { problems: MappingProblem[] } {
  const { name, entry } = named;
  const { describe, relatedDescribe } = input;
  const related: RelatedDescribe = (object) => (object === describe.name ? describe : relatedDescribe(object));
  const resolved = resolveTarget(name, describe, related);
  const index = named.index ?? ('column' in entry ? indexOf(entry.column, input.columns) : -1);
  const problems = [
    ...('problem' in resolved
      ? [withColumn(resolved.problem, named)]
      : fixedValueProblems(name, resolved.target, entry)),
    ...('column' in entry && index < 0 ? [unknownColumn(name, entry.column, input.columns)] : []),
  ];
  if (problems.length > 0 || 'problem' in resolved) return { problems };
  return { draft: { name, target: resolved.target, entry, index } };
}

/** Column names match without regard to case; of two that differ in case only, the exact one. */
function indexOf(column: string, columns: readonly string[]): number {
  const exact = columns.indexOf(column);
  if (exact >= 0) return exact;
  const wanted = column.toLowerCase();
  return columns.findIndex((name) => name.toLowerCase() === wanted);
}

function unknownColumn(field: string, column: string, columns: readonly string[]): MappingProblem {
  const suggestion = nearMiss(column, columns);
  const message = `The source has no column "${column}", which the mapping names for ${field}.${didYouMean(suggestion)}`;
  return { code: 'unknown-column', message, field, column, suggestion };
}

function withColumn(problem: MappingProblem, { name, entry, index }: NamedEntry): MappingProblem {
  if (index === undefined) return 'column' in entry ? { ...problem, column: entry.column } : problem;
  const way = ' Without "mapping", each column must be named like a field; with it, other columns are ignored.';
  return { ...problem, column: name, message: problem.message + way };
}

function planOf({ name, target, entry, index }: EntryDraft, key: FieldDescribe): FieldPlan {
  const source = 'column' in entry ? { ...entry, index } : entry;
  return planField(name, target, source, target.relation === undefined && target.field === key);
}

const delimiters = [',', ';', '\t', '|'];

/** A header of one column that holds another delimiter: everything else that is wrong follows from it. */
function delimiterProblem(
  columns: readonly string[],
  entries: readonly NamedEntry[],
  describe: ObjectDescribe,
): MappingProblem[] {
  const [column, second] = columns;
  if (column === undefined || second !== undefined || findField(describe, column) !== undefined) return [];
  const delimiter = delimiters.find((character) => column.includes(character));
  const isMeant = entries.some(
    ({ entry, index }) => index === undefined && 'column' in entry && entry.column === column,
  );
  if (delimiter === undefined || isMeant) return [];
  const shownDelimiter = JSON.stringify(delimiter);
  const message = `The source has a single column, ${JSON.stringify(column)}: its columns seem to be separated by ${shownDelimiter}. Say so in the job's source: "delimiter": ${shownDelimiter}.`;
  return [{ code: 'wrong-delimiter', message, column }];
}

/** An external ID field that does not exist is told once, not a second time for its entry. */
function withoutEchoes(problems: readonly MappingProblem[], externalId: string): MappingProblem[] {
  if (!problems.some(({ code }) => code === 'external-id-unknown')) return [...problems];
  const echo = externalId.toLowerCase();
  return problems.filter(({ code, field }) => code !== 'unknown-field' || field?.toLowerCase() !== echo);
}
