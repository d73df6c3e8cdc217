import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { anchorOf } from '../../../scripts/docs/markdown.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function pages(): Promise<string[]> {
  const top = (await readdir(root)).filter((name) => name.endsWith('.md'));
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  return [...top, ...docs.map((name) => join('docs', name)), 'src/practice-org/README.md'].map((name) =>
    join(root, name),
  );
}

/** Without code: what looks like a link or a heading there is none. */
function prose(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/(`+)[^`]*\1/g, (code) => code.replace(/[[\]()]/g, ' '));
}

function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(([, target]) => target!);
}

function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm);
  for (const [, heading] of headings) {
    const anchor = anchorOf(heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''));
    let name = anchor;
    for (let i = 1; anchors.has(name); i++) name = `${anchor}-${i}`;
    anchors.add(name);
  }
  return anchors;
}

async function brokenLinks(page: string): Promise<string[]> {
  const text = await readFile(page, 'utf8');
  const broken: string[] = [];
  for (const link of linksOf(text)) {
    if (/^[a-z][a-z\d+.-]*:/i.test(link)) continue;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : resolve(dirname(page), decodeURIComponent(path));
    if (!existsSync(target) || relative(root, target).startsWith('..')) broken.push(`${link}: no such file`);
    else if (anchor !== undefined && !anchorsOf(await readFile(target, 'utf8')).has(anchor)) {
      broken.push(`${link}: no such heading`);
    }
  }
  return broken;
}

describe('links of README and docs', () => {
  it('lead to files and headings that are there', async () => {
    const all = await pages();
    expect(all.length).to.be.greaterThan(5);
    for (const page of all) expect(await brokenLinks(page), relative(root, page)).to.deep.equal([]);
  });

  it('reach every page of docs from the README', async () => {
    const links = linksOf(await readFile(join(root, 'README.md'), 'utf8'));
    for (const page of (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))) {
      expect(links).to.include(`docs/${page}`);
    }
  });
});
