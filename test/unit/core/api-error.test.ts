import { expect } from 'chai';
import { keptMessage } from '../../../src/core/api-error.js';

describe('S1: how much of a message is kept', () => {
  it('all of what an org says, but not the whole of a huge value that it repeats', () => {
    const long = 'x'.repeat(10_000);
    expect(keptMessage('')).to.equal('');
    expect(keptMessage(long)).to.equal(long);
    expect(keptMessage(`${long}y`)).to.equal(`${long}… (10,001 characters)`);
  });

  it('cuts no character in half', () => {
    expect(keptMessage(`${'x'.repeat(9_999)}😀😀`).isWellFormed()).to.equal(true);
  });
});
