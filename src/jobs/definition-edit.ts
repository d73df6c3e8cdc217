import { parseJson, type TextSpan } from './json-text.js';

/** A job as it stands in a definition file; the schema checks it. */
export type JobText = { readonly name: string; readonly [key: string]: unknown };

/** The text of a new definition file with this one job. */
export function newDefinition(job: JobText): string {
  return `${JSON.stringify({ jobs: [job] }, null, 2)}\n`;
}

/** The place in `jobs` of the job of this name, in any case; -1: there is none. @param text a valid definition */
export function indexOfJob(text: string, name: string): number {
  return jobsOf(text).findIndex((job) => job.name.toLowerCase() === name.toLowerCase());
}

/**
 * The text with a job behind the others. What stands in it stays as it is, character by character.
 * @param text a valid definition
 */
export function withJobAdded(text: string, job: JobText): string {
  const span = spanOf(text, jobsOf(text).length - 1);
  const end = lineEndOf(text);
  const indent = indentAt(text, span.start);
  return `${text.slice(0, span.end)},${end}${indent}${indented(job, text, indent)}${text.slice(span.end)}`;
}

/**
 * The text with the job at this place replaced. What the new job says nothing of (settings, `after`, `formerly`)
 * stays, and so does the order of keys.
 * @param text a valid definition
 */
export function withJobReplaced(text: string, index: number, job: JobText): string {
  const span = spanOf(text, index);
  const merged = { ...jobsOf(text)[index], ...job };
  return `${text.slice(0, span.start)}${indented(merged, text, indentAt(text, span.start))}${text.slice(span.end)}`;
}

function jobsOf(text: string): readonly JobText[] {
  return (parseJson(text).value as { jobs: JobText[] }).jobs;
}

function spanOf(text: string, index: number): TextSpan {
  const span = parseJson(text).spanOf(['jobs', index]);
  if (span === undefined) throw new RangeError(`There is no job ${index} in this definition.`);
  return span;
}

/** The job as JSON, laid out like its neighbours; its first line begins where the text is. */
function indented(job: JobText, text: string, indent: string): string {
  const unit = indent.includes('\t') ? '\t' : 2;
  return JSON.stringify(job, null, unit).replaceAll('\n', `${lineEndOf(text)}${indent}`);
}

/** The blank space in front of a place, if nothing else stands before it in its line. */
function indentAt(text: string, offset: number): string {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
