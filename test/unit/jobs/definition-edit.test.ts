import { chmod, lstat, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { indexOfJob, newDefinition, withJobAdded, withJobReplaced } from '../../../src/jobs/definition-edit.js';
import { DefinitionFault } from '../../../src/jobs/definition-fault.js';
import { planJob, writeDefinition } from '../../../src/jobs/definition-write.js';
import { loadDefinition } from '../../../src/jobs/definition.js';
import { definitionFiles, minimal } from './definition-files.js';

const second = { ...minimal, name: 'contacts', object: 'Contact', mapping: { Ext_Id__c: 'id' } };

/** A definition as somebody wrote it by hand: their own order, spaces and ways to write. */
const byHand = `{ "$schema": "x.json",
   "jobs" : [
     {"object":"Account", "name": "accounts",
       "source": {"path": "a.csv",   "type": "csv"}, "externalId": "Ext_Id__c",
       "mapping": { "Ext_Id__c": "\\u0069d", "Rating__c": { "constant": 1.50 } },
       "settings": {"batch-size": 50 }, "formerly": ["old"]
     }
   ]
}
`;

describe('definition file: adding a job', () => {
  it('leaves what stands there as it is, character by character', () => {
    const text = withJobAdded(byHand, second);
    const at = byHand.indexOf('\n   ]\n');
    expect(text.startsWith(`${byHand.slice(0, at)},\n`)).to.equal(true);
    expect(text.endsWith(byHand.slice(at))).to.equal(true);
    const jobs = (JSON.parse(text) as { jobs: unknown[] }).jobs;
    expect(jobs[1]).to.deep.equal(second);
  });

  it('lays the job out like its neighbours: indent, tabs, CRLF, one line', () => {
    expect(withJobAdded(byHand, second)).to.include('\n     {\n       "name": "contacts",');
    const tabbed = '{\r\n\t"jobs": [\r\n\t\t{ "name": "a" }\r\n\t]\r\n}\r\n';
    const text = withJobAdded(tabbed, second);
    expect(text).to.include(',\r\n\t\t{\r\n\t\t\t"name": "contacts",');
    expect(text.replaceAll('\r\n', '')).to.not.match(/[\r\n]/);
    expect(JSON.parse(withJobAdded('{"jobs":[{"name":"a"}]}', second))).to.have.nested.property(
      'jobs[1].name',
      'contacts',
    );
  });

  it('into whatever is valid JSON gives the same jobs and one more', () => {
    const value = fc.jsonValue().filter((one) => !JSON.stringify(one).includes('__proto__'));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.constantFrom(0, 1, 2, '\t'), (values, indent) => {
        const jobs = [...values.map((settings, i) => ({ name: `j${i}`, settings })), { name: 'last' }];
        const text = JSON.stringify({ jobs }, null, indent);
        expect(JSON.parse(withJobAdded(text, second))).to.deep.equal(
          JSON.parse(JSON.stringify({ jobs: [...jobs, second] })),
        );
      }),
    );
  });

  it('makes a file of its own where there is none', () => {
    expect(JSON.parse(newDefinition(second))).to.deep.equal({ jobs: [second] });
    expect(newDefinition(second).endsWith('}\n')).to.equal(true);
  });
});

describe('definition file: replacing a job', () => {
  it('finds it in any case, keeps its settings, the order of its keys and all around it', () => {
    expect(indexOfJob(byHand, 'ACCOUNTS')).to.equal(0);
    expect(indexOfJob(byHand, 'old')).to.equal(-1);
    const text = withJobReplaced(byHand, 0, { name: 'accounts', object: 'Lead', mapping: { Name: 'n' } });
    expect(text.startsWith(byHand.slice(0, byHand.indexOf('{"object"')))).to.equal(true);
    expect(text.endsWith(byHand.slice(byHand.indexOf('\n   ]\n')))).to.equal(true);
    const job = (JSON.parse(text) as { jobs: Record<string, unknown>[] }).jobs[0]!;
    expect(Object.keys(job)).to.deep.equal([
      'object',
      'name',
      'source',
      'externalId',
      'mapping',
      'settings',
      'formerly',
    ]);
    expect(job).to.deep.include({ object: 'Lead', mapping: { Name: 'n' }, settings: { 'batch-size': 50 } });
  });
});

describe('definition file: writing', () => {
  const { path, file } = definitionFiles();
  const failed = async (work: Promise<unknown>): Promise<DefinitionFault> => {
    const error: unknown = await work.catch((thrown: unknown) => thrown);
    if (error instanceof DefinitionFault) return error;
    throw new Error(`no fault: ${String(error)}`);
  };

  it('a name that is taken, in any case, is told; nothing changes until it may be replaced', async () => {
    const made = await file({ jobs: [minimal] }, 'taken.json');
    expect(await planJob(made, { ...second, name: 'Accounts' }, false)).to.equal('taken');
    const change = await planJob(made, { ...second, name: 'accounts' }, true);
    expect(change).to.include({ kind: 'replaced' });
    expect((await loadDefinition(made))[0]?.object).to.equal('Account');
    if (change !== 'taken') await writeDefinition(change);
    expect((await loadDefinition(made))[0]?.object).to.equal('Contact');
  });

  it('a former name of another job is refused as a run would refuse it', async () => {
    const made = await file({ jobs: [{ ...minimal, formerly: ['contacts'] }] }, 'former.json');
    expect((await failed(planJob(made, second, false))).code).to.equal('invalid');
  });

  it('a file that is no valid definition is never touched', async () => {
    const made = await file('{ "jobs": [ { "name": "a" } ] }', 'broken.json');
    expect((await failed(planJob(made, second, false))).code).to.equal('invalid');
    expect((await failed(planJob(await file('{', 'half.json'), second, false))).code).to.equal('not-json');
  });

  it('keeps the mode, the byte order mark, and the link that leads to the file', async () => {
    const made = await file(`\uFEFF${byHand}`, 'real.json');
    await chmod(made, 0o640);
    await symlink(made, path('link.json'));
    const change = await planJob(path('link.json'), second, false);
    if (change === 'taken') throw new Error('taken');
    await writeDefinition(change);
    const text = await readFile(made, 'utf8');
    expect(text.startsWith('\uFEFF{ "$schema"')).to.equal(true);
    if (process.platform !== 'win32') expect((await stat(made)).mode & 0o777).to.equal(0o640);
    expect(await loadDefinition(path('link.json'))).to.have.length(2);
    expect((await lstat(path('link.json'))).isSymbolicLink()).to.equal(true);
  });

  it('what somebody else wrote meanwhile is not lost', async () => {
    const made = await file({ jobs: [minimal] }, 'race.json');
    const change = await planJob(made, second, false);
    await writeFile(made, byHand);
    if (change === 'taken') throw new Error('taken');
    expect((await failed(writeDefinition(change))).code).to.equal('changed');
    expect(await readFile(made, 'utf8')).to.equal(byHand);
  });

  it('a folder that is not there is told', async () => {
    const change = await planJob(path('nowhere/crm-export.json'), second, false);
    if (change === 'taken') throw new Error('taken');
    expect((await failed(writeDefinition(change))).code).to.equal('not-writable');
  });
});
