import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core';
import { SfCommand } from '@salesforce/sf-plugins-core';
import { expect } from 'chai';
import { SfCommand as SafeCommand } from '../../../src/cli/sf-command.js';
import { exitCodeFacts, type ExitCode } from '../../../src/core/exit-codes.js';

type CommandClass = Command.Class & { errorCodes?: { header: string; body: { name: string; description: string }[] } };

const folder = new URL('../../../src/commands/', import.meta.url);

async function commands(): Promise<(readonly [string, CommandClass])[]> {
  const files = (await readdir(fileURLToPath(folder), { recursive: true })).filter((file) => file.endsWith('.ts'));
  return Promise.all(
    files.map(async (file) => {
      const module = (await import(new URL(file.replaceAll('\\', '/'), folder).href)) as { default: CommandClass };
      return [file.replace(/\.ts$/, '').split(/[\\/]/).join(':'), module.default] as const;
    }),
  );
}

/** The lines of an example that are to be pasted. */
function commandLines(example: Command.Example): string[] {
  const text = typeof example === 'string' ? example : example.command;
  return text.split('\n').flatMap((line) => (line.includes('<%= config.bin %>') ? [line.trim()] : []));
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quotedText, plain]) => quotedText ?? plain ?? '');
}

/** What is wrong with an example, seen from the flags and arguments of its command. */
function problemsOf(line: string, command: CommandClass): string[] {
  const flags: Record<string, Command.Class['flags'][string]> = { ...SfCommand.baseFlags, ...command.flags };
  const byChar = new Map(Object.entries(flags).map(([name, { char }]) => [char, name]));
  const [bin, id, ...words] = wordsOf(line.replace('<%= config.bin %>', 'BIN').replace('<%= command.id %>', 'ID'));
  const problems = bin === 'BIN' && id === 'ID' ? [] : ['does not start with the command'];
  const given = new Set<string>();
  let args = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-')) args++;
    else {
      const name = word.startsWith('--') ? word.slice(2) : byChar.get(word[1] as 'a');
      const flag = name === 'json' ? { type: 'boolean' as const } : flags[name ?? ''];
      if (name === undefined || flag === undefined) problems.push(`${word} is no flag`);
      else given.add(name);
      if (flag?.type === 'option') {
        const { options } = flag as { options?: readonly string[] };
        const value = words[++i];
        if (value === undefined) problems.push(`${word} has no value`);
        else if (options !== undefined && !options.includes(value)) problems.push(`${word} ${value}`);
      }
    }
  }
  const needed = Object.keys(command.args).length;
  if (args !== needed) problems.push(`${args} arguments instead of ${needed}`);
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.required === true && name !== 'target-org' && !given.has(name)) problems.push(`--${name} is missing`);
  }
  return problems;
}

describe('all commands', () => {
  let all: (readonly [string, CommandClass])[];

  before(async () => {
    all = await commands();
  });

  it('has examples that can be pasted', () => {
    for (const [id, command] of all) {
      const lines = (command.examples ?? []).flatMap(commandLines);
      expect(lines, id).to.have.length.at.least(1);
      for (const line of lines) expect(problemsOf(line, command), `${id}: ${line}`).to.deep.equal([]);
    }
  });

  it('X1: names its exit codes in the words of the one map', () => {
    for (const [id, { errorCodes }] of all) {
      // The demo talks to its own practice org and ends like any other command: 0, or 1 if it goes wrong.
      if (id === 'crm-export:demo') continue;
      expect(errorCodes?.header, id).to.equal('EXIT CODES');
      for (const { name, description } of errorCodes?.body ?? []) {
        expect(description, id).to.equal(exitCodeFacts[Number(name) as ExitCode].meaning);
      }
    }
  });

  it('S1: all have the base class that keeps terminals and tokens safe', () => {
    for (const [id, command] of all) expect(command.prototype, id).to.be.instanceOf(SafeCommand);
  });

  it('has class names that are unique in the plugin and follow from the id', () => {
    for (const [id, command] of all) {
      const words = id.split(/[:-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
      expect(command.name, id).to.equal(words.join(''));
    }
  });
});
