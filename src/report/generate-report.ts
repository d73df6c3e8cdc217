import type { GeneratedColumn, GenerateResult } from '../core/generate/generate-result.js';
import type { MatchedBy } from '../core/generate/match.js';
import { heading, lines, type Block } from './blocks.js';
import { commandLine, type CommandContext } from './command-line.js';
import { clip, escapeText } from './escape.js';
import { findingLines } from './finding-lines.js';
import { stepLines } from './next-steps.js';
import { count } from './words.js';

const matchWords: { readonly [B in MatchedBy]: string } = {
  name: 'name',
  label: 'label',
  words: 'name or label, written otherwise',
  relation: 'name of the parent (a guess)',
  key: 'looks like the key (a guess)',
  near: 'misspelt name (a guess)',
  given: 'you',
};

/** The job as it will be written, and what to look at first. */
export function renderGeneratedJob({ job, columns, sampled, findings }: GenerateResult): Block[] {
  const { name, object, operation, externalId, source } = job;
  return [
    heading(`${escapeText(name)}: ${escapeText(object)}, ${operation} by ${escapeText(externalId)}`),
    lines(`From ${escapeText(source.path)}, ${count(sampled, 'row')} looked at.`),
    columnTable(columns),
    ...(findings.length === 0 ? [] : [lines(...findingLines(findings))]),
  ];
}

function columnTable(columns: readonly GeneratedColumn[]): Block {
  return {
    kind: 'table',
    columns: [
      { key: 'column', name: 'Column' },
      { key: 'target', name: 'Sets' },
      { key: 'by', name: 'Found by' },
    ],
    rows: columns.map(({ column, target, matchedBy }) => ({
      column: clip(column, 80),
      target: target === null ? '(left out)' : escapeText(target),
      by: matchedBy === null ? '' : matchWords[matchedBy],
    })),
  };
}

const changeWords: { readonly [C in GenerateResult['change']]: string } = {
  created: 'was written to the new file',
  added: 'was added to',
  replaced: 'was replaced in',
};

/** What was written, and what to type next. */
export function renderWritten({ job, definitionFile, change }: GenerateResult, context: CommandContext): Block[] {
  const which = ['--definition-file', definitionFile, '--job', job.name];
  const steps = [
    { text: 'Check it against the org:', command: commandLine(context, ['job', 'validate', ...which], 'org') },
    {
      text: 'Check every record without sending any:',
      command: commandLine(context, ['run', ...which, '--dry-run'], 'org'),
    },
    { text: 'Export the records:', command: commandLine(context, ['run', ...which], 'org') },
  ];
  return [
    lines(`The job ${escapeText(job.name)} ${changeWords[change]} ${escapeText(definitionFile)}.`),
    lines(...stepLines(steps)),
  ];
}
