import { Messages } from '@salesforce/core';
import { optionOf } from '../core/generate/match-columns.js';
import { propose, type Proposal, type ProposalInput } from '../core/generate/propose.js';
import { answered, nextQuestion, type Answers, type Question } from '../core/generate/questions.js';
import { nearestField } from '../core/mapping/target.js';
import { didYouMean } from '../core/mapping/near-miss.js';
import type { Choice, Prompter } from './prompter.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'crm-export.job.generate');

/** Proposes, asks what only a person knows, and proposes anew, until nothing is open. Without a prompter: one proposal. */
export async function proposeAndAsk(input: ProposalInput, prompter: Prompter | undefined): Promise<Proposal> {
  let answers: Answers = { ...input.decisions, passedOver: new Set() };
  for (;;) {
    const proposal = propose({ ...input, decisions: answers });
    const question = prompter === undefined ? undefined : nextQuestion(proposal, answers);
    if (question === undefined || prompter === undefined) return proposal;
    answers = answered(question, await ask(question, prompter, input), answers);
  }
}

const another = '\u0000another';

async function ask(question: Question, prompter: Prompter, input: ProposalInput): Promise<string | null> {
  switch (question.kind) {
    case 'external-id':
      return prompter.pick(messages.getMessage('question.externalId', [input.describe.name]), externalIds(question));
    case 'key-column':
      return prompter.pick(
        messages.getMessage('question.keyColumn', [question.field]),
        columnChoices(question.columns),
      );
    case 'required':
      return prompter.pick(messages.getMessage('question.required', [question.field]), columnChoices(question.columns));
    case 'guess': {
      const { column, target } = question.match;
      return field(messages.getMessage('question.guess', [column, target]), [target], prompter, input);
    }
    case 'ambiguous':
      return field(messages.getMessage('question.ambiguous', [question.column]), question.candidates, prompter, input);
  }
}

function externalIds({ fields }: Question & { kind: 'external-id' }): Choice[] {
  return fields.map(({ field: { name, label, unique }, column }) => {
    const facts = [
      `"${label}"`,
      ...(unique ? [messages.getMessage('choice.unique')] : []),
      ...(column === null ? [] : [messages.getMessage('choice.column', [column])]),
    ];
    return { name: `${name} (${facts.join(', ')})`, value: name };
  });
}

function columnChoices(columns: readonly string[]): Choice[] {
  return [...columns.map((name) => ({ name, value: name })), { name: messages.getMessage('choice.none'), value: null }];
}

/** One of the fields that were found, another one, or none. */
async function field(
  question: string,
  found: readonly string[],
  prompter: Prompter,
  { describe, related }: ProposalInput,
): Promise<string | null> {
  const picked = await prompter.pick(question, [
    ...found.map((name) => ({ name, value: name })),
    { name: messages.getMessage('choice.leaveOut'), value: null },
    { name: messages.getMessage('choice.another'), value: another },
  ]);
  if (picked !== another) return picked;
  const problem = async (text: string): Promise<string | undefined> => {
    if (optionOf(text, describe, related) !== undefined) return undefined;
    return messages.getMessage('problem.noField', [describe.name, text, didYouMean(nearestField(text, describe))]);
  };
  return prompter.text(messages.getMessage('question.field'), '', problem);
}
