import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { loadDefinition } from '../../../src/jobs/definition.js';
import { definitionFiles, faultOf, minimal } from './definition-files.js';

describe('definition file (design.md 7)', () => {
  const { path, file, fault, problems } = definitionFiles();

  it('is read as the design shows it, paths from its own folder', async () => {
    const job = {
      ...minimal,
      operation: 'upsert',
      source: { type: 'csv', path: 'data/accounts.csv', delimiter: ';', absent: '-', null: '' },
      mapping: {
        Ext_Id__c: 'id',
        Industry: { column: 'industry', values: { tech: 'Technology', no: null, on: true, one: 1 } },
        Rating__c: { constant: 'Hot' },
        'Parent.Ext_Id__c': 'parent_id',
      },
      settings: { 'pause-on-export-errors': true, 'batch-size': 50, 'collections-per-request': 'auto' },
      formerly: ['old'],
    };
    expect(await loadDefinition(await file({ $schema: 'x', jobs: [job] }))).to.deep.equal([
      {
        ...job,
        source: { ...job.source, path: path('data/accounts.csv') },
        definitionFile: path('crm-export.json'),
        mapping: { ...job.mapping, Ext_Id__c: { column: 'id' }, 'Parent.Ext_Id__c': { column: 'parent_id' } },
      },
    ]);
  });

  it('may leave out operation, mapping, settings and formerly', async () => {
    expect(await loadDefinition(await file({ jobs: [minimal] }))).to.deep.equal([
      {
        ...minimal,
        operation: 'upsert',
        source: { type: 'csv', path: path('a.csv') },
        settings: {},
        formerly: [],
        definitionFile: path('crm-export.json'),
      },
    ]);
  });

  it('may begin with a byte order mark, and name an absolute path', async () => {
    const target = resolve('/data/a.csv');
    const [job] = await loadDefinition(
      await file(`\ufeff${JSON.stringify({ jobs: [{ ...minimal, source: { type: 'csv', path: target } }] })}`),
    );
    expect(job!.source.path).to.equal(target);
  });

  describe('that cannot be read', () => {
    it('does not exist', async () => {
      const { code, facts } = await faultOf(path('nope.json'));
      expect({ code, facts }).to.deep.equal({ code: 'not-found', facts: { path: path('nope.json') } });
    });

    it('is a folder', async () => {
      await mkdir(path('sub'));
      expect((await faultOf(path('sub'))).code).to.equal('not-a-file');
    });

    it('may not be read', async function () {
      if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
      const target = await file({ jobs: [] }, 'locked.json');
      await chmod(target, 0);
      expect((await faultOf(target)).code).to.equal('not-readable');
    });

    it('is empty', async () => {
      expect((await fault(' \n')).code).to.equal('empty');
    });

    it('is not UTF-8', async () => {
      expect((await fault(Uint8Array.of(0x7b, 0xff, 0x7d))).code).to.equal('not-utf8');
    });

    it('is not JSON: with line and column', async () => {
      const { code, facts, message } = await fault('{\n  "jobs": [,]\n}');
      expect({ code, ...facts }).to.deep.include({ code: 'not-json', line: 2, column: 12 });
      expect(message).to.contain('line 2, column 12: a value is missing before ","');
    });

    it('maps a field twice, which JSON.parse would not see', async () => {
      const text = JSON.stringify({ jobs: [{ ...minimal, mapping: { Name: 'a' } }] }).replace(
        '"Name":"a"',
        '"Name":"a","Name":"b"',
      );
      expect((await fault(text)).message).to.contain('the key "Name" stands here a second time');
    });
  });

  describe('job names', () => {
    it('stand once, whatever their case', async () => {
      expect(await problems(minimal, { ...minimal, name: 'ACCOUNTS' })).to.deep.equal([
        'jobs[1].name: the name "ACCOUNTS" belongs to jobs[0] already (upper and lower case are the same)',
      ]);
    });

    it('do not meet a former name of another job', async () => {
      expect(await problems({ ...minimal, name: 'new', formerly: ['Accounts'] }, minimal)).to.deep.equal([
        'jobs[0].formerly[0]: the name "Accounts" belongs to jobs[1] already (upper and lower case are the same)',
      ]);
    });

    it('are not two jobs former name', async () => {
      const jobs = ['a', 'b'].map((name) => ({ ...minimal, name, formerly: ['old'] }));
      expect(await problems(...jobs)).to.have.length(1);
    });
  });
});

describe('after: jobs that wait for others', () => {
  const { file, problems } = definitionFiles();
  const named = (name: string, after: string[] = []) => ({ ...minimal, name, after });

  it('names jobs above', async () => {
    const jobs = [named('parents'), named('children', ['parents'])];
    expect((await loadDefinition(await file({ jobs })))[1]?.after).to.deep.equal(['parents']);
  });

  it('a job below, itself, or nobody is a problem with its place', async () => {
    const jobs = [named('a', ['b']), named('b', ['b', 'c'])];
    expect(await problems(...jobs)).to.deep.equal([
      'jobs[0].after[0]: "b" must stand above the job that waits for it',
      'jobs[1].after[0]: "b" must stand above the job that waits for it',
      'jobs[1].after[1]: there is no job "c" in this file',
    ]);
  });
});
