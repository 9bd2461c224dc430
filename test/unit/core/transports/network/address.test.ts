import { describe, expect, it } from 'vitest';
import { checkAddress, checkUrl, isLoopbackHost } from '../../../../../src/core/transports/network/address';
import { isLoopbackAddress, kindOfAddress } from '../../../../../src/core/transports/network/ipAddress';
import { hasSecretParameter, isSecretHeader } from '../../../../../src/core/transports/network/secrets';
import type { AddressRules } from '../../../../../src/core/transports/transport';

const OPEN: AddressRules = {
  allowLocalhost: true,
  allowPrivateNetwork: true,
  allowInsecure: false,
  skipValidation: false,
};
const CLOSED: AddressRules = { ...OPEN, allowLocalhost: false, allowPrivateNetwork: false };

/** What a URL is refused for under rules that allow nothing special; '' where it is allowed. */
function refusalOf(url: string, rules: AddressRules = CLOSED, carriesSecret = false): string {
  try {
    checkUrl(new URL(url), rules, { carriesSecret });
    return '';
  } catch (error) {
    expect(error).toMatchObject({ kind: 'security', hint: expect.any(String), retryable: false });
    return (error as Error).message;
  }
}

describe('kindOfAddress', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['1.1.1.1', 'public'],
    ['11.0.0.0', 'public'],
    ['9.255.255.255', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['192.167.255.255', 'public'],
    ['192.169.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['169.253.255.255', 'public'],
    ['169.255.0.0', 'public'],
    ['126.255.255.255', 'public'],
    ['128.0.0.0', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['0.1.2.3', 'loopback'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.0', 'private'],
    ['100.127.255.255', 'private'],
    ['169.254.0.1', 'linkLocal'],
    ['169.254.255.255', 'linkLocal'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['169.254.170.23', 'metadata'],
    ['fd00:ec2::23', 'metadata'],
    ['fd00:42::42', 'metadata'],
    ['fd00:42::43', 'private'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['192.0.2.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['2606:4700::1111', 'public'],
    ['2001:4860:4860::8888', 'public'],
    ['fc00::1', 'private'],
    ['fdff:ffff::1', 'private'],
    ['fec0::1', 'private'],
    ['fe80::1', 'linkLocal'],
    ['fe80::1%eth0', 'linkLocal'],
    ['febf:ffff::1', 'linkLocal'],
    ['fd00:ec2::254', 'metadata'],
    ['fd20:ce::254', 'metadata'],
    ['ff02::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['::ffff:8.8.8.8', 'public'],
    ['::ffff:0:a9fe:a9fe', 'metadata'],
    ['::a9fe:a9fe', 'metadata'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['64:ff9b::169.254.1.1', 'linkLocal'],
    ['64:ff9b::10.1.2.3', 'private'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b:1::a9fe:a9fe', 'metadata'],
    ['64:ff9b:1:a9fe:a9:fe00::', 'metadata'],
    ['2002:a9fe:a9fe::1', 'metadata'],
    ['2002:808:808::1', 'public'],
    ['2001:0:808:808::5601:5601', 'metadata'],
    ['localhost', undefined],
    ['1.2.3', undefined],
    ['', undefined],
  ])('takes %s for %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });

  it('knows what never leaves this machine', () => {
    const here = ['127.0.0.1', '127.9.9.9', '::1', '::', '0.0.0.0', '::ffff:127.0.0.1'];
    expect(here.filter((address) => !isLoopbackAddress(address))).toEqual([]);
    const elsewhere = ['8.8.8.8', '10.0.0.1', '64:ff9b::127.0.0.1', '::ffff:8.8.8.8', '::2', 'fe80::1', 'localhost'];
    expect(elsewhere.filter(isLoopbackAddress)).toEqual([]);
  });
});

describe('checkUrl', () => {
  it.each([
    ['http://127.0.0.1/mcp', 'this machine'],
    ['http://2130706433/', 'this machine'],
    ['http://0x7f000001/', 'this machine'],
    ['http://0x7f.1/', 'this machine'],
    ['http://017700000001/', 'this machine'],
    ['http://127.1/', 'this machine'],
    ['http://0/', 'this machine'],
    ['http://127.0.0.1./', 'this machine'],
    ['http://%31%32%37.0.0.1/', 'this machine'],
    ['http://①②⑦.0.0.1/', 'this machine'],
    ['http://[::1]/', 'this machine'],
    ['http://[::ffff:127.0.0.1]/', 'this machine'],
    ['http://localhost/', 'this machine'],
    ['http://LOCALHOST./', 'this machine'],
    ['http://api.localhost/', 'this machine'],
    ['ws://127.0.0.1:9/', 'this machine'],
    ['wss://localhost/', 'this machine'],
    ['http://10.1/', 'a private network'],
    ['https://0xc0a80001/', 'a private network'],
    ['https://[fd00::1]/', 'a private network'],
    ['http://169.254.169.254/latest', 'a metadata service'],
    ['http://2852039166/', 'a metadata service'],
    ['http://0xa9.0xfe.0xa9.0xfe/', 'a metadata service'],
    ['http://0251.0376.0251.0376/', 'a metadata service'],
    ['http://169.254.43518/', 'a metadata service'],
    ['http://[::ffff:a9fe:a9fe]/', 'a metadata service'],
    ['http://[64:ff9b::a9fe:a9fe]/', 'a metadata service'],
    ['http://[fd00:ec2::254]/', 'a metadata service'],
    ['http://metadata.google.internal/', 'a metadata service'],
    ['http://Metadata.Google.Internal./', 'a metadata service'],
    ['http://100.100.100.200/', 'a metadata service'],
    ['http://169.254.7.7/', 'a link-local address'],
    ['http://[fe80::1]/', 'a link-local address'],
  ])('refuses %s as %s', (url, what) => {
    expect(refusalOf(url)).toMatch(new RegExp(`is ${what}, which must not be contacted`));
  });

  it.each([
    ['http://user@example.com/'],
    ['https://user:pass@example.com/'],
    ['wss://:pass@example.com/'],
    ['https://127.0.0.1%40x:y@example.com/'],
  ])('refuses user info in %s and does not repeat it', (url) => {
    expect(refusalOf(url, { ...OPEN, skipValidation: true })).toBe(
      'The URL of example.com holds a user name or a password.',
    );
  });

  it.each([
    'https://example.com/mcp',
    'http://8.8.8.8/',
    'https://localhost.example.com/',
    'https://notlocalhost/',
    'wss://[2606:4700::1111]/',
  ])('allows %s under the closest rules', (url) => {
    expect(refusalOf(url)).toBe('');
  });

  it('refuses metadata and link-local addresses whatever is allowed', () => {
    const rules = { ...OPEN, allowInsecure: true, skipValidation: true };
    const urls = ['http://169.254.169.254/', 'http://169.254.0.1/', 'http://[fe80::1]/', 'http://metadata.goog/'];
    expect(urls.filter((url) => refusalOf(url, rules) === '')).toEqual([]);
    expect(refusalOf('http://127.0.0.1/', { ...CLOSED, skipValidation: true })).toBe('');
  });

  it('allows this machine and private networks where nothing is said', () => {
    for (const url of ['http://localhost/', 'http://192.168.0.1/']) expect(() => checkUrl(new URL(url))).not.toThrow();
    expect(() => checkUrl(new URL('http://169.254.169.254/'))).toThrow(/metadata/);
  });

  it.each([
    ['http://example.com/', true],
    ['ws://example.com/', true],
    ['http://192.168.0.1/', true],
    ['http://[64:ff9b::127.0.0.1]/', true],
    ['https://example.com/', false],
    ['wss://example.com/', false],
    ['http://127.0.0.1:1/', false],
    ['ws://localhost/', false],
    ['http://[::1]/', false],
  ])('judges a secret to %s', (url, isRefused) => {
    expect(refusalOf(url, OPEN, true)).toMatch(isRefused ? /credentials were not sent/ : /^$/);
    expect(refusalOf(url, OPEN, false)).toBe('');
    expect(refusalOf(url, { ...OPEN, allowInsecure: true }, true)).toBe('');
  });

  it('names the setting that would allow it', () => {
    expect(() => checkAddress('10.0.0.1', CLOSED)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('security.allowPrivateNetwork') }),
    );
    expect(() => checkAddress('::1', CLOSED)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('security.allowLocalhost') }),
    );
    expect(() => checkAddress('not an address', OPEN)).toThrow(/Not an IP address/);
  });
});

describe('what is secret', () => {
  it('is told by names', () => {
    const secret = [
      'Authorization',
      'Cookie',
      'X-API-Key',
      'x-auth-token',
      'Api-Key',
      'X-Secret',
      'Proxy-Authorization',
    ];
    expect(secret.filter((name) => !isSecretHeader(name))).toEqual([]);
    const open = ['Accept', 'X-API-Version', 'X-Author', 'MCP-Session-Id', 'X-Keyboard', 'User-Agent', 'traceparent'];
    expect(open.filter(isSecretHeader)).toEqual([]);
    expect(hasSecretParameter(new URL('http://h/?access_token=1'))).toBe(true);
    expect(hasSecretParameter(new URL('http://h/?api-key=1'))).toBe(true);
    expect(hasSecretParameter(new URL('http://h/token?monkey=1&page=2'))).toBe(false);
  });

  it('knows this machine by name and by address', () => {
    expect(['localhost', 'LOCALHOST.', 'a.localhost', '[::1]', '127.0.0.1'].every(isLoopbackHost)).toBe(true);
    expect(['example.com', 'localhost.com', '10.0.0.1', '[fe80::1]'].some(isLoopbackHost)).toBe(false);
  });
});
