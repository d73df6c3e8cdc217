import { stat } from 'node:fs/promises';

/** Rights of a file as `chmod` writes them. Windows knows none of them: there every file counts as its owner's. */
export async function modeOf(path: string): Promise<string> {
  if (process.platform === 'win32') return '600';
  return ((await stat(path)).mode & 0o777).toString(8);
}
