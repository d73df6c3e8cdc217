import { expect } from 'chai';
import fc from 'fast-check';
import { clip, escapeText, spreadsheetText, terminalJson } from '../../../src/report/escape.js';

const cases: readonly (readonly [string, string, string])[] = [
  ['plain text', 'Ångström & Söhne "GmbH" 株式会社 C:\\new', 'Ångström & Söhne "GmbH" 株式会社 C:\\new'],
  ['colours', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['clear screen', '\u001b[2J\u001b[H', '\\x1b[2J\\x1b[H'],
  ['window title (OSC, BEL)', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
  ['hyperlink (OSC 8, ST)', '\u001b]8;;http://x\u001b\\click', '\\x1b]8;;http://x\\x1b\\click'],
  ['C1 control sequence', '\u009b31m\u009d0;t\u009c', '\\x9b31m\\x9d0;t\\x9c'],
  ['newlines and tabs', 'a\r\nb\tc\u000b\u000c', 'a\\r\\nb\\tc\\x0b\\x0c'],
  ['backspaces that overwrite', 'good\b\b\b\bevil', 'good\\x08\\x08\\x08\\x08evil'],
  ['right-to-left override', 'user\u202Egnp.exe', 'user\\u202egnp.exe'],
  ['isolates and marks', '\u2066a\u2069\u200f\u061c', '\\u2066a\\u2069\\u200f\\u061c'],
  ['line separators', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\x85d'],
  ['hidden characters in a key', '\uFEFFA\u200B1\u00AD', '\\ufeffA\\u200b1\\xad'],
  ['language tags', '\u{E0041}', '\\u{e0041}'],
  ['half a surrogate pair', 'a\uD83Db', 'a\\ud83db'],
  ['emoji with joiner and Persian', '👩‍🚀 می‌خواهم', '👩‍🚀 می‌خواهم'],
];

describe('S1: text of others on a terminal', () => {
  for (const [name, text, shown] of cases) {
    it(`S1: ${name}`, () => expect(escapeText(text)).to.equal(shown));
  }

  const anyText = fc.string({ unit: 'binary', maxLength: 200 });
  const controls = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u;

  it('S1: whatever the text, no control is left and it is one line', () => {
    fc.assert(fc.property(anyText, (text) => !controls.test(escapeText(text))));
  });

  it('S1: what was escaped once stays as it is', () => {
    fc.assert(fc.property(anyText, (text) => escapeText(escapeText(text)) === escapeText(text)));
  });

  it('S1: plain letters, digits and punctuation stay as they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => escapeText(text) === text));
  });

  it('S1: JSON for a terminal has no control in it, and parses to the very same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = terminalJson(value);
        return !controls.test(text.replaceAll('\n', '')) && JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
      }),
    );
    const hostile = { a: '\u009b31m\u202e\ud83d\u{e0041}\u0000', '\u2028': ['\n', '\ufeff'] };
    expect(JSON.parse(terminalJson(hostile))).to.deep.equal(hostile);
    expect(terminalJson(hostile, 0)).to.match(/^[\x20-\x7e]+$/);
  });

  it('S1: clip escapes before it cuts, and cuts no character in half', () => {
    expect(clip('ab\ncd', 20)).to.equal('ab\\ncd');
    expect(clip('👩👩👩👩', 3)).to.equal('👩👩…');
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, length) => {
        const shown = clip(text, length);
        return Array.from(shown).length <= length && !controls.test(shown);
      }),
    );
  });
});

describe('S1: text of others in a spreadsheet', () => {
  const formulas = [
    '=1+1',
    '+1',
    '-1',
    '@A1',
    '\t=1',
    '\r=1',
    '\n=1',
    '\tx',
    ' =1',
    '\u00a0=1',
    '\ufeff=1',
    '\u200b@a',
    '\u0000=1',
  ];
  for (const text of [...formulas, '＝1', '＋1', '－1', '＠a']) {
    it(`S1: ${JSON.stringify(text)} gets an apostrophe`, () => expect(spreadsheetText(text)).to.equal(`'${text}`));
  }
  for (const text of ['', 'a=1', "'=1", '1-1', 'a@b.example', ' a', '#N/A', '0', '😀=']) {
    it(`S1: ${JSON.stringify(text)} stays`, () => expect(spreadsheetText(text)).to.equal(text));
  }
});
