import { SfError } from '@salesforce/core';
import { expect } from 'chai';
import { toSfError, withFaults } from '../../../src/cli/faults.js';
import { LedgerFault } from '../../../src/core/ports/ledger.js';
import { OrgFault, type OrgFaultKind } from '../../../src/core/ports/sink.js';
import { SourceFault } from '../../../src/core/ports/source.js';
import { RightsGone } from '../../../src/core/run/stop.js';
import { DefinitionFault } from '../../../src/jobs/definition-fault.js';

const path = '/data/store.json';
const gack = 'An unexpected error: 1234567890-12345 (-1234567)';

const ledger: { readonly [C in LedgerFault['code']]: number } = {
  busy: 75,
  'lease-lost': 75,
  corrupt: 1,
  'newer-version': 1,
  'not-readable': 1,
  'not-writable': 1,
  'disk-full': 1,
  locked: 1,
};
const source: { readonly [C in SourceFault['code']]: number } = {
  'not-found': 1,
  'not-a-file': 1,
  'not-readable': 1,
  empty: 1,
  'empty-column-name': 1,
  'duplicate-column': 1,
  'not-utf8': 1,
  'unclosed-quote': 1,
  'cell-too-large': 1,
  unreadable: 1,
};
const definition: { readonly [C in DefinitionFault['code']]: number } = {
  'not-found': 1,
  'not-a-file': 1,
  'not-readable': 1,
  'not-writable': 1,
  'not-utf8': 1,
  empty: 1,
  'not-json': 1,
  invalid: 1,
  changed: 1,
};
const org: { readonly [K in OrgFaultKind]: number } = {
  login: 77,
  'org-limit': 75,
  maintenance: 75,
  wait: 75,
  'not-sent': 75,
  'outcome-unknown': 75,
  refused: 1,
  'too-large': 1,
};

/** The exit code that the platform gives to an error, by its own rules. */
async function exitCodeOf(error: Error): Promise<number> {
  const rules = new URL('../../../node_modules/@salesforce/sf-plugins-core/lib/errorHandling.js', import.meta.url);
  const { computeErrorCode } = (await import(rules.href)) as { computeErrorCode: (e: Error) => number };
  return computeErrorCode(error);
}

describe('X1: faults as errors of a command', () => {
  const faults: readonly (readonly [string, Error, number])[] = [
    ...Object.entries(ledger).map(([code, exit]): [string, Error, number] => [
      `ledger ${code}`,
      new LedgerFault(code as LedgerFault['code'], `About ${path}`, { path }),
      exit,
    ]),
    ...Object.entries(source).map(([code, exit]): [string, Error, number] => [
      `source ${code}`,
      new SourceFault(code as SourceFault['code'], `About ${path}`, { path, line: 3 }),
      exit,
    ]),
    ...Object.entries(definition).map(([code, exit]): [string, Error, number] => [
      `definition ${code}`,
      new DefinitionFault(code as DefinitionFault['code'], `About ${path}`, { path }),
      exit,
    ]),
    ...Object.entries(org).map(([kind, exit]): [string, Error, number] => [
      `org ${kind}`,
      new OrgFault(kind as OrgFaultKind, `About ${path}`, { host: 'x' }, { cause: new TypeError('fetch failed') }),
      exit,
    ]),
    ['rights', new RightsGone('Account', ['Name']), 1],
    ['a mistake of this program', new TypeError('x is not a function'), 1],
    ['something that is no error', 'text' as unknown as Error, 1],
  ];
  for (const [name, fault, exit] of faults) {
    it(`X1: ${name} ends with ${exit} and says what to do next`, async () => {
      const error = toSfError(fault);
      expect(error).to.be.instanceOf(SfError);
      expect(await exitCodeOf(error)).to.equal(exit);
      expect(error.actions).to.be.an('array').with.lengthOf.at.least(1);
      expect(error.name).to.match(/^[A-Z][A-Za-z0-9]+Error$/);
    });
  }

  it('X1: names of errors say each word once', () => {
    const nameOf = (kind: OrgFaultKind): string => toSfError(new OrgFault(kind, 'text')).name;
    expect([nameOf('org-limit'), nameOf('login'), nameOf('not-sent')]).to.deep.equal([
      'OrgLimitError',
      'OrgLoginError',
      'OrgNotSentError',
    ]);
  });

  it('X1: words of the org that look like a crash do not change the exit code, and are whole in data', async () => {
    for (const words of ['CANNOT_INSERT: System.TypeError: null', gack]) {
      const error = toSfError(new OrgFault('wait', words));
      expect(await exitCodeOf(error)).to.equal(75);
      expect(error.data).to.include({ code: 'org.wait', orgMessage: words });
    }
    const passed = new SfError('TypeErrors.csv is empty', 'SomeError', [], 1, new TypeError('inner'));
    expect(await exitCodeOf(toSfError(passed))).to.equal(1);
  });

  it('S1: controls in messages are shown, not obeyed', () => {
    expect(toSfError(new OrgFault('refused', 'a\u001b[2J\nb')).message).to.equal('a\\x1b[2J\\nb');
    expect(toSfError(new SourceFault('empty', '/x\u202e.csv is empty', { path: '/x' })).message).to.equal(
      '/x\\u202e.csv is empty',
    );
  });

  it('keeps the lines that name each problem of a definition', () => {
    const problems = [{ path: 'jobs[0].object', message: 'is needed' }];
    const error = toSfError(new DefinitionFault('invalid', 'x.json:\n  jobs[0].object is needed', { path }, problems));
    expect(error.message.split('\n')).to.have.length(2);
    expect(error.data).to.deep.include({ code: 'definition.invalid', problems });
  });

  it('X1: what was done before it happened is in data', () => {
    const done = { orgId: '00D', jobs: [{ job: 'accounts', exported: 5 }] };
    expect(toSfError(new LedgerFault('disk-full', 'full', { path }), done).data).to.deep.include(done);
    expect(toSfError(new SfError('x'), done).data).to.deep.equal(done);
    expect(toSfError(new Error('x'), done).data).to.deep.include(done);
  });

  it('leaves errors of oclif as they are', async () => {
    const oclif = Object.assign(new Error('Nonexistent flag'), { oclif: { exit: 2 } });
    let thrown: unknown;
    await withFaults(() => Promise.reject(oclif)).catch((error: unknown) => (thrown = error));
    expect(thrown).to.equal(oclif);
  });
});
