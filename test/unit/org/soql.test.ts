import { expect } from 'chai';
import fc from 'fast-check';
import { soqlString } from '../../../src/org/soql.js';

describe('SOQL literals', () => {
  for (const [text, literal] of [
    ['Account', "'Account'"],
    ['', "''"],
    ["O'Brien", "'O\\'Brien'"],
    ['a\\', "'a\\\\'"],
    ["\\'", "'\\\\\\''"],
    ["x' OR Name != '", "'x\\' OR Name != \\''"],
    ['a\nb\rc\td\be\f', "'a\\nb\\rc\\td\\be\\f'"],
    ['Zoë 😀 %_', "'Zoë 😀 %_'"],
  ] as const) {
    it(`${JSON.stringify(text)} is ${literal}`, () => {
      expect(soqlString(text)).to.equal(literal);
    });
  }

  it('a text never ends its literal, and stands on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '\\', '\n', '\r', 'a') }), (text) => {
        expect(soqlString(text)).to.match(/^'(?:[^'\\\n\r]|\\['\\nr])*'$/);
      }),
    );
  });
});
