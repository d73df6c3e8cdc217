import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The document as it reads, without Markdown's own escapes. */
async function documentText(): Promise<string> {
  return (await readFile(join(root, 'SECURITY.md'), 'utf8')).replace(/\\([_*])/g, '$1');
}

/** Text in italics that names a test: an italic underscore stands beside a blank or a mark, one in a name does not. */
function namedTests(text: string): string[] {
  return [...text.matchAll(/(?<=^|[\s(|])_((?!_)[^|]+?[^_])_(?=[\s;,.)|]|$)/gm)].map(([, name]) => name!);
}

describe('SECURITY.md', () => {
  it('names tests that are there', async () => {
    const files = (await readdir(join(root, 'test'), { recursive: true })).filter((file) =>
      /\.(test|nut)\.ts$/.test(file),
    );
    const sources = (await Promise.all(files.map((file) => readFile(join(root, 'test', file), 'utf8')))).join('\n');
    const names = namedTests(await documentText()).filter((name) => name !== 'italics');
    expect(names.length).to.be.at.least(25);
    for (const name of names) for (const part of name.split('…')) expect(sources).to.include(part.trim());
  });

  it('names files that are there', async () => {
    const named = [...(await documentText()).matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path!);
    expect(named.length).to.be.at.least(10);
    for (const path of named) await readFile(join(root, path));
  });
});
