import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { bin, type Admin } from './cli.js';

/**
 * A command at a real terminal: `script` (of util-linux, part of every Debian, Ubuntu and Fedora; macOS has another one)
 * gives it a pseudo-terminal. A shell leads its session, dies with the window as shells do, and so has the system send
 * SIGHUP to all others; a second one between it and the command lives on and keeps the exit code.
 */
export async function startAtTerminal(admin: Admin, args: readonly string[]) {
  const quoted = [process.execPath, bin, 'crm-export', ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const file = await admin.write(
    'at-terminal.sh',
    `trap : HUP INT\n${quoted.join(' ')}\necho $? > code.part\nmv code.part code\n`,
  );
  await writeFile(admin.path('code.part'), '');
  // In CI there is no spinner: here there is one, to be drawn on a terminal that is gone.
  const { child, ended } = admin.launch(
    'script',
    ['-q', '-c', `sh '${file}'; true`, '/dev/null'],
    { CI: undefined },
    'pipe',
  );
  return {
    /** As keys do; `\x03` is Ctrl-C. */
    type: (keys: string) => child.stdin!.write(keys),
    /** The window is closed. */
    close: () => child.kill('SIGKILL'),
    ended,
    /** What the command itself ended with. */
    exitCode: async (): Promise<number> => {
      for (;;) {
        const code = await readFile(admin.path('code'), 'utf8').catch(() => '');
        if (code !== '') return Number(code);
        await sleep(20);
      }
    },
  };
}
