import type { JobSpec } from '../core/job.js';
import type { CallEstimate } from '../core/validate/call-estimate.js';
import type { ValidatedJob, ValidateResult } from '../core/validate/validate-result.js';
import { heading, lines, type Block } from './blocks.js';
import { commandLine, runWords, type CommandContext } from './command-line.js';
import { escapeText } from './escape.js';
import { findingLines } from './finding-lines.js';
import { stepLines, type NextStep } from './next-steps.js';
import { count } from './words.js';

export type ValidateReportContext = CommandContext & { readonly specs: readonly JobSpec[] };

const statusWords: { readonly [S in ValidatedJob['status']]: string } = {
  ok: 'ready to run',
  warning: 'ready to run, with warnings',
  refusal: 'would run, and records would be refused',
  error: 'not ready to run',
};

/** What the checks found, job by job, and what to type next. */
export function renderValidateResult(result: ValidateResult, context: ValidateReportContext): Block[] {
  const parts = result.jobs.flatMap((job) => [
    heading(`${escapeText(job.job)}: ${statusWords[job.status]}`),
    lines(...aboutLines(job)),
    ...(job.findings.length === 0 ? [] : [lines(...findingLines(job.findings))]),
  ]);
  const calls = `${count(result.apiCalls, 'API call')} made by these checks; nothing was sent.`;
  return [...parts, lines(calls), lines(...stepLines(stepsOf(result, context)))];
}

function aboutLines({ object, operation, externalId, source, sampled, estimate }: ValidatedJob): string[] {
  const about = `${escapeText(object)}, ${operation} by ${escapeText(externalId)} from ${escapeText(source)}`;
  return estimate === null ? [about] : [about, sampleLine(sampled, estimate), costLine(estimate)];
}

function sampleLine(sampled: number, { records, recordsAreExact }: CallEstimate): string {
  if (recordsAreExact) return `All ${count(sampled, 'row')} looked at.`;
  if (sampled === 0) return `No row looked at; there are about ${records.toLocaleString('en-US')}.`;
  return `The first ${count(sampled, 'row')} of about ${records.toLocaleString('en-US')} looked at.`;
}

function costLine({ requests, recordsPerRequest, checks, total }: CallEstimate): string {
  const size = count(recordsPerRequest, 'record');
  return `A run costs about ${count(total, 'API call')}: ${checks} for checks, ${count(requests, 'request')} of up to ${size}; refused records cost more.`;
}

function stepsOf(result: ValidateResult, context: ValidateReportContext): NextStep[] {
  const spec = context.specs[0];
  if (spec === undefined || result.jobs.some(({ status }) => status === 'error')) return [];
  const all = context.specs.length > 1 && spec.definitionFile !== undefined;
  const words = all ? ['run', '--definition-file', spec.definitionFile] : runWords(spec.name, spec);
  const dryRun = { text: 'Check every record without sending any:', command: line([...words, '--dry-run'], context) };
  const run = { text: 'Export the records:', command: line(words, context) };
  const exact = result.jobs.every(({ estimate }) => estimate?.recordsAreExact === true);
  return result.valid && exact ? [run] : [dryRun, run];
}

function line(words: readonly string[], context: CommandContext): string {
  return commandLine(context, words, 'org');
}
