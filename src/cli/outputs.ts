type Output = Pick<NodeJS.WriteStream, 'write' | 'emit' | 'listeners' | 'on' | 'removeAllListeners'>;

/** Nobody reads it any more: a pipe whose reader is gone, a terminal that was closed. */
const closedCodes = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/**
 * An output that was closed (`| head`, a closed terminal, a parent that died) ends no run in the middle, and does not
 * change the exit code: from then on nothing is written there. Left alone, it would be an uncaught error on stderr; and
 * on stdout oclif would wait at the end for a `drain` that never comes, and end with Node's 13.
 */
export function surviveClosedOutputs(outputs: readonly Output[]): void {
  for (const output of outputs) {
    // oclif's own throws whatever is not EPIPE, and every listener is called.
    const former = output.listeners('error');
    output.removeAllListeners('error');
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (closedCodes.has(error.code ?? '')) mute(output);
      else if (former.length === 0) throw error;
      else for (const listener of former) listener.call(output, error);
    });
  }
}

function mute(output: Output): void {
  const write = (_data: unknown, ...more: unknown[]): boolean => {
    const written = more.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  };
  Object.assign(output, { write });
  // Whoever waits until all is written (oclif does, at the end) waits for nothing.
  process.nextTick(() => output.emit('drain'));
}
