import { describe, expect, it } from 'vitest';
import { asksForNonce, parseChallenge } from '../../../../src/core/auth/challenge';

describe('parseChallenge', () => {
  it.each([
    ['DPoP', true],
    ['dpop algs="ES256"', true],
    ['Bearer realm="x", DPoP algs="ES256"', true],
    ['Bearer', false],
    ['Bearer realm="a, DPoP b"', false],
    ['Bearer realm="\\", DPoP "', false],
    ['Bearer scope=dpop', false],
    ['DPoPish', false],
    [undefined, false],
  ])('sees whether DPoP is taken: %s', (header, offersDpop) => {
    expect(parseChallenge(header).offersDpop).toBe(offersDpop);
  });
});

describe('asksForNonce', () => {
  it.each([
    ['DPoP error="use_dpop_nonce"', true],
    ['DPoP realm="x", error=use_dpop_nonce', true],
    ['Bearer error="invalid_token", DPoP error="use_dpop_nonce"', true],
    ['Bearer error="use_dpop_nonce"', false],
    ['DPoP error="invalid_token"', false],
    [undefined, false],
  ])('%s: %s', (header, expected) => {
    expect(asksForNonce(header)).toBe(expected);
  });
});
