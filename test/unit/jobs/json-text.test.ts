import { expect } from 'chai';
import fc from 'fast-check';
import { JsonTextError, parseJson } from '../../../src/jobs/json-text.js';

function fault(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    return `${error.place.line}:${error.place.column} ${error.message}`;
  }
  return 'fine';
}

describe('JSON of a definition file', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (!text.includes('"__proto__"')) expect(parseJson(text).value).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('is refused where JSON.parse refuses it, and never with another error', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '"',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
      '\u0001',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const valid = isJson(text);
        const answer = fault(text);
        if (!valid) expect(answer, text).to.not.equal('fine');
        else if (answer !== 'fine') expect(answer, text).to.match(/second time|lose digits/);
      }),
      { numRuns: 3000 },
    );
  });

  for (const [text, wanted] of [
    ['{\n  "a": 1,\n  "b": 2\n  "c": 3\n}', '4:3 a comma is missing before "\\""'],
    ['{ "a": 1, }', '1:9 this comma is one too many'],
    ['[1, 2,]', '1:6 this comma is one too many'],
    ['{ a: 1 }', '1:3 a key in double quotes is missing before "a"'],
    ["{ 'a': 1 }", '1:3 a key in double quotes is missing before "\'"'],
    ['{ "a" 1 }', '1:7 a colon is missing before "1"'],
    ['{ "a": }', '1:8 a value is missing before "}"'],
    ['{ // why\n}', '1:3 a key in double quotes is missing before a comment, which JSON does not have'],
    ['{ "a": "b', '1:8 this text in double quotes has no end'],
    ['{ "a": "b\n" }', '1:10 a line break or tab inside double quotes must be written as \\n or \\t'],
    ['{ "a": "C:\\data" }', '1:8 there is a backslash in this text that begins nothing; write \\\\ for a backslash'],
    ['{\r\n"a": 1,\r\n"a": 2 }', '3:1 the key "a" stands here a second time'],
    [
      '{ "a": 12345678901234567890 }',
      '1:8 the number 12345678901234567890 would lose digits; write it in double quotes',
    ],
    ['{ "a": 1e999 }', '1:8 the number 1e999 would lose digits; write it in double quotes'],
    ['{ "__proto__": 1 }', '1:3 the key "__proto__" is not possible here'],
    ['{} {}', '1:4 nothing may follow here, but there is "{"'],
    ['', '1:1 a value is missing before the end of the file'],
    ['['.repeat(200), '1:102 this is nested too deeply'],
  ] as const) {
    it(`tells line, column and what to do: ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(fault(text)).to.equal(wanted);
    });
  }

  it('keeps numbers that a double can hold', () => {
    expect(parseJson('[0, -0.10, 1.50, 1e3, 100, 0.000001]').value).to.deep.equal([0, -0.1, 1.5, 1000, 100, 0.000001]);
  });

  it('knows where a value stands, or what is around it', () => {
    const { placeOf } = parseJson('{\n  "jobs": [\n    { "name": "a" }\n  ]\n}');
    expect(placeOf(['jobs', 0, 'name'])).to.deep.equal({ line: 3, column: 15 });
    expect(placeOf(['jobs', 0, 'missing', 'x'])).to.deep.equal({ line: 3, column: 5 });
    expect(placeOf([])).to.deep.equal({ line: 1, column: 1 });
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
