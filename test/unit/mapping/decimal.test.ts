import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalDecimal, exactNumber, isWhole, parseDecimal } from '../../../src/core/mapping/decimal.js';

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));
const decimalText = fc
  .tuple(fc.constantFrom('', '-', '+'), digits(1, 25), digits(0, 25), fc.option(fc.integer({ min: -99, max: 99 })))
  .map(
    ([sign, whole, fraction, power]) =>
      `${sign}${whole}${fraction && `.${fraction}`}${power === null ? '' : `e${power}`}`,
  );

/** Value as a fraction of whole numbers: the slow way that cannot be wrong. */
function exact(text: string): string {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const scaled = BigInt(whole + fraction) * 10n ** BigInt(Number(power) - fraction.length + 200);
  return String(mantissa.startsWith('-') ? -scaled : scaled);
}

describe('numbers as text', () => {
  for (const [text, literal, canonical] of [
    ['0', '0', '0'],
    ['-0', '-0', '0'],
    ['0.10', '0.10', '0.1'],
    ['01.50', '1.50', '1.5'],
    ['+7', '7', '7'],
    [' 7 ', '7', '7'],
    ['000', '0', '0'],
    ['.5', '0.5', '0.5'],
    ['5.', '5', '5'],
    ['1e0', '1e0', '1'],
    ['1E+3', '1e+3', '1000'],
    ['-12.340e-2', '-12.340e-2', '-0.1234'],
    ['123456789012345678', '123456789012345678', '123456789012345678'],
    ['99999999999999.9999', '99999999999999.9999', '99999999999999.9999'],
    ['1e200', '1e200', '1e200'],
  ] as const) {
    it(`P12: reads ${JSON.stringify(text)} as ${literal}, by value ${canonical}`, () => {
      const value = parseDecimal(text)!;
      expect(value.literal).to.equal(literal);
      expect(canonicalDecimal(value)).to.equal(canonical);
    });
  }

  for (const text of [
    '',
    ' ',
    '.',
    '-',
    'e5',
    'abc',
    '1,5',
    '1.000,5',
    '12 EUR',
    '€5',
    '5%',
    'NaN',
    'Infinity',
    '0x10',
    '1 000',
    '--1',
    '1e',
    '1e1234',
    '1_000',
    '١',
    '−5',
  ]) {
    it(`does not take ${JSON.stringify(text)} for a number`, () => {
      expect(parseDecimal(text)).to.equal(undefined);
    });
  }

  it('P12: keeps every digit: the literal is JSON and has the value of the text', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        const { literal } = parseDecimal(text)!;
        JSON.parse(literal);
        expect(exact(literal)).to.equal(exact(text));
        expect(literal.replace(/e.*$/, '').split('.')[1]).to.equal(text.replace(/e.*$/, '').split('.')[1]);
      }),
    );
  });

  it('P12: gives a double only where its own text has exactly the value', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        const value = parseDecimal(text)!;
        const number = exactNumber(value);
        const same = canonicalDecimal(parseDecimal(String(Number(value.literal))) ?? value) === canonicalDecimal(value);
        if (number !== undefined) expect(exact(String(number))).to.equal(exact(text));
        else expect(same).to.equal(false);
      }),
    );
    expect(exactNumber(parseDecimal('1e400')!)).to.equal(undefined);
    expect(exactNumber(parseDecimal('1e-400')!)).to.equal(undefined);
    expect(exactNumber(parseDecimal('12345678901234567890')!)).to.equal(undefined);
    expect(Object.is(exactNumber(parseDecimal('-0')!), 0)).to.equal(true);
  });

  it('has one canonical text for one value, and it stays what it is', () => {
    fc.assert(
      fc.property(decimalText, fc.nat(5), fc.nat(5), (text, zeros, shift) => {
        const canonical = canonicalDecimal(parseDecimal(text)!);
        expect(canonicalDecimal(parseDecimal(canonical)!)).to.equal(canonical);
        const [, sign, whole, fraction, power] = /^([+-]?)(\d+)(?:\.(\d*))?(?:e(.*))?$/.exec(text)!;
        const padded = `${sign}${'0'.repeat(zeros)}${whole}.${fraction ?? ''}${'0'.repeat(shift)}${power === undefined ? '' : `E${power}`}`;
        expect(canonicalDecimal(parseDecimal(padded)!)).to.equal(canonical);
      }),
    );
  });

  it('tells whole numbers by value', () => {
    for (const text of ['1', '1.0', '1e3', '1.5e1', '0', '0.0'])
      expect(isWhole(parseDecimal(text)!), text).to.equal(true);
    for (const text of ['1.5', '1e-1', '0.01']) expect(isWhole(parseDecimal(text)!), text).to.equal(false);
  });

  it('takes a long cell of zeros in linear time', () => {
    const started = performance.now();
    parseDecimal(`${'0'.repeat(2_000_000)}1${'0'.repeat(2_000_000)}1`);
    expect(performance.now() - started).to.be.below(2000);
  });
});
