import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import {
  describeHttpFailure,
  isSessionLost,
  parseRetryAfter,
  sessionLostError,
  suggestsLegacySse,
} from '../../../../src/core/transports/httpErrors';

const URL_WITH_SECRETS = 'http://user:pass@127.0.0.1:9/mcp?token=hidden';
const HERE = 'http://127.0.0.1:9/mcp';
const describeIt = (error: unknown) => describeHttpFailure(error, URL_WITH_SECRETS);
const status = (code: number, text = '', message = '') =>
  new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, message, { status: code, text });
const system = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('describeHttpFailure', () => {
  it.each([
    [401, 'auth', false],
    [403, 'auth', false],
    [404, 'protocol', false],
    [405, 'protocol', false],
    [400, 'protocol', false],
    [408, 'timeout', true],
    [429, 'limit', true],
    [500, 'transport', true],
    [503, 'transport', true],
    [504, 'timeout', true],
  ])('makes HTTP %i a %s error', (code, kind, retryable) => {
    expect(describeIt(status(code))).toMatchObject({
      kind,
      retryable,
      code,
      message: expect.stringContaining(`HTTP ${code}`),
    });
  });

  it.each([
    ['mcp:admin', `${HERE} wants more rights: mcp:admin (HTTP 403).`],
    [undefined, `${HERE} wants more rights (HTTP 403).`],
  ])('names the rights that are missing: %s', (requiredScope, message) => {
    const error = new InsufficientScopeError(requiredScope === undefined ? {} : { requiredScope });
    expect(describeIt(error)).toMatchObject({ kind: 'auth', retryable: false, code: 403, message });
  });

  it.each([
    ['ECONNREFUSED', 'transport', `Nothing is listening at ${HERE} (ECONNREFUSED).`],
    ['ENOTFOUND', 'transport', `The host of ${HERE} was not found (ENOTFOUND).`],
    ['ECONNRESET', 'transport', `The connection to ${HERE} broke before the answer was complete (ECONNRESET).`],
    ['EHOSTUNREACH', 'transport', `${HERE} cannot be reached (EHOSTUNREACH).`],
    ['CERT_HAS_EXPIRED', 'security', `The certificate of ${HERE} has expired (CERT_HAS_EXPIRED).`],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'security',
      `The certificate of ${HERE} is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    ],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'security',
      `The certificate of ${HERE} is not from a known authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE).`,
    ],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'security',
      `${HERE} wants a client certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED).`,
    ],
    [
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'security',
      `${HERE} does not accept the client certificate (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA).`,
    ],
    ['ENOENT', 'transport', `Nothing is listening at ${HERE} (ENOENT).`],
    ['EACCES', 'transport', `${HERE} may not be opened (EACCES).`],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'security',
      `The certificate of ${HERE} is for another host (ERR_TLS_CERT_ALTNAME_INVALID).`,
    ],
    ['EPROTO', 'transport', `${HERE} does not speak TLS as expected (EPROTO).`],
    ['HPE_INVALID_CONSTANT', 'protocol', `${HERE} does not speak HTTP (HPE_INVALID_CONSTANT).`],
  ])('puts %s into words', (code, kind, message) => {
    expect(describeIt(system(code))).toMatchObject({ kind, message, code, hint: expect.any(String) });
  });

  it.each([
    ['http://127.0.0.1:9/mcp', 'https://'],
    ['ws://127.0.0.1:9/mcp', 'wss://'],
  ])('thinks of TLS where %s breaks off', (url, scheme) => {
    const { hint } = describeHttpFailure(system('ECONNRESET'), url);
    expect(hint).toContain(`If this port speaks TLS, write ${scheme}`);
    const overTls = describeHttpFailure(system('ECONNRESET'), url.replace(/^\w+:\/\//, scheme));
    expect(overTls.hint).not.toContain('TLS');
  });

  it('finds the cause where both addresses of a host refused, and inside a failed negotiation', () => {
    const both = Object.assign(new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')]), {
      code: 'ECONNREFUSED',
    });
    expect(describeIt(both).message).toContain('Nothing is listening');
    const cause = system('ENOTFOUND');
    const failed = new SdkError(
      SdkErrorCode.EraNegotiationFailed,
      'Version negotiation probe failed',
      { cause },
      { cause },
    );
    expect(describeIt(failed).message).toContain('was not found');
  });

  it('quotes bodies as one line of bounded plain text', () => {
    const { message } = describeIt(status(500, `<h1>\u0007Oops</h1>\n${'x'.repeat(500)}`));
    expect(message).toMatch(/^http:\/\/127\.0\.0\.1:9\/mcp failed \(HTTP 500\)\. It said: <h1> Oops<\/h1> x+…$/);
    expect(message.length).toBeLessThan(270);
    const rpc = JSON.stringify({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32000, message: 'Bad Request: no session' },
    });
    expect(describeIt(status(400, rpc)).message).toMatch(/It said: Bad Request: no session$/);
  });

  it('never shows user info or query of the URL', () => {
    for (const error of [
      status(401),
      system('ECONNREFUSED'),
      new Error('odd'),
      new SdkError(SdkErrorCode.RequestTimeout, 't'),
    ]) {
      expect(describeIt(error).message).not.toMatch(/pass|hidden/);
    }
  });

  it('names the other address of a redirect that is not followed', () => {
    const message = 'Error POSTing to endpoint: Redirect to https://other.example/mcp not followed; use that URL';
    expect(describeIt(status(307, '', message))).toMatchObject({
      kind: 'security',
      message: `${HERE} redirects to https://other.example/mcp, which is not followed.`,
    });
  });

  it('leaves our own errors as they are, also inside others', () => {
    const own = new PatchbayError('limit', 'too much');
    expect(describeIt(own)).toBe(own);
    expect(describeIt(new SdkError(SdkErrorCode.EraNegotiationFailed, 'x', {}, { cause: own }))).toBe(own);
    expect(describeIt(new ProtocolError(-32000, 'x', own))).toBe(own);
  });

  it('maps what else the SDK and JSON throw', () => {
    expect(describeIt(new SdkError(SdkErrorCode.RequestTimeout, 'x')).kind).toBe('timeout');
    expect(describeIt(new SdkError(SdkErrorCode.ConnectionClosed, 'x')).kind).toBe('connectionClosed');
    expect(describeIt(new ProtocolError(-32602, 'bad')).code).toBe(-32602);
    expect(describeIt(new SyntaxError('Unexpected token')).kind).toBe('protocol');
    expect(describeIt(new DOMException('x', 'AbortError')).kind).toBe('cancelled');
    expect(describeIt('text').kind).toBe('transport');
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['2', 2000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('reads %j', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});

describe('suggestsLegacySse', () => {
  const rpc = (code: number) => JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code, message: 'x' } });
  it.each([
    ['404 with a page', status(404, 'Cannot POST /sse'), true],
    ['405', status(405), true],
    ['400 that says nothing', status(400), true],
    ['400 with an error of a server of its own', status(400, rpc(-32000)), true],
    ['400 with a modern error', status(400, rpc(-32022)), false],
    ['404 for an unknown method', status(404, rpc(-32601)), false],
    ['401', status(401), false],
    ['500', status(500), false],
    ['a lost session', sessionLostError(HERE, status(404)), false],
    ['nothing listening', system('ECONNREFUSED'), false],
    ['undefined', undefined, false],
    [
      'a failed negotiation by 405',
      new SdkError(SdkErrorCode.EraNegotiationFailed, 'x', {}, { cause: status(405) }),
      true,
    ],
    ['what was put into words', describeHttpFailure(status(404), HERE), true],
  ])('judges %s', (_what, error, expected) => {
    expect(suggestsLegacySse(error)).toBe(expected);
  });
});

describe('isSessionLost', () => {
  it('knows the error of a lost session, and no other 404', () => {
    expect(isSessionLost(sessionLostError(HERE, status(404)))).toBe(true);
    expect(isSessionLost(new Error('x', { cause: sessionLostError(HERE, undefined) }))).toBe(true);
    expect(isSessionLost(status(404))).toBe(false);
    expect(isSessionLost(undefined)).toBe(false);
  });
});
