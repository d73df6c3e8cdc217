import { expect } from 'chai';
import fc from 'fast-check';
import {
  isHidden,
  nearestSetting,
  resolveSettings,
  setSetting,
  settingCatalogue,
  settingNames,
  unsetSetting,
  unusableSettings,
  visibleSettings,
  type SettingName,
  type SettingRow,
} from '../../../src/core/settings.js';

const org = '00D000000000001EAA';
const otherOrg = '00D000000000002EAA';

function row(scope: string, name: string, value: SettingRow['value']): SettingRow {
  return { scope, name, value };
}

describe('settings: catalogue', () => {
  it('has exactly the settings that have an effect now, with the defaults of the design', () => {
    const defaults = Object.fromEntries(settingNames.map((name) => [name, settingCatalogue[name].default]));
    expect(defaults).to.deep.equal({
      'export-to-crm': true,
      'pause-on-export-errors': true,
      'batch-size': 200,
      'collections-per-request': 'auto',
      'max-export-errors': 10_000,
      'retry-max-attempts': 0,
      'history-days': 30,
      'daily-api-limit': 'none',
      'api-reserve': 10,
    });
  });

  const good: readonly (readonly [SettingName, string, unknown])[] = [
    ['export-to-crm', 'false', false],
    ['pause-on-export-errors', ' TRUE ', true],
    ['pause-on-export-errors', 'off', false],
    ['batch-size', '1', 1],
    ['batch-size', '200', 200],
    ['collections-per-request', 'Auto', 'auto'],
    ['collections-per-request', '5', 5],
    ['max-export-errors', '1000000', 1_000_000],
    ['daily-api-limit', 'None', 'none'],
    ['daily-api-limit', '1', 1],
    ['daily-api-limit', '100000', 100_000],
    ['api-reserve', '0', 0],
    ['api-reserve', '10%', 10],
    ['api-reserve', ' 10 % ', 10],
    ['api-reserve', '99', 99],
  ];
  for (const [name, text, value] of good) {
    it(`${name} takes "${text}"`, () => {
      expect(settingCatalogue[name].parse(text)).to.deep.equal({ ok: true, value });
    });
  }

  const bad: readonly (readonly [SettingName, string])[] = [
    ['export-to-crm', ''],
    ['pause-on-export-errors', '0'],
    ['batch-size', '0'],
    ['batch-size', '201'],
    ['batch-size', '-1'],
    ['batch-size', '1e2'],
    ['batch-size', '12.5'],
    ['collections-per-request', '6'],
    ['collections-per-request', 'automatic'],
    ['max-export-errors', '0'],
    ['max-export-errors', '99999999999999999999'],
    ['daily-api-limit', '0'],
    ['daily-api-limit', '-5'],
    ['daily-api-limit', 'unlimited'],
    ['api-reserve', '100 %'],
    ['api-reserve', '-1%'],
    ['api-reserve', '2.5%'],
    ['api-reserve', '%'],
    ['api-reserve', 'none'],
  ];
  for (const [name, text] of bad) {
    it(`${name} refuses "${text}" and says what it takes`, () => {
      const parsed = settingCatalogue[name].parse(text);
      expect(parsed).to.include({ ok: false, problem: `must be ${settingCatalogue[name].values}` });
    });
  }

  it('accepts what it parses, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...settingNames), fc.string(), (name, text) => {
        const parsed = settingCatalogue[name].parse(text);
        return !parsed.ok || settingCatalogue[name].accepts(parsed.value);
      }),
    );
  });

  it('names the setting that was probably meant', () => {
    expect(nearestSetting('pause-on-export-error')).to.equal('pause-on-export-errors');
    expect(nearestSetting('batchsize')).to.equal('batch-size');
    expect(nearestSetting('colour')).to.equal(undefined);
    expect(nearestSetting('__proto__')).to.equal(undefined);
  });
});

describe('settings: which value is in force', () => {
  const rows = [
    row('global', 'batch-size', 100),
    row(org, 'batch-size', 50),
    row(otherOrg, 'batch-size', 7),
    row('global', 'max-export-errors', 500),
  ];

  it('takes flag, job, org, global, default, in this order, and says which', () => {
    const all = { rows, orgId: org, jobSettings: { 'batch-size': 25 }, flags: { 'batch-size': 10 } };
    const of = (sources: Parameters<typeof resolveSettings>[0]) => resolveSettings(sources)['batch-size'];
    expect(of(all)).to.deep.equal({ value: 10, from: 'flag' });
    expect(of({ ...all, flags: {} })).to.deep.equal({ value: 25, from: 'job' });
    expect(of({ ...all, flags: {}, jobSettings: {} })).to.deep.equal({ value: 50, from: 'org' });
    expect(of({ rows: rows.filter(({ scope }) => scope !== org), orgId: org })).to.deep.equal({
      value: 100,
      from: 'global',
    });
    expect(of({ rows: [], orgId: org })).to.deep.equal({ value: 200, from: 'default' });
    expect(of({ rows, orgId: null })).to.deep.equal({ value: 100, from: 'global' });
  });

  it('passes over a stored value that the setting cannot have, and lists it', () => {
    const broken = [row(org, 'batch-size', 5000), row('global', 'pause-on-export-errors', 'false')];
    const resolved = resolveSettings({ rows: broken, orgId: org });
    expect(resolved['batch-size']).to.deep.equal({ value: 200, from: 'default' });
    expect(resolved['pause-on-export-errors']).to.deep.equal({ value: true, from: 'default' });
    expect(unusableSettings(broken, org)).to.deep.equal(broken);
    expect(unusableSettings(broken, otherOrg)).to.deep.equal([broken[1]]);
  });

  it('is not fooled by names of Object.prototype in rows, jobs or flags', () => {
    const odd = [row(org, '__proto__', true), row('__proto__', 'batch-size', 1), row(org, 'constructor', 'x')];
    expect(resolveSettings({ rows: odd, orgId: org })).to.deep.equal(resolveSettings({ rows: [], orgId: org }));
  });
});

describe('settings: hidden while the export is off', () => {
  it('shows pause-on-export-errors only while export-to-crm is on', () => {
    const off = resolveSettings({ rows: [row(org, 'export-to-crm', false)], orgId: org });
    expect(visibleSettings(off)).to.include('export-to-crm');
    expect(visibleSettings(off)).to.not.include('pause-on-export-errors');
    expect(isHidden('pause-on-export-errors', off)).to.equal(true);
    expect(visibleSettings(resolveSettings({ rows: [], orgId: org }))).to.deep.equal(settingNames);
  });
});

describe('settings: changing rows', () => {
  it('keeps one row for each scope and name, in its place, and touches no other', () => {
    const scope = fc.constantFrom('global', org, otherOrg);
    const change = fc.record({ scope, name: fc.constantFrom(...settingNames), keep: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        let rows: readonly SettingRow[] = [];
        for (const { scope: where, name, keep } of changes) {
          const others = rows.filter((one) => one.scope !== where || one.name !== name);
          rows = keep ? setSetting(rows, where, name, settingCatalogue[name].default) : unsetSetting(rows, where, name);
          expect(rows.filter((one) => one.scope !== where || one.name !== name)).to.deep.equal(others);
          expect(rows.length - others.length).to.equal(keep ? 1 : 0);
        }
      }),
    );
  });

  it('replaces in place', () => {
    const rows = [row(org, 'batch-size', 50), row('global', 'batch-size', 100)];
    expect(setSetting(rows, org, 'batch-size', 10)).to.deep.equal([row(org, 'batch-size', 10), rows[1]]);
  });
});
