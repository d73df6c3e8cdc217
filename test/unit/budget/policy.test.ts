import { expect } from 'chai';
import fc from 'fast-check';
import { reservedCalls, roomOf, tooLittle, type BudgetFacts, type Room } from '../../../src/core/budget/policy.js';
import { budgetStopWords } from '../../../src/core/budget/words.js';

function facts(changes: Partial<BudgetFacts> = {}): BudgetFacts {
  return { limit: null, used: 0, reserve: 10, org: null, ...changes };
}

describe('API budget: policy', () => {
  const org = { used: 0, max: 1_000 };
  const limit = 'daily-api-limit';
  const reserve = 'api-reserve';
  const table: readonly (readonly [string, Partial<BudgetFacts>, Room | null])[] = [
    ['no limit, org unknown', {}, null],
    ['a limit, nothing used', { limit: 100 }, { calls: 100, setting: limit }],
    ['a limit, some used', { limit: 100, used: 40 }, { calls: 60, setting: limit }],
    ['a limit that is used up', { limit: 100, used: 100 }, { calls: 0, setting: limit }],
    ['a limit that was lowered', { limit: 100, used: 140 }, { calls: -40, setting: limit }],
    ['the reserve of an idle org', { org }, { calls: 900, setting: reserve }],
    ['the reserve of a busy org', { org: { ...org, used: 899 } }, { calls: 1, setting: reserve }],
    ['an org in its reserve', { org: { ...org, used: 950 } }, { calls: -50, setting: reserve }],
    ['an org above its allocation', { org: { ...org, used: 1_200 } }, { calls: -300, setting: reserve }],
    ['no reserve', { reserve: 0, org: { ...org, used: 990 } }, { calls: 10, setting: reserve }],
    [
      'a reserve that is no whole number of calls',
      { reserve: 10, org: { used: 0, max: 15 } },
      { calls: 13, setting: reserve },
    ],
    ['the limit is the smaller', { limit: 50, org }, { calls: 50, setting: limit }],
    ['the reserve is the smaller', { limit: 5_000, org }, { calls: 900, setting: reserve }],
    [
      'calls of others count in the org alone',
      { limit: 100, org: { ...org, used: 890 } },
      { calls: 10, setting: reserve },
    ],
  ];
  for (const [name, given, room] of table) {
    it(`A1 ${name}: ${room === null ? 'unbounded' : `${room.calls} left, by ${room.setting}`}`, () => {
      expect(roomOf(facts(given))).to.deep.equal(room);
    });
  }

  it('A1 what is allowed never goes beyond either bound', () => {
    const figures = fc.record({
      limit: fc.option(fc.nat(1_000)),
      used: fc.nat(1_500),
      reserve: fc.integer({ min: 0, max: 99 }),
      org: fc.option(fc.record({ used: fc.nat(1_500), max: fc.nat(1_000) })),
    });
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 50 }), (given, calls) => {
        if (tooLittle(given, calls) !== undefined) return true;
        const withinLimit = given.limit === null || given.used + calls <= given.limit;
        const kept = reservedCalls(given) ?? 0;
        return withinLimit && (given.org === null || given.org.used + calls <= given.org.max - kept);
      }),
    );
  });
});

describe('API budget: words', () => {
  const byLimit: Room = { calls: 5, setting: 'daily-api-limit' };

  it('A1 the limit: its figures and when it goes on', () => {
    const words = budgetStopWords(byLimit, facts({ limit: 1_000, used: 995 }), 18, '2026-11-24T07:00:00.000Z');
    expect(words).to.equal(
      'The setting daily-api-limit allows 1,000 API calls in 24 hours: 995 are used, and the next step may need 18. There is room again from 2026-11-24 07:00 UTC on.',
    );
  });

  it('A1 a limit that is too small for a step at any time says so', () => {
    const words = budgetStopWords({ ...byLimit, calls: 10 }, facts({ limit: 10 }), 18, undefined);
    expect(words).to.include('allows 10 API calls').and.to.include('too small for that at any time');
  });

  it("A1 the reserve: the org's own figures", () => {
    const given = facts({ org: { used: 13_490, max: 15_000 } });
    expect(budgetStopWords({ calls: 10, setting: 'api-reserve' }, given, 18, undefined)).to.equal(
      'The org has used 13,490 of its 15,000 API calls in 24 hours, of which the setting api-reserve keeps 1,500 (10 %) untouched, and the next step may need 18. There is room again as its calls grow older than 24 hours.',
    );
  });
});
