import { isGuess, type ColumnMatch, type LeftOutColumn } from './match.js';
import type { KeyField } from './external-id.js';
import type { Decisions, Proposal } from './propose.js';

/** What only a person knows. */
export type Question =
  | { readonly kind: 'external-id'; readonly fields: readonly KeyField[] }
  | { readonly kind: 'key-column'; readonly field: string; readonly columns: readonly string[] }
  | { readonly kind: 'guess'; readonly match: ColumnMatch }
  | { readonly kind: 'ambiguous'; readonly column: string; readonly candidates: readonly string[] }
  | { readonly kind: 'required'; readonly field: string; readonly columns: readonly string[] };

/** `passedOver`: questions that were answered with "none of these". */
export type Answers = Decisions & { readonly passedOver: ReadonlySet<string> };

/** The next thing to ask, the external ID first: the rest depends on it. */
export function nextQuestion(proposal: Proposal, answers: Answers): Question | undefined {
  return questionsOf(proposal, answers).find((question) => !answers.passedOver.has(nameOf(question)));
}

function questionsOf(
  { externalId, keyFields, matches, leftOut, requiredFields }: Proposal,
  answers: Answers,
): Question[] {
  if (externalId === undefined) return keyFields.length === 0 ? [] : [{ kind: 'external-id', fields: keyFields }];
  const free = leftOut
    .filter(({ column }) => answers.columns.get(column.toLowerCase()) !== null)
    .map(({ column }) => column);
  const keyIsSet = matches.some(({ target }) => target.toLowerCase() === externalId.toLowerCase());
  return [
    ...(keyIsSet || free.length === 0 ? [] : [{ kind: 'key-column' as const, field: externalId, columns: free }]),
    ...matches.filter(({ by }) => isGuess(by)).map((match) => ({ kind: 'guess' as const, match })),
    ...leftOut
      .filter(isOpenChoice)
      .map(({ column, candidates }) => ({ kind: 'ambiguous' as const, column, candidates })),
    ...(free.length === 0
      ? []
      : requiredFields.map(({ name }) => ({ kind: 'required' as const, field: name, columns: free }))),
  ];
}

function isOpenChoice({ reason, candidates }: LeftOutColumn): boolean {
  return reason === 'ambiguous' && candidates.length > 1;
}

function nameOf(question: Question): string {
  switch (question.kind) {
    case 'external-id':
      return question.kind;
    case 'guess':
      return `guess ${question.match.column}`;
    case 'ambiguous':
      return `ambiguous ${question.column}`;
    case 'key-column':
    case 'required':
      return `${question.kind} ${question.field}`;
  }
}

/**
 * What follows from an answer. It is a field (`external-id`, `guess`, `ambiguous`) or a column (`key-column`,
 * `required`); null is "none of these".
 */
export function answered(question: Question, answer: string | null, answers: Answers): Answers {
  const passedOver = new Set([...answers.passedOver, nameOf(question)]);
  const setting = (column: string, target: string | null): Answers => ({
    ...answers,
    columns: new Map([...answers.columns, [column.toLowerCase(), target]]),
  });
  switch (question.kind) {
    case 'external-id':
      return answer === null ? { ...answers, passedOver } : { ...answers, externalId: answer };
    case 'guess':
      return setting(question.match.column, answer);
    case 'ambiguous':
      return setting(question.column, answer);
    case 'key-column':
    case 'required':
      return answer === null ? { ...answers, passedOver } : setting(answer, question.field);
  }
}
