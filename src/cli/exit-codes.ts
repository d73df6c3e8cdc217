import { toHelpSection } from '@salesforce/sf-plugins-core';
import { exitCodeFacts, exitCodes, type ExitCode } from '../core/exit-codes.js';

type HelpSection = ReturnType<typeof toHelpSection>;

const allCodes = Object.values(exitCodes);

/** The EXIT CODES section of a command's help, made from the one map of codes; without codes, all of them. */
export function exitCodeSection(...codes: readonly ExitCode[]): HelpSection {
  const listed = codes.length === 0 ? allCodes : codes;
  return toHelpSection(
    'EXIT CODES',
    Object.fromEntries(listed.map((code) => [String(code), exitCodeFacts[code].meaning])),
  );
}

/** The process ends with this code once the result is printed; `--json` shows it as `status`. */
export function setExitCode(code: ExitCode): void {
  if (code !== exitCodes.done) process.exitCode = code;
}
