import { expect } from 'chai';
import fc from 'fast-check';

import { firstInvalidUtf8, wholeCharacters } from '../../../src/sources/utf8.js';

/** The index of the first bad sequence by the platform's strict decoder: the longest prefix it takes, bit by bit. */
function naive(bytes: Uint8Array): number {
  const decodes = (part: Uint8Array): boolean => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part) !== null;
    } catch {
      return false;
    }
  };
  if (decodes(bytes)) return -1;
  let longest = 0;
  for (let i = 0; i <= bytes.length; i++) if (decodes(bytes.subarray(0, i))) longest = i;
  return longest;
}

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }).map((text) => [...Buffer.from(text)]),
  fc.array(fc.nat(255), { maxLength: 3 }),
);
const mixed = fc.array(piece, { maxLength: 10 }).map((pieces) => Uint8Array.from(pieces.flat()));

describe('strict UTF-8', () => {
  it('finds the first byte that is not UTF-8', () => {
    fc.assert(
      fc.property(mixed, (bytes) => expect(firstInvalidUtf8(bytes, true)).to.equal(naive(bytes)) && undefined),
      { numRuns: 3000 },
    );
  });

  it('leaves a character that is cut at the end for later, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 8 }), fc.nat(), (text, pick) => {
        const bytes = Buffer.from(text);
        const cut = bytes.subarray(0, pick % (bytes.length + 1));
        expect(firstInvalidUtf8(cut, false)).to.equal(-1);
        expect(wholeCharacters(cut)).to.equal(naive(cut) === -1 ? cut.length : naive(cut));
      }),
      { numRuns: 1000 },
    );
  });
});
