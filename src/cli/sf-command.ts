import { stripVTControlCharacters } from 'node:util';
import { ux } from '@oclif/core';
import type { SfError } from '@salesforce/core';
import { SfCommand as PlatformCommand } from '@salesforce/sf-plugins-core';
import { withoutAccessTokens } from '../core/access-token.js';
import { terminalJson } from '../report/escape.js';
import { harmless } from './faults.js';
import { exitOnSignals } from './interrupts.js';
import { surviveClosedOutputs } from './outputs.js';

/**
 * The base of every command here: what leaves a command has no effect on a terminal, and shows no access token (S1).
 * Reports escape their own text; this is for the ways out that others made: the platform's JSON, its errors (the
 * parser repeats what was typed, and with `--json` dumps all arguments) and warnings. An output that nobody reads any
 * more and a signal end a command only as documented (X1). It has the platform's name, by
 * which the platform's lint rules know commands.
 */
export abstract class SfCommand<T> extends PlatformCommand<T> {
  #failed = false;

  /** Here: after the platform has been loaded, before it listens to signals in its own way. */
  public override async _run<R>(): Promise<R> {
    surviveClosedOutputs([process.stdout, process.stderr]);
    exitOnSignals();
    return super._run();
  }

  /** Same values as ever for whoever parses it; controls and marks that only a terminal would obey are `\u` escapes. */
  public override logJson(json: unknown): void {
    const text = terminalJson(json);
    const safe = this.#failed ? withoutAccessTokens(text) : text;
    const { theme } = this.config;
    // Colours cost a pass over the whole text.
    ux.stdout(process.stdout.isTTY ? ux.colorizeJson(safe, { pretty: false, theme: theme?.json }) : safe);
  }

  public override warn(input: PlatformCommand.Warning): PlatformCommand.Warning {
    return super.warn(typeof input === 'string' ? withoutAccessTokens(harmless(input)) : input);
  }

  public override logToStderr(message?: string, ...args: unknown[]): void {
    super.logToStderr(message === undefined ? undefined : withoutAccessTokens(message), ...args);
  }

  protected override async catch(error: Error | SfError): Promise<never> {
    this.#failed = true;
    // The parser dims a part of its text where there are colours.
    error.message = harmless(stripVTControlCharacters(error.message));
    if ('actions' in error && error.actions !== undefined) error.actions = error.actions.map(harmless);
    return super.catch(error);
  }
}
