import { join } from 'node:path';
import { expect } from 'chai';
import type { LedgerView } from '../../src/core/ports/ledger.js';
import { createLedger } from '../../src/ledger/index.js';
import { LedgerChild } from '../support/ledger-processes.js';
import { realClock, realRandom } from '../support/ledger-rows.js';
import { tempFolder } from '../support/temp-folder.js';

/** Each killed process writes to several stores, so each kill meets several instants. */
const lanes = 3;
const killsPerLane = 5;
const storesPerProcess = 4;

describe('ledger: killed processes', () => {
  it(`C1 SIGKILL at ${lanes * killsPerLane * storesPerProcess} random instants of append, fold, open and close loses nothing`, async () => {
    const folder = await tempFolder();
    try {
      const all = Array.from({ length: lanes }, (_, lane) => killAgainAndAgain(join(folder.path, `lane-${lane}`)));
      // The others end before their stores are taken away, even if one finds something wrong.
      await Promise.allSettled(all);
      const lost = (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
      expect(lost).to.equal(0);
    } finally {
      await folder.remove();
    }
  });
});

/** Kills one writer after the other on the same stores. @returns acknowledged commits that are gone */
async function killAgainAndAgain(prefix: string): Promise<number> {
  const stores = Array.from({ length: storesPerProcess }, (_, n) => join(`${prefix}-${n}`, 'store.json'));
  let lost = 0;
  let next = LedgerChild.start('commit', ...stores);
  for (let n = 0; n < killsPerLane; n++) {
    const child = next;
    await child.hears((message) => (message as { store: string }).store === stores[n % storesPerProcess]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    await child.kill();
    for (const store of stores) lost += await lostOf(store, child.said as { store: string; acknowledged: number }[]);
    if (n + 1 < killsPerLane) next = LedgerChild.start('commit', ...stores);
  }
  return lost;
}

/** Also checks that everything there fits together: no commit twice, none by half. */
async function lostOf(store: string, said: readonly { store: string; acknowledged: number }[]): Promise<number> {
  const acknowledged = said.filter((one) => one.store === store).at(-1)?.acknowledged;
  const view = await createLedger({ path: store, clock: realClock, random: realRandom }).read();
  const row = view.jobs[0]?.checkpoint.row ?? 0;
  expect(idsOf(view), 'rows').to.deep.equal(Array.from({ length: row }, (_, n) => `e${n + 1}`));
  expect(
    view.apiUse.reduce((sum, { calls }) => sum + calls, 0),
    'API calls, which are counted as differences',
  ).to.equal(row);
  if (acknowledged === undefined) return 0;
  expect(row, 'at most one commit beyond the last acknowledged').to.be.at.most(acknowledged + 1);
  return Math.max(0, acknowledged - row);
}

function idsOf(view: LedgerView): string[] {
  return view.exportErrors.map(({ id }) => id);
}
