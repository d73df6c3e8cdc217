/**
 * Writes the JSON Schema of the definition file, from the zod schema that reads it; with `--check` it only compares.
 * Run: node --import tsx scripts/definition-schema.ts [--check]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { z } from 'zod';
import { definitionSchema } from '../src/jobs/definition-schema.js';

// Not under schemas/: what lies there is taken for the result schema of a command (style.md D11).
const file = fileURLToPath(new URL('../definition-schema/crm-export.schema.json', import.meta.url));
const schema = z.toJSONSchema(definitionSchema, { io: 'input' });
const wanted = await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });

if (process.argv.includes('--check')) {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current !== wanted) {
    process.stderr.write('definition-schema/crm-export.schema.json is out of date: run scripts/definition-schema.ts\n');
    process.exitCode = 1;
  }
} else {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, wanted);
}
