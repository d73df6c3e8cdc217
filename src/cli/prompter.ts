import { SfError } from '@salesforce/core';
import { exitCodes } from '../core/exit-codes.js';
import { escapeText } from '../report/escape.js';
import { answerTimeMs, type Asker } from './ask.js';

export type Choice = { readonly name: string; readonly value: string | null };

/**
 * Asks a person at a terminal. Contract: every text shown is escaped; Ctrl-C ends the asking with an SfError (130), and
 * nothing has been changed by then.
 */
export type Prompter = {
  pick(question: string, choices: readonly Choice[]): Promise<string | null>;
  /** @param problem why a text cannot be taken, asked again until there is none */
  text(question: string, proposed: string, problem: (text: string) => Promise<string | undefined>): Promise<string>;
  yes(question: string, proposed: boolean): Promise<boolean>;
};

/** The prompts of sf's own commands; loaded when the first question comes, for most commands never ask. */
export function terminalPrompter(confirm: Asker['confirm']): Prompter {
  return {
    pick: (question, choices) =>
      asking(async () => {
        const { default: select } = await import('@inquirer/select');
        const shown = choices.map(({ name, value }) => ({ name: escapeText(name), value }));
        return select({ message: escapeText(question), choices: shown, pageSize: 15 });
      }),
    text: (question, proposed, problem) =>
      asking(async () => {
        const { default: input } = await import('@inquirer/input');
        const validate = async (text: string): Promise<true | string> => {
          const why = await problem(text.trim());
          return why === undefined ? true : escapeText(why);
        };
        return (await input({ message: escapeText(question), default: proposed, validate })).trim();
      }),
    yes: (question, proposed) =>
      asking(() => confirm({ message: escapeText(question), ms: answerTimeMs, defaultAnswer: proposed })),
  };
}

async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    // Named so by the prompts themselves when Ctrl-C, or the end of the input, closes them.
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error;
    throw new SfError('Interrupted: nothing was changed.', 'InterruptedError', [], exitCodes.interrupted);
  }
}
