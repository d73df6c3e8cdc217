import { expect } from 'chai';
import fc from 'fast-check';
import { ApiError } from '../../../src/practice-org/errors.js';
import {
  compareNumbers,
  cutToScale,
  ExactNumber,
  integerDigits,
  readNumber,
} from '../../../src/practice-org/exact-number.js';
import { IdSequence, toId18 } from '../../../src/practice-org/ids.js';
import { parseJson } from '../../../src/practice-org/json.js';
import { readDate, readDateTime, readTime } from '../../../src/practice-org/write/dates.js';

describe('practice org: Ids (facts 2.7)', () => {
  it('adds the checksum that real orgs show', () => {
    expect(toId18('00D000000000001')).to.equal('00D000000000001EAA');
    expect(toId18('001D000000IqhSL')).to.equal('001D000000IqhSLIAZ');
  });

  it('takes 18 characters in any case back to the right case', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{15}$/), (id15) => {
        const id18 = toId18(id15) ?? '';
        expect(id18).to.have.length(18);
        expect(toId18(id18)).to.equal(id18);
        expect(toId18(id18.toLowerCase())).to.equal(id18);
      }),
    );
  });

  it('refuses what cannot be an Id', () => {
    for (const text of ['', '001', '001D000000IqhS', '001D000000IqhSL!', '001D000000IqhSLI']) {
      expect(toId18(text), text).to.equal(undefined);
    }
  });

  it('never gives an Id twice', () => {
    const ids = new IdSequence();
    const given = Array.from({ length: 5000 }, () => ids.next('001'));
    expect(new Set(given.map((id) => id.toLowerCase())).size).to.equal(5000);
    expect(given.every((id) => id.startsWith('001') && id.length === 18)).to.equal(true);
  });
});

describe('practice org: numbers keep their digits', () => {
  it('keeps 18 digits that a double would change', () => {
    const value = readNumber('123456789012345678');
    expect(value).to.be.instanceOf(ExactNumber);
    expect(String(value)).to.equal('123456789012345678');
    expect(JSON.stringify({ value })).to.equal('{"value":123456789012345678}');
  });

  it('gives a plain number wherever a double says the same', () => {
    for (const text of ['0', '-0.5', '12.50', '1e3', '007', '0.1', '999999999999999']) {
      expect(readNumber(text), text).to.equal(Number(text));
    }
  });

  it('reads nothing that is no number', () => {
    for (const text of ['', 'abc', '1,5', '0x10', '.', '1e', 'NaN', 'Infinity']) {
      expect(readNumber(text), text).to.equal(undefined);
    }
  });

  it('compares by value', () => {
    const exact = (text: string): number | ExactNumber => readNumber(text) ?? NaN;
    expect(compareNumbers(exact('123456789012345678'), exact('123456789012345679'))).to.equal(-1);
    expect(compareNumbers(exact('123456789012345678.0'), exact('123456789012345678'))).to.equal(0);
    expect(compareNumbers(exact('-123456789012345678'), 1)).to.equal(-1);
  });

  it('cuts decimals beyond the scale and counts the digits before the point (facts 2.2)', () => {
    expect(cutToScale(12.349, 2)).to.equal(12.34);
    expect(cutToScale(-12.349, 0)).to.equal(-12);
    expect(cutToScale(0.001, 2)).to.equal(0);
    expect(integerDigits(1234.5)).to.equal(4);
    expect(integerDigits(0.5)).to.equal(0);
    expect(integerDigits(readNumber('1234567890123456789') ?? 0)).to.equal(19);
  });

  it('parses JSON without losing digits', () => {
    const body = parseJson('{"a":123456789012345678,"b":[1.5,{"c":0.12345678901234567890}],"d":"123456789012345678"}');
    expect(JSON.stringify(body)).to.equal(
      '{"a":123456789012345678,"b":[1.5,{"c":0.1234567890123456789}],"d":"123456789012345678"}',
    );
  });

  it('says where JSON breaks, as JSON_PARSER_ERROR (facts 7.2)', () => {
    expect(() => parseJson('{"a":}')).to.throw(ApiError, /JSON_PARSER_ERROR.*\[line:1, column:6\]/);
  });
});

describe('practice org: dates (facts 2.7)', () => {
  it('takes dates without offset only', () => {
    expect(readDate('2024-02-29')).to.equal('2024-02-29');
    for (const bad of ['2023-02-29', '2024-13-01', '01/02/2024', '2024-02-29T00:00:00Z', '']) {
      expect(readDate(bad), bad).to.equal(undefined);
    }
  });

  it('shows date-times in UTC with +0000', () => {
    expect(readDateTime('2026-01-02T21:33:43.000Z')).to.equal('2026-01-02T21:33:43.000+0000');
    expect(readDateTime('2026-01-02T21:33:43+02:00')).to.equal('2026-01-02T19:33:43.000+0000');
    expect(readDateTime('2026-01-02T21:33:43.123+0000')).to.equal('2026-01-02T21:33:43.000+0000');
    for (const bad of ['2026-01-02 21:33:43', '2026-01-02', '2026-01-02T25:00:00Z', '2026-02-30T00:00:00Z']) {
      expect(readDateTime(bad), bad).to.equal(undefined);
    }
  });

  it('takes times of day', () => {
    expect(readTime('21:33:43')).to.equal('21:33:43.000Z');
    expect(readTime('24:00:00')).to.equal(undefined);
  });
});
