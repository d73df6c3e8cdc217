import { expect } from 'chai';
import { commandForAllOrgs, commandLine, quoted, runWords } from '../../../src/report/command-line.js';
import { jobSpec, testOrgId } from '../../support/export-errors.js';

const context = { orgId: testOrgId, username: 'ann@example.com', store: null };

describe('suggested commands', () => {
  it('name the login and the ledger', () => {
    expect(commandLine(context, ['status'], 'ledger')).to.equal('sf crm-export status --target-org ann@example.com');
    expect(commandLine({ ...context, store: '/my stores/a.json' }, ['status'], 'org')).to.equal(
      'sf crm-export status --target-org ann@example.com --store "/my stores/a.json"',
    );
    expect(commandForAllOrgs('s.json', ['settings', 'list', '--global'])).to.equal(
      'sf crm-export settings list --global --store s.json',
    );
  });

  it('without a login name the org by its id, and never go to the default org instead', () => {
    const without = { ...context, username: null };
    expect(commandLine(without, ['status'], 'ledger')).to.equal(`sf crm-export status --org-id ${testOrgId}`);
    expect(commandLine(without, ['run'], 'org')).to.equal(`sf crm-export run --target-org "a login for ${testOrgId}"`);
  });

  it('S1: never hold an access token', () => {
    for (const username of ['00D000000000001EAA!AQEAQ.secret', '00D0!secret', 'eyJhbGciOi.eyJzdWIi.c2VjcmV0']) {
      const command = commandLine({ ...context, username }, ['run'], 'org');
      expect(command).to.not.match(/secret|c2VjcmV0/);
    }
  });

  it('call a job as it was called: by name, or by its file', () => {
    const byFile = ['run', '--definition-file', '/data/crm-export.json', '--job', 'accounts'];
    expect(runWords('accounts', jobSpec())).to.deep.equal(byFile);
    expect(runWords('accounts', null)).to.deep.equal(['run', '--job', 'accounts']);
    const name = 'Account-new-accounts.v2';
    const adHoc = jobSpec({
      name,
      definitionFile: undefined,
      source: { type: 'csv', path: '/in/new accounts.v2.csv' },
    });
    expect(runWords(name, adHoc)).to.deep.equal([
      'run',
      ...['--file', '/in/new accounts.v2.csv', '--sobject', 'Account', '--external-id', 'Ext_Id__c'],
    ]);
    expect(runWords('other', { ...adHoc, name: 'other' }).slice(-2)).to.deep.equal(['--name', 'other']);
  });

  it('quote what a shell would take apart, and escape what a terminal would obey', () => {
    expect(quoted('plain-Word_1.csv')).to.equal('plain-Word_1.csv');
    expect(quoted('')).to.equal('""');
    expect(quoted('a $b `c` "d"')).to.equal('"a \\$b \\`c\\` \\"d\\""');
    expect(quoted('a;rm -rf')).to.equal('"a;rm -rf"');
    expect(quoted('C:\\data\\a b.csv')).to.equal('"C:\\data\\a b.csv"');
    expect(quoted('a\u001b[2J\n')).to.not.match(/[\u001b\n]/);
  });
});
