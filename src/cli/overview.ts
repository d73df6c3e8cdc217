import type { Command, Config } from '@oclif/core';
import { Messages } from '@salesforce/core';
import { exitCodes } from '../core/exit-codes.js';
import { didYouMean, nearMiss } from '../core/mapping/near-miss.js';
import { lines, type TableBlock } from '../report/blocks.js';
import { escapeText } from '../report/escape.js';
import { show, type Screen } from './show.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-crm-export', 'overview');

export type Overview = { commands: { command: string; summary: string }[] };

/** The part of a command that shows what there is below it. */
type Overviewer = Screen & { readonly id: string | undefined; readonly argv: string[]; readonly config: Config };

/**
 * What there is below a topic, for `sf crm-export` and its topics when they are typed alone: without these, sf asks
 * which command was meant, which helps nobody who does not know the commands yet.
 * @throws SfError (2) a word follows that is no command
 */
export function showOverview(command: Overviewer, introduction: string): Overview {
  const topic = command.id ?? '';
  const below = command.config.commands.filter((one) => one.id.startsWith(`${topic}:`) && !one.hidden);
  const word = command.argv.find((text) => !text.startsWith('-'));
  if (word !== undefined) throw unknownCommand(topic, word, below);
  const isTopic = (id: string): boolean => below.some((other) => other.id.startsWith(`${id}:`));
  const commands = below
    .filter(({ id }) => !isTopic(id))
    .map(({ id, summary }) => ({ command: `sf ${id.replaceAll(':', ' ')}`, summary: summary ?? '' }))
    .sort((a, b) => (a.command < b.command ? -1 : 1));
  show(command, [lines(introduction), tableOf(commands), lines(messages.getMessage('info.more'))]);
  return { commands };
}

function unknownCommand(topic: string, word: string, below: readonly Command.Loadable[]): Error {
  const names = below.map(({ id }) => id.slice(topic.length + 1).replaceAll(':', ' '));
  const typed = `sf ${topic.replaceAll(':', ' ')} ${escapeText(word)}`;
  const hint = escapeText(didYouMean(nearMiss(word, names)));
  return messages.createError(
    'error.unknownCommand',
    [typed, hint],
    [`sf ${topic.replaceAll(':', ' ')}`],
    exitCodes.usage,
  );
}

function tableOf(rows: Overview['commands']): TableBlock {
  const columns = [
    { key: 'command', name: 'Command' },
    { key: 'summary', name: 'What it does' },
  ];
  return { kind: 'table', columns, rows };
}
