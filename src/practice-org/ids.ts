/** Salesforce Ids: 15 case-sensitive characters, or 18 with a checksum that carries the case (facts 2.7). */

const CHECKSUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_SHAPE = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

/** The three checksum characters of a 15-character Id: one bit per upper-case letter, five letters to a character. */
const checksum = (id15: string): string => {
  let suffix = '';
  for (let block = 0; block < 3; block += 1) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      const char = id15[block * 5 + at] ?? '';
      if (char >= 'A' && char <= 'Z') bits |= 1 << at;
    }
    suffix += CHECKSUM[bits] ?? 'A';
  }
  return suffix;
};

/** Puts back the case that the suffix of an 18-character Id records, so that a client may have folded it. */
const restoreCase = (id15: string, suffix: string): string | undefined => {
  let restored = '';
  for (let at = 0; at < 15; at += 1) {
    const bits = CHECKSUM.indexOf((suffix[Math.floor(at / 5)] ?? '').toUpperCase());
    if (bits < 0) return undefined;
    const char = id15[at] ?? '';
    const upper = (bits >> (at % 5)) & 1;
    if (upper === 1 && !/[A-Za-z]/.test(char)) return undefined;
    restored += upper === 1 ? char.toUpperCase() : char.toLowerCase();
  }
  return restored;
};

/** The 18-character form of an Id of 15 or 18 characters; undefined if the text cannot be an Id. */
export const toId18 = (text: string): string | undefined => {
  if (!ID_SHAPE.test(text)) return undefined;
  if (text.length === 15) return text + checksum(text);
  const id15 = restoreCase(text.slice(0, 15), text.slice(15));
  return id15 === undefined ? undefined : id15 + checksum(id15);
};

/** Gives out Ids of one org: key prefix of the object, then a base-62 counter. A counter is never turned back. */
export class IdSequence {
  readonly #next = new Map<string, number>();

  /** @returns a fresh 18-character Id */
  public next(keyPrefix: string): string {
    const n = (this.#next.get(keyPrefix) ?? 0) + 1;
    this.#next.set(keyPrefix, n);
    let digits = '';
    for (let rest = n; rest > 0; rest = Math.floor(rest / 62)) digits = (BASE_62[rest % 62] ?? '0') + digits;
    return toId18(`${keyPrefix}000${digits.padStart(9, '0')}`) ?? '';
  }
}
