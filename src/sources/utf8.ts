import { isUtf8 } from 'node:buffer';

/** The length of `bytes` without a character that its end cuts in two. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) !== 0x80) return back < sequenceLength(byte) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/**
 * The index of the first byte of the first sequence that is not UTF-8, or -1. Strict: a decoder that puts U+FFFD in its
 * place would write wrong data into the org without a word.
 * @param complete false when more bytes follow: a character cut at the end is then not an error
 */
export function firstInvalidUtf8(bytes: Uint8Array, complete: boolean): number {
  const checked = complete ? bytes : bytes.subarray(0, wholeCharacters(bytes));
  if (isUtf8(checked)) return -1;
  let valid = 0;
  let invalid = checked.length;
  // `valid` bytes hold no error, `invalid` bytes hold one; the prefix in the middle is asked without its cut character.
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(checked.subarray(0, wholeCharacters(checked.subarray(0, middle))))) valid = middle;
    else invalid = middle;
  }
  return wholeCharacters(checked.subarray(0, valid));
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
