import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { generateJob, type GenerateRequest } from '../../../src/cli/generate-job.js';
import type { Prompter } from '../../../src/cli/prompter.js';
import type { GenerateResult } from '../../../src/core/generate/generate-result.js';
import { loadDefinition } from '../../../src/jobs/definition.js';
import { PracticeOrg } from '../../../src/practice-org/index.js';
import { writeCalls } from '../../support/writes.js';

/** A person who answers from a list, and keeps what was asked. A text that is refused is asked again. */
function person(...answers: (string | boolean | null)[]): Prompter & { readonly asked: string[] } {
  const asked: string[] = [];
  const next = (question: string): string | boolean | null => {
    asked.push(question);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`no answer left for: ${question}`);
    return answer;
  };
  return {
    asked,
    pick: async (question, choices) => {
      const answer = next(question);
      const choice = choices.find(({ name, value }) =>
        answer === null ? value === null : name.startsWith(String(answer)),
      );
      if (choice === undefined) throw new Error(`${question} has no choice ${String(answer)}`);
      return choice.value;
    },
    text: async (question, proposed, problem) => {
      for (;;) {
        const answer = String(next(question)) || proposed;
        const why = await problem(answer);
        if (why === undefined) return answer;
        asked.push(why);
      }
    },
    yes: async (question) => next(question) === true,
  };
}

