import { readFileSync, writeFileSync } from 'node:fs';

// oclif lists commands as the file system gives them: the same sources would make another manifest on another machine.
const path = 'oclif.manifest.json';
const manifest = JSON.parse(readFileSync(path, 'utf8'));
const byName = ([one], [other]) => (one < other ? -1 : 1);
manifest.commands = Object.fromEntries(Object.entries(manifest.commands).sort(byName));
writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
