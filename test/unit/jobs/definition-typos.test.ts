import { expect } from 'chai';
import { definitionFiles, minimal } from './definition-files.js';

describe('definition file with typos', () => {
  const { fault, problems } = definitionFiles();

  for (const [job, wanted] of [
    [{ ...minimal, externalID: 'x' }, 'jobs[0].externalID: there is no such key. Did you mean "externalId"?'],
    [
      { ...minimal, color: 'x' },
      'jobs[0].color: there is no such key. Known here: name, object, operation, externalId, source, mapping, settings, formerly, after.',
    ],
    [
      { ...minimal, name: 'a b' },
      'jobs[0].name: a job name has 1 to 80 letters, digits, "_", "." or "-", and begins with a letter or digit',
    ],
    [
      { ...minimal, name: 'x'.repeat(81) },
      'jobs[0].name: a job name has 1 to 80 letters, digits, "_", "." or "-", and begins with a letter or digit',
    ],
    [{ ...minimal, name: 7 }, 'jobs[0].name: must be a text in double quotes'],
    [
      { ...minimal, object: 'Acc/ount' },
      'jobs[0].object: give the API name of an object, such as Account or Invoice__c',
    ],
    [
      { ...minimal, operation: 'insert' },
      'jobs[0].operation: "insert" comes with a later version; the only operation so far is "upsert"',
    ],
    [{ ...minimal, operation: 'upsrt' }, 'jobs[0].operation: the only operation is "upsert"'],
    [{ ...minimal, source: 'a.csv' }, 'jobs[0].source: must be an object in {…}'],
    [{ ...minimal, source: { type: 'xlsx', path: 'a' } }, 'jobs[0].source.type: the only kind of source is "csv"'],
    [{ ...minimal, source: { type: 'csv' } }, 'jobs[0].source.path: is missing'],
    [
      { ...minimal, source: { ...minimal.source, delimeter: ';' } },
      'jobs[0].source.delimeter: there is no such key. Did you mean "delimiter"?',
    ],
    [
      { ...minimal, source: { ...minimal.source, delimiter: ';;' } },
      'jobs[0].source.delimiter: a delimiter is one character, such as "," or ";" or "\\t"',
    ],
    [
      { ...minimal, source: { ...minimal.source, absent: '#N/A' } },
      'jobs[0].source.absent: this text means null already ("null" is "#N/A" if left out); the two must differ',
    ],
    [{ ...minimal, mapping: {} }, 'jobs[0].mapping: map at least one field, or leave "mapping" out'],
    [
      { ...minimal, mapping: { 'A.B.C': 'x' } },
      'jobs[0].mapping["A.B.C"]: name a field, or Relation.Field__c for a lookup by the external ID of the parent',
    ],
    [
      { ...minimal, mapping: { Name: { colum: 'x' } } },
      'jobs[0].mapping.Name.colum: there is no such key. Did you mean "column"?',
    ],
    [
      { ...minimal, mapping: { Name: { column: 'x', constant: 1 } } },
      'jobs[0].mapping.Name.constant: this key cannot stand beside the others: give either "column" or "constant"',
    ],
    [
      { ...minimal, mapping: { Name: 5 } },
      'jobs[0].mapping.Name: give a column name, {"column": …} or {"constant": …}',
    ],
    [{ ...minimal, mapping: { Name: '' } }, 'jobs[0].mapping.Name: name a column'],
    [
      { ...minimal, mapping: { Name: { constant: [] } } },
      'jobs[0].mapping.Name.constant: give a text, a number, true, false or null',
    ],
    [
      { ...minimal, mapping: { Name: { column: 'x', values: { a: {} } } } },
      'jobs[0].mapping.Name.values.a: give a text, a number, true, false or null',
    ],
    [{ ...minimal, settings: { 'batch-size': 201 } }, 'jobs[0].settings.batch-size: at most 200'],
    [{ ...minimal, settings: { 'batch-size': 0 } }, 'jobs[0].settings.batch-size: at least 1'],
    [{ ...minimal, settings: { 'batch-size': 1.5 } }, 'jobs[0].settings.batch-size: give a whole number from 1 to 200'],
    [
      { ...minimal, settings: { 'batch-size': '50' } },
      'jobs[0].settings.batch-size: give a whole number from 1 to 200',
    ],
    [
      { ...minimal, settings: { 'collections-per-request': 6 } },
      'jobs[0].settings.collections-per-request: give "auto" or a whole number from 1 to 5',
    ],
    [
      { ...minimal, settings: { 'pause-on-export-errors': 'no' } },
      'jobs[0].settings.pause-on-export-errors: give true or false, without quotes',
    ],
    [
      { ...minimal, settings: { 'pause-on-export-error': true } },
      'jobs[0].settings.pause-on-export-error: there is no such key. Did you mean "pause-on-export-errors"?',
    ],
  ] as const) {
    it(wanted, async () => {
      expect(await problems(job)).to.include(wanted);
    });
  }

  it('tells all of them at once, with lines, in the order of the file', async () => {
    const { message, problems: found } = await fault(
      '{ "jobs": [\n{ "name": "a b",\n "object": 5,\n "source": {} },\n 7 ], "x": 1 }',
    );
    expect(found.map(({ path, line }) => `${path} ${line}`)).to.deep.equal([
      'jobs[0].externalId 2',
      'jobs[0].name 2',
      'jobs[0].object 3',
      'jobs[0].source.type 4',
      'jobs[0].source.path 4',
      'jobs[1] 5',
      'x 5',
    ]);
    expect(message).to.contain('\njobs[0].object (line 3): must be a text in double quotes\n');
  });

  it('is no object, or has no jobs', async () => {
    expect((await fault([])).message).to.contain('must be an object in {…}');
    expect((await fault({ jobs: [] })).message).to.contain('define at least one job');
    expect((await fault({})).message).to.contain('jobs (line 1): is missing');
  });
});
