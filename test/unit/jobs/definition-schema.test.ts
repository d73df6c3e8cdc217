import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const script = fileURLToPath(new URL('../../../scripts/definition-schema.ts', import.meta.url));

describe('JSON Schema of the definition file', () => {
  it('is the one that zod checks by', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--check']);
    expect(stderr).to.equal('');
  });
});
