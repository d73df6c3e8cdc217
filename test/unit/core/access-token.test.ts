import { expect } from 'chai';
import { isAccessToken, withoutAccessTokens } from '../../../src/core/access-token.js';

const opaque = '00D000000000001!AQEAQ.Abc_123.def';
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl_-x';

describe('S1: access tokens in text', () => {
  for (const token of [opaque, '00D000000000001EAA!AQ.x', jwt]) {
    it(`${token.slice(0, 8)}… is found, alone and in other text`, () => {
      expect(isAccessToken(token)).to.equal(true);
      const text = withoutAccessTokens(`a "${token}", b=${token} ['${token}'] {"x":"${token}"}`);
      expect(text).to.equal(`a "<access token>", b=<access token> ['<access token>'] {"x":"<access token>"}`);
    });
  }

  for (const text of ['ann@example.com', '00D000000000001EAA', 'eyJ is not one', 'Hello! 00D', '']) {
    it(`${JSON.stringify(text)} is none and stays`, () => {
      expect(isAccessToken(text)).to.equal(false);
      expect(withoutAccessTokens(text)).to.equal(text);
    });
  }
});
