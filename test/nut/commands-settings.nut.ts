import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SettingResult } from '../../src/report/settings-report.js';
import { makeDesk, type Desk } from '../support/desk.js';
import { testOrgId } from '../support/export-errors.js';
import { seedStore } from '../support/seeded-store.js';

describe('commands: settings', () => {
  let desk: Desk;
  let org: string[];

  beforeEach(async () => {
    desk = await makeDesk();
    org = ['--org-id', '00D000000000001', '--store', desk.store];
  });

  afterEach(() => desk.end());

  function named(result: readonly SettingResult[], name: string): Pick<SettingResult, 'value' | 'from'> | undefined {
    const found = result.find((setting) => setting.name === name);
    return found && { value: found.value, from: found.from };
  }

  it('X1: a value comes from the org, else from all orgs, else from the default', async () => {
    expect((await desk.sf(['settings', 'set', 'batch-size', '100', '--global', '--store', desk.store])).code).to.equal(
      0,
    );
    const set = await desk.json<SettingResult>(['settings', 'set', 'batch-size', '50', ...org]);
    expect(set.output.result).to.deep.include({ name: 'batch-size', value: 50, from: 'org', orgId: testOrgId });

    const listed = await desk.json<SettingResult[]>(['settings', 'list', ...org]);
    expect(named(listed.output.result, 'batch-size')).to.deep.equal({ value: 50, from: 'org' });
    expect(named(listed.output.result, 'max-export-errors')).to.deep.equal({ value: 10_000, from: 'default' });

    const unset = await desk.json<SettingResult>(['settings', 'unset', 'batch-size', ...org]);
    expect(unset.output.result).to.include({ value: 100, from: 'global' });
    const got = await desk.sf(['settings', 'get', 'batch-size', ...org]);
    expect(got.stdout).to.include('batch-size: 100 (all orgs)');
  });

  it('S1: the ledger is readable by its owner alone', async function () {
    if (process.platform === 'win32') this.skip();
    await desk.sf(['settings', 'set', 'batch-size', '100', ...org]);
    expect((await stat(desk.store)).mode & 0o077).to.equal(0);
  });

  it('X1: unknown names and impossible values are wrong usage, and nothing is written', async () => {
    const misspelt = await desk.json(['settings', 'set', 'pause-on-export-error', 'false', ...org]);
    expect(misspelt.code).to.equal(2);
    expect(misspelt.output.message).to.include('Did you mean "pause-on-export-errors"?');
    const tooLarge = await desk.json(['settings', 'set', 'batch-size', '201', ...org]);
    expect(tooLarge.code).to.equal(2);
    expect(tooLarge.output.message).to.include('must be a whole number from 1 to 200');
    expect(tooLarge.output.actions).to.have.length(1);
    expect(await stat(desk.store).catch(() => undefined)).to.equal(undefined);
  });

  it('X1: switching pausing off warns, says how to go back, and needs a yes', async () => {
    const set = ['settings', 'set', 'pause-on-export-errors', 'false', ...org];
    for (const refused of [await desk.json(set), await desk.sf(set)]) {
      expect(refused.code).to.equal(1);
      const said = refused.stdout + refused.stderr;
      expect(said)
        .to.match(/may become inconsistent/)
        .and.to.match(/your own responsibility/);
      expect(said).to.include('settings set pause-on-export-errors true --org-id 00D000000000001EAA');
      expect(said).to.include('--no-prompt');
    }
    expect(await stat(desk.store).catch(() => undefined)).to.equal(undefined);

    const yes = await desk.json<SettingResult>([...set, '--no-prompt']);
    expect(yes.code).to.equal(0);
    expect(yes.output.result).to.include({ value: false, from: 'org' });
    expect(yes.output.warnings.join()).to.match(/may become inconsistent/);
    expect((await desk.sf(['settings', 'set', 'pause-on-export-errors', 'true', ...org])).code).to.equal(0);
  });

  it('X1: unset asks too, if it switches pausing off', async () => {
    await seedStore(desk.store, {
      settings: [
        { scope: 'global', name: 'pause-on-export-errors', value: false },
        { scope: testOrgId, name: 'pause-on-export-errors', value: true },
      ],
    });
    const unset = ['settings', 'unset', 'pause-on-export-errors', ...org];
    expect((await desk.sf(unset)).code).to.equal(1);
    expect((await desk.json<SettingResult>([...unset, '--no-prompt'])).output.result).to.include({ value: false });
  });

  it('X1: pausing is hidden while the export is off', async () => {
    await desk.sf(['settings', 'set', 'export-to-crm', 'false', ...org]);
    const listed = await desk.json<SettingResult[]>(['settings', 'list', ...org]);
    expect(listed.output.result.map(({ name }) => name)).to.not.include('pause-on-export-errors');
    const got = await desk.json(['settings', 'get', 'pause-on-export-errors', ...org]);
    expect(got.code).to.equal(1);
    expect(got.output.actions?.join()).to.include('settings set export-to-crm true --org-id 00D000000000001EAA');
  });

  it('finds the org by alias and username, without a network, and the ledger in the state folder', async () => {
    await desk.login('ann@example.com', '00D000000000001', 'dev');
    const set = await desk.json<{ orgId: string }>(['settings', 'set', 'batch-size', '7', '-o', 'dev']);
    expect(set.output.result.orgId).to.equal(testOrgId);
    expect(await readFile(join(desk.home, '.sf', 'crm-export-store.json'), 'utf8')).to.include('batch-size');
    const got = await desk.json<SettingResult>(['settings', 'get', 'batch-size'], { SF_TARGET_ORG: 'ann@example.com' });
    expect(got.output.result).to.include({ value: 7, from: 'org' });
    const elsewhere = await desk.json<SettingResult>(['settings', 'get', 'batch-size', '-o', 'dev'], {
      SF_CRM_EXPORT_STORE: desk.store,
    });
    expect(elsewhere.output.result).to.include({ value: 200, from: 'default' });
  });

  it('S1: an access token in place of a username is never shown', async () => {
    const set = await desk.sf(['settings', 'set', 'batch-size', '7', '-o', `${testOrgId}!AQE.secret`]);
    expect(set).to.include({ code: 0 });
    const bad = await desk.json(['settings', 'list', '-o', '00D0!AQE.secret']);
    expect(bad.code).to.equal(2);
    const without = await desk.json(['settings', 'list', '-o', 'nobody']);
    expect(without.code).to.equal(1);
    expect(without.output.actions?.join()).to.include('sf org login');
    expect(set.stdout + set.stderr + bad.stdout + bad.stderr).to.not.include('secret');
  });

  it('C4: a ledger that cannot be read is named and left as it is', async () => {
    await seedStore(desk.store, { settings: [{ scope: testOrgId, name: 'batch-size', value: 5 }] });
    for (const [content, name] of [
      ['{"version":1,', 'LedgerCorruptError'],
      ['{"version":999}', 'LedgerNewerVersionError'],
    ] as const) {
      await writeFile(desk.store, content);
      const ended = await desk.json(['settings', 'set', 'batch-size', '6', ...org]);
      expect(ended.code).to.equal(1);
      expect(ended.output.name).to.equal(name);
      expect(ended.output.message).to.include(desk.store);
      expect(ended.output.actions).to.have.length.at.least(1);
      expect(await readFile(desk.store, 'utf8')).to.equal(content);
    }
  });
});
