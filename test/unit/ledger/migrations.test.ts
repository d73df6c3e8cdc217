import { expect } from 'chai';
import { currentPlan, migrations, stepsFrom } from '../../../src/ledger/migrations.js';
import { storeVersion } from '../../../src/ledger/store-data.js';

const step = (to: number) => ({
  to,
  store: (store: Record<string, unknown>) => store,
  change: (change: Record<string, unknown>) => change,
});

describe('ledger: migrations', () => {
  it('lead from version 1 to the current one without gaps', () => {
    expect(currentPlan.current).to.equal(storeVersion);
    expect(migrations.map(({ to }) => to)).to.deep.equal(
      Array.from({ length: storeVersion - 1 }, (_, index) => index + 2),
    );
    expect(stepsFrom(1, 'store')).to.have.length(storeVersion - 1);
  });

  it('are taken in order from the version of the file', () => {
    const plan = { current: 4, migrations: [step(2), step(3), step(4)] };
    expect(stepsFrom(2, 'store', plan)?.map(({ to }) => to)).to.deep.equal([3, 4]);
    expect(stepsFrom(4, 'store', plan)).to.deep.equal([]);
  });

  it('C4 a newer version is refused, with file and versions named', () => {
    expect(() => stepsFrom(7, 'the store'))
      .to.throw(/the store has version 7/)
      .with.property('code', 'newer-version');
  });

  it('what is no version is none', () => {
    for (const version of [undefined, null, '1', 0, -1, 1.5, Number.NaN]) {
      expect(stepsFrom(version, 'store')).to.equal(undefined);
    }
  });

  it('a gap is a mistake of this program, and shows at once', () => {
    expect(() => stepsFrom(1, 'store', { current: 3, migrations: [step(3)] })).to.throw(/to version 2/);
  });
});
