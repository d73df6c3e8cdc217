import { expect } from 'chai';
import fc from 'fast-check';
import { converterOf } from '../../../src/core/mapping/convert.js';
import { field } from './describes.js';

/** The JSON that is sent, or `refused: reason`. */
function convert(type: string, text: string): string {
  const result = converterOf(field('X__c', type))(text);
  return result.ok ? result.json : `${result.code}: ${result.reason}`;
}

type Row = readonly [type: string, text: string, json: string];

describe('conversion by the describe', () => {
  const passes: readonly Row[] = [
    ['string', ' A ', '" A "'],
    ['string', 'a"b\\c\n', '"a\\"b\\\\c\\n"'],
    ['string', '007', '"007"'],
    ['string', '\u0000', '"\\u0000"'],
    ['textarea', 'x', '"x"'],
    ['multipicklist', 'a;b', '"a;b"'],
    ['picklist', 'Hot', '"Hot"'],
    ['base64', 'AAAA', '"AAAA"'],
    ['email', 'a@example.com', '"a@example.com"'],
    ['anythingnew', 'x', '"x"'],
    ['double', '0.10', '0.10'],
    ['double', ' +007.50 ', '7.50'],
    ['currency', '99999999999999.9999', '99999999999999.9999'],
    ['percent', '1e-3', '1e-3'],
    ['int', '12', '12'],
    ['int', '12.0', '12'],
    ['int', '-0', '0'],
    ['int', '1e3', '1000'],
    ['long', '9007199254740993', '9007199254740993'],
    ['boolean', 'TRUE', 'true'],
    ['boolean', ' false ', 'false'],
    ['boolean', '1', 'true'],
    ['boolean', '0', 'false'],
    ['id', '001xx0000000001', '"001xx0000000001AAA"'],
    ['reference', '001xx0000000001AAA', '"001xx0000000001AAA"'],
    ['date', '2024-02-29', '"2024-02-29"'],
    ['date', ' 2026-01-31 ', '"2026-01-31"'],
    ['datetime', '2026-01-31T09:30:00Z', '"2026-01-31T09:30:00Z"'],
    ['datetime', '2026-01-31T09:30:00.123+02:00', '"2026-01-31T09:30:00.123+02:00"'],
    ['datetime', '2026-01-31T09:30:00.000+0000', '"2026-01-31T09:30:00.000+0000"'],
    ['datetime', '2026-01-31 09:30:00Z', '"2026-01-31T09:30:00Z"'],
    ['datetime', '2026-01-31 09:30:00.123456+00', '"2026-01-31T09:30:00.123+00:00"'],
    ['datetime', '2026-01-31T09:30:00.5Z', '"2026-01-31T09:30:00.500Z"'],
    ['datetime', '2026-01-31t09:30z', '"2026-01-31T09:30:00Z"'],
    ['datetime', '2026-01-31 09:30:00 -0530', '"2026-01-31T09:30:00-0530"'],
    ['time', '09:30:00.000Z', '"09:30:00.000Z"'],
    ['time', '09:30', '"09:30:00.000Z"'],
    ['time', '09:30:15.25', '"09:30:15.250Z"'],
    ['time', '09:30:15+00:00', '"09:30:15.000Z"'],
  ];
  for (const [type, text, json] of passes) {
    it(`${type.startsWith('date') ? 'P12: ' : ''}${type} ${JSON.stringify(text)} is sent as ${json}`, () => {
      expect(convert(type, text)).to.equal(json);
    });
  }

  const refusals: readonly Row[] = [
    ['double', 'abc', 'not a number'],
    ['double', '1,5', 'not a number'],
    ['currency', '12 EUR', 'not a number'],
    ['percent', '5%', 'not a number'],
    ['double', 'NaN', 'not a number'],
    ['double', '   ', 'not a number'],
    ['int', '1.5', 'whole numbers only'],
    ['int', 'x', 'not a number'],
    ['int', '1e200', 'larger'],
    ['boolean', 'yes', '"values"'],
    ['boolean', '2', 'neither true nor false'],
    ['id', 'A-1', 'LOCAL_BAD_ID'],
    ['reference', '001xx0000000001AAB', 'LOCAL_BAD_ID'],
    ['date', '2025-02-29', 'not a day of the calendar'],
    ['date', '1900-02-29', 'not a day of the calendar'],
    ['date', '2026-04-31', 'not a day of the calendar'],
    ['date', '2026-13-01', 'not a day of the calendar'],
    ['date', '0000-01-01', 'not a day of the calendar'],
    ['date', '31.01.2026', 'yyyy-MM-dd'],
    ['date', '01/31/2026', 'yyyy-MM-dd'],
    ['date', '2026-1-5', 'yyyy-MM-dd'],
    ['date', '2026-01-31T00:00:00Z', 'has a time'],
    ['datetime', '2026-01-31', 'has no time;'],
    ['datetime', '2026-01-31T09:30:00', 'has no time zone'],
    ['datetime', '2026-02-30T09:30:00Z', 'not a day'],
    ['datetime', '2026-01-31T24:00:00Z', 'not a time'],
    ['datetime', '2026-01-31T09:60:00Z', 'not a time'],
    ['datetime', '2026-01-31T09:30:00+15:00', 'offset'],
    ['datetime', '1767225600', 'not a date with time'],
    ['time', '25:00', 'not a time'],
    ['time', '9:30 AM', 'HH:mm:ss'],
    ['time', '09:30:00+02:00', 'no time zone'],
  ];
  for (const [type, text, reason] of refusals) {
    it(`${type} ${JSON.stringify(text)} cannot be sent: ${reason}`, () => {
      expect(convert(type, text))
        .to.match(/^LOCAL_/)
        .and.contain(reason);
    });
  }

  it('P12: a real day is sent as it is written, in whatever zone the machine stands', () => {
    const days = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    const zone = process.env['TZ'];
    try {
      for (const place of ['America/Los_Angeles', 'Pacific/Kiritimati', 'UTC']) {
        process.env['TZ'] = place;
        fc.assert(
          fc.property(days, (date) => {
            const day = date.toISOString().slice(0, 10);
            expect(convert('date', day)).to.equal(JSON.stringify(day));
          }),
        );
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('P12: a moment never moves, however it is written', () => {
    const moments = fc.date({ min: new Date('1700-01-01'), max: new Date('4000-01-01'), noInvalidDate: true });
    const offsets = fc.constantFrom('Z', 'z', '+00:00', '+0200', '-05:30', '+14:00', '+05');
    const between = fc.constantFrom('T', ' ', 't');
    const length = fc.constantFrom(16, 19, 21, 23);
    fc.assert(
      fc.property(moments, offsets, between, length, (date, offset, separator, cut) => {
        const iso = date.toISOString().slice(0, cut);
        const sent = JSON.parse(convert('datetime', iso.replace('T', separator) + offset)) as string;
        expect(sent.slice(0, 16)).to.equal(iso.slice(0, 16));
        expect(Date.parse(withColon(sent))).to.equal(Date.parse(withColon(iso + offset.toUpperCase())));
      }),
    );
  });

  it('text is never changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(JSON.parse(convert('string', text))).to.equal(text);
      }),
    );
  });
});

/** An offset of `+0200` or `+02` as `+02:00`, which is all that Date.parse takes. */
function withColon(moment: string): string {
  return moment.replace(/(:[\d.]+[+-]\d{2}):?(\d{2})?$/, (_, start: string, minutes = '00') => `${start}:${minutes}`);
}
