import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPatchbayError } from '../../../base/errors';
import type { AddressRules } from '../transport';
import { checkAddress, checkInsecureAddress, checkLocalName } from './address';

export interface LookupRules {
  readonly rules: AddressRules | undefined;
  /** Addresses of other machines are refused: a secret is sent without TLS. */
  readonly onlyLoopback: boolean;
}

/**
 * `dns.lookup` that gives only addresses which may be contacted, so that the checked address is the one that is used. A
 * name without one fails with the `security` error of its first address.
 */
export function createCheckedLookup(
  { rules, onlyLoopback }: LookupRules,
  lookup: LookupFunction = dns.lookup as LookupFunction,
): LookupFunction {
  const refusalOf = (host: string, address: string): Error | undefined => {
    try {
      checkAddress(address, rules);
      if (onlyLoopback) checkInsecureAddress(host, address);
      checkLocalName(host, address, rules);
      return undefined;
    } catch (error) {
      if (isPatchbayError(error)) return error;
      throw error;
    }
  };
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found, family) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const all = typeof found === 'string' ? [{ address: found, family: family ?? 4 }] : found;
      const refusals = all.map(({ address }) => refusalOf(host, address));
      const allowed = all.filter((_, index) => refusals[index] === undefined);
      const first = allowed[0];
      if (first === undefined) callback(refusals[0] ?? notFound(host), '', 0);
      else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}