describe('job generate, asking a person', () => {
  let org: PracticeOrg;
  let folder: string;
  let shown: GenerateResult[];
  const path = (name: string): string => join(folder, name);

  const instanceUrl = process.env['SF_ORG_INSTANCE_URL'];

  before(async () => {
    org = new PracticeOrg();
    await org.start();
    process.env['SF_ORG_INSTANCE_URL'] = org.url;
  });
  after(async () => {
    if (instanceUrl === undefined) delete process.env['SF_ORG_INSTANCE_URL'];
    else process.env['SF_ORG_INSTANCE_URL'] = instanceUrl;
    await org.stop();
  });
  beforeEach(async () => {
    shown = [];
    folder = await mkdtemp(join(tmpdir(), 'crm-export-generate-'));
    await writeFile(
      path('clients.csv'),
      'Client No;Account Name;Indutry;Parent Account;Remarks\nA-1;One;Banking;;x\nA-2;Two;Other;A-1;y\n',
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function request(prompter: Prompter | undefined, more: Partial<GenerateRequest> = {}): GenerateRequest {
    return {
      org: org.accessToken,
      apiVersion: undefined,
      store: path('store.json'),
      warn: () => undefined,
      definitionFile: path('crm-export.json'),
      file: undefined,
      sobject: undefined,
      externalId: undefined,
      name: undefined,
      map: [],
      replace: false,
      prompter,
      preview: (result) => shown.push(result),
      ...more,
    };
  }

  const failing = async (work: Promise<unknown>): Promise<Error & { exitCode?: number }> =>
    work.then(
      () => {
        throw new Error('it did not fail');
      },
      (error: Error) => error,
    );

  it('from nothing to a job that can be run: file, object, key, its column, guesses, name, consent', async () => {
    const ann = person(
      path('nowhere.csv'),
      path('clients.csv'),
      'Acount',
      'Account',
      'Ext_Id__c',
      'Client No',
      'Industry',
      'Another field',
      'Parent.Legacy_Numbr__c',
      'Parent.Legacy_Number__c',
      'no good',
      'clients',
      true,
    );
    const result = await generateJob(request(ann));
    expect(ann.asked.map((question) => question.replaceAll(folder, ''))).to.deep.equal([
      'CSV file with the records:',
      'There is no file /nowhere.csv.',
      'CSV file with the records:',
      'API name of the object (Account, Contact, Invoice__c, ...):',
      'The org has no object "Acount", or this user may not see it.',
      'API name of the object (Account, Contact, Invoice__c, ...):',
      'By which field of Account are records found?',
      'Which column holds the values of Ext_Id__c, the external ID?',
      'Does the column "Indutry" set Industry?',
      'Does the column "Parent Account" set Parent.Ext_Id__c?',
      'API name of the field, or Relation.Field__c:',
      'Account has no field "Parent.Legacy_Numbr__c", or it is not visible to this user.',
      'API name of the field, or Relation.Field__c:',
      'Name of the job:',
      'A job name has 1 to 80 letters, digits, "_", "." or "-", and begins with a letter or digit.',
      'Name of the job:',
      'Write the job "clients" to the new file /crm-export.json?',
    ]);
    expect(result.job).to.deep.equal({
      name: 'clients',
      object: 'Account',
      operation: 'upsert',
      externalId: 'Ext_Id__c',
      source: { type: 'csv', path: 'clients.csv', delimiter: ';' },
      mapping: {
        Ext_Id__c: 'Client No',
        Name: 'Account Name',
        Industry: 'Indutry',
        'Parent.Legacy_Number__c': 'Parent Account',
      },
    });
    expect(shown, 'shown before it is written').to.deep.equal([result]);
    expect((await loadDefinition(path('crm-export.json')))[0]).to.deep.include({ name: 'clients', object: 'Account' });
    expect(writeCalls(org), 'nothing is sent').to.deep.equal([]);
  });

  const certain = {
    file: '',
    sobject: 'Account',
    externalId: 'Ext_Id__c',
    map: ['Client No=Ext_Id__c', 'Indutry=', 'parent account='],
  };

  it('with no at the end writes nothing; a name that is taken is replaced only with yes', async () => {
    const flags = { ...certain, file: path('clients.csv') };
    const declined = await failing(generateJob(request(person('clients', false), flags)));
    expect(declined.message).to.equal('The answer was no: nothing was written.');
    expect((await failing(readFile(path('crm-export.json')))).message).to.include('ENOENT');

    await generateJob(request(person('clients', true), flags));
    const second = person('CLIENTS', false, 'others', true);
    expect(await generateJob(request(second, flags))).to.include({ change: 'added' });
    expect(second.asked[1]).to.match(/has a job "CLIENTS" already\. Replace it\?/);
    const third = person('clients', true, true);
    expect(
      await generateJob(
        request(third, { ...flags, map: ['Client No=Ext_Id__c', 'Indutry=Industry', 'parent account='] }),
      ),
    ).to.include({ change: 'replaced' });
    const jobs = await loadDefinition(path('crm-export.json'));
    expect(jobs.map(({ name, mapping }) => [name, Object.keys(mapping ?? {})])).to.deep.equal([
      ['clients', ['Ext_Id__c', 'Name', 'Industry']],
      ['others', ['Ext_Id__c', 'Name']],
    ]);
  });

  it('without a person, what is not clear is an error that names the flag, and nothing is written', async () => {
    const file = path('clients.csv');
    const cases: ReadonlyArray<readonly [Partial<GenerateRequest>, number, RegExp]> = [
      [{}, 2, /^--file is missing/],
      [{ file }, 2, /^--sobject is missing/],
      [{ file, sobject: 'Acount' }, 1, /no object "Acount"/],
      [{ file, sobject: 'Account' }, 2, /Several fields of Account could be the external ID: Ext_Id__c, Case_Key__c/],
      [{ file, sobject: 'Account', externalId: 'Ext_Id__c' }, 2, /No column of the file is named like Ext_Id__c/],
      [{ file, sobject: 'Account', externalId: 'Ext_Idd__c' }, 1, /Did you mean "Ext_Id__c"\?/],
      [{ file, sobject: 'Account', externalId: 'Ext_Id__c', map: ['Client=Ext_Id__c'] }, 2, /no column "Client"/],
      [{ file, sobject: 'Account', externalId: 'Ext_Id__c', map: ['Client No'] }, 2, /does not say what a column sets/],
      [
        { file, sobject: 'Account', externalId: 'Ext_Id__c', map: ['Client No=Ext_Id__c', 'Remarks=Nmae'] },
        1,
        /Account has no field "Nmae"/,
      ],
    ];
    for (const [flags, code, message] of cases) {
      const error = await failing(generateJob(request(undefined, flags)));
      expect(error.message).to.match(message);
      expect(error.exitCode ?? 1, error.message).to.equal(code);
      expect((error as { actions?: string[] }).actions, error.message).to.be.an('array').that.is.not.empty;
    }
    expect((await failing(readFile(path('crm-export.json')))).message).to.include('ENOENT');
  });
});
