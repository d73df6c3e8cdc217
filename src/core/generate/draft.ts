import { finding, type Finding } from '../validate/finding.js';
import type { GeneratedColumn } from './generate-result.js';
import { isGuess, type ColumnMatch, type LeftOutColumn, type LeftOutReason, type MatchedBy } from './match.js';
import type { Proposal } from './propose.js';

/** The columns in the order of the source, and what each of them sets. */
export function columnsOf(order: readonly string[], { matches, leftOut }: Proposal): GeneratedColumn[] {
  return order.map((column) => {
    const match = matches.find((one) => one.column === column);
    const left = leftOut.find((one) => one.column === column);
    return {
      column,
      target: match?.target ?? null,
      matchedBy: match?.by ?? null,
      reason: left?.reason ?? null,
      candidates: [...(left?.candidates ?? [])],
    };
  });
}

/** The mapping of a job, in the order of the source. */
export function mappingOf(matches: readonly ColumnMatch[]): { [target: string]: string } {
  return Object.fromEntries(matches.map(({ target, column }) => [target, column]));
}

const guessWords: { readonly [B in MatchedBy]?: string } = {
  near: 'a misspelling, perhaps',
  key: 'it seems to tell the records apart',
  relation: 'its values are no Ids, so the parent is found by its external ID',
};

const reasonWords: { readonly [R in LeftOutReason]: string } = {
  'left-out': 'as you said',
  'no-field': 'no field is named like it',
  'not-writable': 'the field may not be written',
  'salesforce-id': 'an upsert finds records by their external ID, not by Id',
  taken: 'another column sets the field',
  ambiguous: 'it may mean several fields',
  'lookup-without-key': 'its values are no Ids, and it is not clear by which external ID the parent is found',
  'values-do-not-fit': 'its values do not fit the field',
};

/** What a person should look at: guesses, and columns that set nothing. */
export function proposalFindings(job: string, { matches, leftOut }: Proposal): Finding[] {
  const guesses = matches.filter(({ by }) => isGuess(by));
  return [...guesses.map((match) => guessFinding(job, match)), ...leftOut.map((column) => leftOutFinding(job, column))];
}

function guessFinding(job: string, { column, target, by }: ColumnMatch): Finding {
  const message = `Column "${column}" was taken for ${target}: ${guessWords[by] ?? by}.`;
  const advice = `If that is wrong: --map "${column}=FIELD" says which field, --map "${column}=" leaves it out.`;
  return finding(job, 'warning', 'guessed', message, { advice, column, field: target });
}

function leftOutFinding(job: string, { column, reason, candidates }: LeftOutColumn): Finding {
  const meant = candidates.length === 0 ? '' : ` (${candidates.join(', ')})`;
  const message = `Column "${column}" is left out: ${reasonWords[reason]}${meant}.`;
  const advice = reason === 'left-out' ? null : `To map it: --map "${column}=FIELD".`;
  return finding(job, 'info', 'left-out', message, { advice, column });
}
