export const CR = 13;
export const LF = 10;

/** True for the bytes that can end a line; in UTF-8 they never are part of another character. */
export function isLineBreak(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/**
 * Counts the line breaks in `bytes[from, to)` as an editor does: CRLF, LF and a lone CR are one each.
 * (csv-parse counts a CRLF inside quotes twice, so its line numbers cannot be used.)
 * @param previous the byte before `from` when it lies outside `bytes`, so that a CRLF cut in two counts once
 */
export function countLineBreaks(bytes: Uint8Array, from: number, to: number, previous = 0): number {
  let count = 0;
  let last = from > 0 ? bytes[from - 1] : previous;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    // Most bytes are above CR: one comparison decides for them.
    if (byte! <= CR && (byte === CR || (byte === LF && last !== CR))) count++;
    last = byte;
  }
  return count;
}

/** The index of the first byte at or behind `from` that does not end a line. */
export function skipLineBreaks(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && isLineBreak(bytes[i])) i++;
  return i;
}

/** The index behind the first line break at or behind `from`; -1 when there is none. */
export function endOfLine(bytes: Uint8Array, from: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === LF) return i + 1;
    if (bytes[i] === CR) return bytes[i + 1] === LF ? i + 2 : i + 1;
  }
  return -1;
}
