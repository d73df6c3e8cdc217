import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { JobSpec, MappingEntry } from '../core/job.js';
import { DefinitionFault } from './definition-fault.js';
import type { DefinitionProblem } from './definition-fault.js';
import { pathText, problemLines, problemsOf } from './definition-problems.js';
import type { PathProblem } from './definition-problems.js';
import { definitionSchema, jobSchema } from './definition-schema.js';
import type { JobInput } from './definition-schema.js';
import { JsonTextError, parseJson } from './json-text.js';
import type { JsonDocument } from './json-text.js';

/**
 * Reads a definition file: all of its jobs, paths made absolute from the folder of the file.
 * @throws DefinitionFault with all that is wrong at once
 */
export async function loadDefinition(path: string): Promise<JobSpec[]> {
  const file = resolve(path);
  return parseDefinition(await readText(file), file);
}

/** The jobs of a definition that stands, or is to stand, in this file. @throws DefinitionFault */
export function parseDefinition(text: string, file: string): JobSpec[] {
  const document = parseFile(text, file);
  const checked = definitionSchema.safeParse(document.value, { reportInput: true });
  const problems = checked.success
    ? [...nameProblems(checked.data.jobs), ...afterProblems(checked.data.jobs)]
    : problemsOf(checked.error.issues);
  if (!checked.success || problems.length > 0) throw invalid(file, problems, document);
  return checked.data.jobs.map((job) => ({ ...toSpec(job, dirname(file)), definitionFile: file }));
}

/**
 * The job that flags describe (`-f -s -i --name`); without a name it is called `<sObject>-<file name without extension>`.
 * @throws DefinitionFault a flag's value is not possible
 */
export function adHocJob(flags: {
  readonly file: string;
  readonly sobject: string;
  readonly externalId: string;
  readonly name?: string;
}): JobSpec {
  const { file, sobject, externalId } = flags;
  const name = flags.name ?? defaultJobName(sobject, file);
  const job = { name, object: sobject, externalId, source: { type: 'csv', path: file } };
  const checked = jobSchema.safeParse(job, { reportInput: true });
  if (checked.success) return toSpec(checked.data, process.cwd());
  const problems = problemsOf(checked.error.issues).map(({ path, message }) => ({ path: flagOf(path[0]), message }));
  throw new DefinitionFault('invalid', problemLines(problems), {}, problems);
}

const flagNames: Readonly<Record<string, string>> = {
  object: '--sobject',
  externalId: '--external-id',
  name: '--name',
  source: '--file',
};

function flagOf(key: string | number | undefined): string {
  return flagNames[String(key)] ?? String(key);
}

/** `<sObject>-<file name without extension>`; characters that a job name cannot have become a dash. */
export function defaultJobName(sobject: string, file: string): string {
  const stem = basename(file, extname(file));
  return `${sobject}-${stem}`
    .normalize('NFC')
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 80);
}

/** @throws DefinitionFault */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const [code, words] = readFaults[error.code ?? ''] ?? (['not-readable', 'cannot be read'] as const);
    throw new DefinitionFault(code, `The definition file ${file} ${words}.`, { path: file }, [], { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DefinitionFault('not-utf8', `The definition file ${file} is not UTF-8.`, { path: file }, [], { cause });
  }
}

const readFaults: Readonly<Record<string, readonly [DefinitionFault['code'], string]>> = {
  ENOENT: ['not-found', 'does not exist'],
  ENOTDIR: ['not-found', 'does not exist'],
  EISDIR: ['not-a-file', 'is a folder'],
};

function parseFile(text: string, file: string): JsonDocument {
  if (text.trim() === '') throw new DefinitionFault('empty', `The definition file ${file} is empty.`, { path: file });
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonTextError)) throw cause;
    const { line, column } = cause.place;
    const message = `${file}, line ${line}, column ${column}: ${cause.message}.`;
    throw new DefinitionFault('not-json', message, { path: file, line, column }, [], { cause });
  }
}

/** Job names are the identity of their state: no two of a file may meet, in any case, earlier names included. */
function nameProblems(jobs: readonly JobInput[]): PathProblem[] {
  const seen = new Map<string, number>();
  const claim = (name: string, path: PathProblem['path'], index: number): PathProblem[] => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), other ?? index);
    if (other === undefined) return [];
    return [
      { path, message: `the name "${name}" belongs to jobs[${other}] already (upper and lower case are the same)` },
    ];
  };
  // Present names first: a former name must give way to them, wherever it stands.
  const names = jobs.flatMap(({ name }, i) => claim(name, ['jobs', i, 'name'], i));
  const former = jobs.flatMap(({ formerly = [] }, i) =>
    formerly.flatMap((name, j) => claim(name, ['jobs', i, 'formerly', j], i)),
  );
  return [...names, ...former];
}

/** A job waits only for jobs above it: they have had their turn by then, and no two can wait for each other. */
function afterProblems(jobs: readonly JobInput[]): PathProblem[] {
  return jobs.flatMap(({ after = [] }, i) =>
    after.flatMap((name, j) => {
      if (jobs.slice(0, i).some((job) => job.name === name)) return [];
      const below = jobs.some((job) => job.name === name);
      const message = below
        ? `"${name}" must stand above the job that waits for it`
        : `there is no job "${name}" in this file`;
      return [{ path: ['jobs', i, 'after', j], message }];
    }),
  );
}

function invalid(file: string, found: readonly PathProblem[], document: JsonDocument): DefinitionFault {
  const placed = found.map(({ path, message }) => ({ path: pathText(path), message, ...document.placeOf(path) }));
  placed.sort((a, b) => a.line - b.line || a.column - b.column);
  const problems: DefinitionProblem[] = placed.map(({ path, message, line }) => ({ path, message, line }));
  return new DefinitionFault('invalid', `${file}:\n${problemLines(problems)}`, { path: file }, problems);
}

function toSpec(job: JobInput, folder: string): JobSpec {
  const { mapping, settings = {}, formerly = [], source, ...rest } = job;
  const spec = { ...rest, source: { ...source, path: resolve(folder, source.path) }, settings, formerly };
  return mapping === undefined ? spec : { ...spec, mapping: entriesOf(mapping) };
}

function entriesOf(mapping: NonNullable<JobInput['mapping']>): Record<string, MappingEntry> {
  const entries = Object.entries(mapping);
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, typeof entry === 'string' ? { column: entry } : entry]),
  );
}
