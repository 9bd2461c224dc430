import { PatchbayError } from '../../../base/errors';
import type { AddressRules } from '../transport';
import { type AddressKind, isLoopbackAddress, kindOfAddress } from './ipAddress';

/** What holds where the configuration says nothing. */
const DEFAULT_RULES: AddressRules = {
  allowLocalhost: true,
  allowPrivateNetwork: true,
  allowInsecure: false,
  skipValidation: false,
};

/** Names of services that give out credentials of the machine they are asked from. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

export interface UrlUse {
  /** Whether the request carries credentials, in its headers or in the URL. */
  readonly carriesSecret: boolean;
}

/**
 * Throws a `security` error where this URL must not be contacted. Judges what the URL itself shows: for a name, call
 * `checkAddress` with what it resolves to as well. `http:`, `https:`, `ws:` and `wss:` only; the URL parser has brought
 * short, decimal, octal and hexadecimal IPv4 addresses into their usual form.
 */
export function checkUrl(url: URL, rules: AddressRules = DEFAULT_RULES, use: UrlUse = { carriesSecret: false }): void {
  if (url.username !== '' || url.password !== '') {
    throw new PatchbayError('security', `The URL of ${url.host} holds a user name or a password.`, {
      hint: 'Take them out of the URL and use "auth" with the type "basic".',
    });
  }
  const host = hostOf(url);
  if (METADATA_NAMES.has(host)) throw refused(host, 'metadata');
  if (kindOfAddress(host) !== undefined) checkAddress(host, rules);
  else if (isLocalName(host)) checkKind(host, 'loopback', rules);
  if (use.carriesSecret && mustStayHere(url, rules) && !isLoopbackHost(host)) throw insecure(host);
}

/** Throws a `security` error where this IP address, literal or resolved, must not be contacted. */
export function checkAddress(address: string, rules: AddressRules = DEFAULT_RULES): void {
  const kind = kindOfAddress(address);
  if (kind === undefined) throw new PatchbayError('security', `Not an IP address: ${address.slice(0, 100)}`);
  checkKind(address, kind, rules);
}

/** As `checkAddress`, for a connection that carries a secret without TLS: only this machine will do. */
export function checkInsecureAddress(host: string, address: string): void {
  if (!isLoopbackAddress(address)) throw insecure(`${host} (${address})`);
}

/**
 * Throws a `security` error where a name that always means this machine (RFC 6761, 6.3) resolved to an address elsewhere:
 * a resolver that says so is wrong or hostile.
 */
export function checkLocalName(host: string, address: string, rules: AddressRules = DEFAULT_RULES): void {
  if (rules.skipValidation || !isLocalName(bareHost(host)) || isLoopbackAddress(address)) return;
  throw new PatchbayError('security', `The name ${bareHost(host)} is this machine, but was resolved to ${address}.`, {
    hint: 'Check the name resolution of this machine, or use the name that the server really has.',
  });
}

/** Whether secrets may go to this URL only where it is on this machine. */
export function mustStayHere(url: URL, rules: AddressRules = DEFAULT_RULES): boolean {
  return (url.protocol === 'http:' || url.protocol === 'ws:') && !rules.allowInsecure;
}

/** Whether the host, as a URL or a person writes it, is this machine by its name or its address alone. */
export function isLoopbackHost(host: string): boolean {
  const bare = bareHost(host);
  return isLocalName(bare) || isLoopbackAddress(bare);
}

/** The host of a URL without brackets and without the dot at its end, in small letters. */
export function hostOf(url: URL): string {
  return bareHost(url.hostname);
}

function bareHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
    .toLowerCase();
}

/** RFC 6761, 6.3. */
function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function checkKind(address: string, kind: AddressKind, rules: AddressRules): void {
  if (kind === 'metadata' || kind === 'linkLocal') throw refused(address, kind);
  if (rules.skipValidation) return;
  if (kind === 'loopback' && !rules.allowLocalhost) throw refused(address, kind);
  if ((kind === 'private' || kind === 'reserved') && !rules.allowPrivateNetwork) throw refused(address, kind);
}

const REASONS: Readonly<Record<Exclude<AddressKind, 'public'>, readonly [what: string, hint: string]>> = {
  metadata: ['a metadata service', 'Such services give out credentials of this machine; no setting allows them.'],
  linkLocal: ['a link-local address', 'Use another address of the server; no setting allows these.'],
  loopback: ['this machine', 'Set "security.allowLocalhost" to true if the server may run here.'],
  private: ['a private network', 'Set "security.allowPrivateNetwork" to true if the server may be there.'],
  reserved: ['a reserved network', 'Set "security.allowPrivateNetwork" to true if the server may be there.'],
};

function refused(address: string, kind: Exclude<AddressKind, 'public'>): PatchbayError {
  const [what, hint] = REASONS[kind];
  return new PatchbayError('security', `The address ${address} is ${what}, which must not be contacted.`, { hint });
}

function insecure(host: string): PatchbayError {
  return new PatchbayError('security', `The credentials were not sent to ${host}: the connection has no TLS.`, {
    hint: 'Use https: or wss:. "security.allowInsecure" allows it all the same, where everybody on the way may read them.',
  });
}
