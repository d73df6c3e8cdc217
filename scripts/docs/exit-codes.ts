import { exitCodeFacts, exitCodeOfStop, exitCodeOrder, exitCodes } from '../../src/core/exit-codes.js';
import { table } from './markdown.js';

export function exitCodesPage(): string {
  const codes = Object.values(exitCodes).map((code) => [
    String(code),
    exitCodeFacts[code].meaning,
    exitCodeFacts[code].json,
  ]);
  const stops = Object.entries(exitCodeOfStop).map(([stop, code]) => [`\`${stop}\``, String(code)]);
  return `# Exit codes

${table(['code', 'meaning', '`--json` holds'], codes)}

If several jobs ran, the code is the first that applies of ${exitCodeOrder.join(', ')}.

A job that stopped says why in \`stoppedBy.code\`:

${table(['stopped by', 'code'], stops)}
`;
}
