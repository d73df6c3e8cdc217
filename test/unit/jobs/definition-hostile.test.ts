import { expect } from 'chai';
import { loadDefinition } from '../../../src/jobs/definition.js';
import { definitionFiles, minimal } from './definition-files.js';

describe('S1: a hostile definition file', () => {
  const { fault, file, problems } = definitionFiles();
  const nested = (open: string, close: string): string => `${open.repeat(100_000)}1${close.repeat(100_000)}`;

  const texts: readonly (readonly [name: string, text: string, words: RegExp])[] = [
    ['lists nested without end', `{"jobs":${nested('[', ']')}}`, /line 1, .*nested too deeply/],
    ['objects nested without end', nested('{"a":', '}'), /line 1, .*nested too deeply/],
    [
      'the key __proto__',
      '{"jobs":[],\n"__proto__":{"jobs":[]}}',
      /line 2, column 1: the key "__proto__" is not possible/,
    ],
    ['the key __proto__, escaped', '{"\\u005f_proto__":1}', /"__proto__" is not possible/],
    ['a key twice', '{"jobs":[],"jobs":[]}', /"jobs" stands here a second time/],
    ['a number without end', `{"jobs":1e999}`, /would lose digits/],
    ['a hostile key', '{"\u009b31m":1}', /no such key/],
  ];
  for (const [name, text, words] of texts) {
    it(`${name}: told with its place, nothing else happens`, async () => {
      const { message, code } = await fault(text);
      expect(code).to.be.oneOf(['not-json', 'invalid']);
      expect(message).to.match(words);
      expect(({} as { jobs?: unknown }).jobs).to.equal(undefined);
    });
  }

  for (const name of ['../x', '.', '..', '/etc/x', 'a/b', 'a\\b', '__proto__', '', '-rf', 'x'.repeat(81), 'a\u0000']) {
    it(`the job name ${JSON.stringify(name.slice(0, 20))} is refused`, async () => {
      expect((await problems({ ...minimal, name })).join()).to.include('a job name has 1 to 80 letters');
    });
  }

  it('names of an object’s own machinery are names like any other', async () => {
    for (const name of ['constructor', 'toString', 'con', 'NUL', 'hasOwnProperty']) {
      const mapping = { constructor: 'toString', Name: { column: 'valueOf', values: { constructor: 'x' } } };
      const [job] = await loadDefinition(await file({ jobs: [{ ...minimal, name, mapping }] }));
      expect(job).to.deep.include({ name, mapping: { ...mapping, constructor: { column: 'toString' } } });
    }
  });
});
