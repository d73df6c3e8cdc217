/**
 * Loaded into a child (`--import`): writes down with which rights each file and folder comes into being, before
 * anybody can change them. BIRTHS names the file for it, BIRTHS_UNDER the folder to watch.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { BIRTHS: report, BIRTHS_UNDER: under } = process.env;
const { appendFileSync, lstatSync, existsSync } = fs;

function note(how, path) {
  const mode = (lstatSync(path).mode & 0o777).toString(8);
  appendFileSync(report, `${JSON.stringify({ how, path, mode })}\n`);
}

function watch(host, name, pathOf) {
  const real = host[name];
  host[name] = async (...args) => {
    const path = String(pathOf(args));
    const watched = path.startsWith(under);
    const isNew = watched && !existsSync(path);
    const result = await real.apply(host, args);
    if (isNew) note(name, path);
    return result;
  };
}

for (const name of ['open', 'mkdir', 'writeFile', 'appendFile']) watch(fs.promises, name, ([path]) => path);
for (const name of ['copyFile', 'link', 'rename', 'symlink']) watch(fs.promises, name, ([, to]) => to);
syncBuiltinESMExports();
