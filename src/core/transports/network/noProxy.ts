import { isIPv6 } from 'node:net';
import { hostOf, isLoopbackHost } from './address';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'ws:': '80', 'https:': '443', 'wss:': '443' };

/**
 * Whether a URL is reached without the proxy: this machine always, and what an entry of `NO_PROXY` names. `*` is
 * everything; `example.com`, `.example.com` and `*.example.com` are that name and all below it; an entry may end in
 * `:port`. Addresses are compared as written, without ranges.
 */
export function bypassesProxy(url: URL, noProxy: readonly string[]): boolean {
  const host = hostOf(url);
  if (isLoopbackHost(host)) return true;
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return noProxy
    .flatMap((entry) => entry.split(/[\s,]+/))
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string | undefined): boolean {
  const [, written = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(isIPv6(entry) ? `[${entry}]` : entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = written.replace(/^\[|\]$/g, '').replace(/^\*?\.|\.$/g, '');
  return name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`)));
}
