import { mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import type { ErrorsExportResult } from '../../src/cli/export-errors.js';
import { makeDesk, type Desk } from '../support/desk.js';
import { exportError, jobRecord, testOrgId } from '../support/export-errors.js';
import { seedStore } from '../support/seeded-store.js';

const first = exportError({ id: 'aaaa', row: 1, canonicalKey: 'a' });
const second = exportError({ id: 'bbbb', row: 2, canonicalKey: 'b', status: 'quarantined', payload: { Name: '=1+1' } });
const settled = exportError({ id: 'cccc', row: 3, canonicalKey: 'c', status: 'resolved' });
const contact = exportError({ id: 'dddd', row: 4, job: 'contacts', object: 'Contact', canonicalKey: 'd' });

describe('commands: errors export', function () {
  this.timeout(120_000);
  let desk: Desk;
  let org: string[];

  before(async () => {
    desk = await makeDesk();
    org = ['--org-id', testOrgId, '--store', desk.store];
    await seedStore(desk.store, {
      jobs: [jobRecord(), jobRecord({ name: 'contacts', object: 'Contact' })],
      errors: [first, second, settled, contact],
    });
  });
  after(() => desk.end());

  const out = (name: string): string => join(desk.home, name);
  const exported = (name: string, ...more: string[]) =>
    desk.json<ErrorsExportResult>(['errors', 'export', '--output-file', out(name), ...org, ...more]);
  const idsIn = async (name: string): Promise<string[]> => {
    const text = await readFile(out(name), 'utf8');
    if (name.endsWith('.json')) return (JSON.parse(text) as { id: string }[]).map(({ id }) => id);
    const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
    return rows.map((row) => row['error__id']!);
  };

  it('X1: open rows by default; --json and screen tell the file, its format, and how many', async () => {
    const { code, output } = await exported('open.csv');
    expect(code, JSON.stringify(output)).to.equal(0);
    expect(output.result).to.deep.equal({
      orgId: testOrgId,
      username: null,
      path: out('open.csv'),
      format: 'csv',
      count: 3,
      apostrophes: 1,
    });
    expect(await idsIn('open.csv')).to.deep.equal(['aaaa', 'bbbb', 'dddd']);
    const screen = await desk.sf(['errors', 'export', '--output-file', 'screen.csv', ...org]);
    expect(screen.code, screen.stderr).to.equal(0);
    expect(screen.stdout).to.include('3 ExportErrors written to').and.include('1 cell would be calculated');
  });

  it('the filters of errors list hold, and the format follows the name or the flag', async () => {
    await exported('all.json', '--status', 'all');
    expect(await idsIn('all.json')).to.deep.equal(['aaaa', 'bbbb', 'cccc', 'dddd']);
    const { output } = await exported('odd.json', '--result-format', 'csv', '--job', 'contacts');
    expect(output.result).to.include({ format: 'csv', count: 1 });
    expect(await readFile(out('odd.json'), 'utf8')).to.match(/^\ufeff"error__id"/);
    await exported('limit.csv', '--limit', '1', '--code', 'field_custom_validation_exception', '--object', 'account');
    expect(await idsIn('limit.csv')).to.deep.equal(['aaaa']);
    expect((await exported('none.csv', '--key', 'nobody')).output.result.count).to.equal(0);
    expect(await idsIn('none.csv')).to.deep.equal([]);
  });

  it('X1: what cannot be written is an error that says what to do, and leaves nothing behind', async () => {
    await mkdir(out('folder.csv'));
    for (const [name, words] of [
      ['folder.csv', /is no file/],
      ['nowhere/errors.csv', /Cannot write .*nowhere/],
    ] as const) {
      const { code, output } = await exported(name, '--no-prompt');
      expect(code).to.equal(1);
      expect(output.message).to.match(words);
      expect(output.actions!.join()).to.include('--output-file');
    }
    expect((await desk.json(['errors', 'export', ...org])).code).to.equal(2);
    expect((await readdir(desk.home)).filter((name) => name.endsWith('.tmp'))).to.deep.equal([]);
  });

  it('S1: a link is replaced, never written through', async () => {
    await exported('target.csv');
    const before = await readFile(out('target.csv'), 'utf8');
    await symlink(out('target.csv'), out('link.csv'));
    expect((await exported('link.csv', '--job', 'contacts')).output.name).to.equal('NobodyToAskError');
    expect((await exported('link.csv', '--job', 'contacts', '--no-prompt')).code).to.equal(0);
    expect(await readFile(out('target.csv'), 'utf8')).to.equal(before);
    expect(await idsIn('link.csv')).to.deep.equal(['dddd']);
  });
});
