import { lookup } from 'node:dns/promises';
import { isPatchbayError, PatchbayError, toError } from '../base/errors';
import { shortUrl } from './auth/authErrors';
import { wholeResponse } from './auth/issuerFetch';
import type { ServerEntry } from './config/definition';
import { checkUrl, hostOf, isLoopbackHost, mustStayHere } from './transports/network/address';
import { certificateFault } from './transports/network/certificateFaults';
import { kindOfAddress } from './transports/network/ipAddress';
import { createLaunchFetch } from './transports/network/launchFetch';
import type { AddressRules, NetworkLaunch, TransportContext } from './transports/transport';

/** Answers of authorization servers are small. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface IssuerReach {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Rejects with a `security` error where a URL that metadata names must not be contacted or shown in a browser. */
  readonly checkUrl: (url: string) => Promise<void>;
}

/** All addresses of a name. */
export type ResolveName = (host: string) => Promise<readonly string[]>;

/**
 * The way to the authorization server of one MCP server: by the rules of the server's own launch, and narrower ones for all
 * that only the server names. This machine is reached only from a server on this machine, a private network only from a
 * server inside of one, and without TLS nothing but this machine; `auth.issuer` lifts that for the one it names.
 */
export function createIssuerReach(
  launch: NetworkLaunch,
  auth: ServerEntry['auth'],
  context: TransportContext,
  resolve: ResolveName = resolveName,
): IssuerReach {
  const { url, tls, proxy, security, compression } = launch;
  const way: NetworkLaunch = {
    url,
    headers: {},
    maxMessageBytes: MAX_ANSWER_BYTES,
    ...(proxy === undefined ? {} : { proxy }),
    ...(compression === undefined ? {} : { compression }),
  };
  const usual = security ? { security } : {};
  // Client certificate, pins and a certificate that is not checked are between this client and the MCP server.
  const trust = tls?.ca === undefined ? {} : { tls: { ca: tls.ca, rejectUnauthorized: true, pinnedSha256: [] } };
  const http = url.replace(/^ws/i, 'http');
  const own = URL.canParse(http) ? new URL(http) : undefined;
  const configured = configuredOrigins(auth);
  let narrowed: Promise<AddressRules> | undefined;
  const narrow = () => {
    narrowed ??= narrowRules(own, security, resolve);
    return narrowed;
  };
  const isSteered = ({ origin }: URL) => origin !== own?.origin && !configured.includes(origin);
  return {
    async fetch(target, init) {
      const to = new URL(target);
      if (to.origin === own?.origin) return fetchOnce({ ...way, ...usual, ...(tls ? { tls } : {}) }, context, to, init);
      if (!isSteered(to)) return fetchOnce({ ...way, ...usual, ...trust }, context, to, init);
      const rules = await narrow();
      return explained(() => fetchOnce({ ...way, ...trust, security: rules }, context, to, init));
    },
    async checkUrl(address) {
      const to = new URL(address);
      checkUrl(to, security);
      if (!isSteered(to)) return;
      const rules = await narrow();
      await explained(async () => checkUrl(to, rules));
      if (mustStayHere(to, rules) && !isLoopbackHost(to.hostname)) throw withoutTls(to);
    },
  };
}

/** Where the person said that credentials go. */
function configuredOrigins(auth: ServerEntry['auth']): string[] {
  if (auth.type !== 'oauth') return [];
  return [auth.issuer, auth.identityProvider?.tokenEndpoint].flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [],
  );
}

/** A name that is not this machine's by itself does not open it: whoever owns the name chooses its addresses. */
async function narrowRules(
  server: URL | undefined,
  rules: AddressRules | undefined,
  resolve: ResolveName,
): Promise<AddressRules> {
  const usual = rules ?? {
    allowLocalhost: true,
    allowPrivateNetwork: true,
    allowInsecure: false,
    skipValidation: false,
  };
  const isHere = server !== undefined && isLoopbackHost(server.hostname);
  return {
    ...usual,
    allowLocalhost: usual.allowLocalhost && isHere,
    allowPrivateNetwork:
      usual.allowPrivateNetwork && (isHere || (server !== undefined && (await mayBePrivate(hostOf(server), resolve)))),
  };
}

/** Also true for a name that only a proxy can resolve. */
async function mayBePrivate(host: string, resolve: ResolveName): Promise<boolean> {
  const kind = kindOfAddress(host);
  if (kind !== undefined) return kind !== 'public';
  const found = await resolve(host).catch(() => []);
  return found.every((address) => kindOfAddress(address) !== 'public');
}

async function resolveName(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Such requests are rare: no connection is kept. */
async function fetchOnce(
  way: NetworkLaunch,
  context: TransportContext,
  url: URL,
  init: RequestInit | undefined,
): Promise<Response> {
  const { fetch, dispose } = createLaunchFetch(way, context);
  try {
    return await wholeResponse(await fetch(url, init));
  } catch (error) {
    throw certificateError(error, url) ?? error;
  } finally {
    dispose();
  }
}

/** Undefined: the failure is another one. */
function certificateError(error: unknown, url: URL): PatchbayError | undefined {
  const { code } = toError(error) as NodeJS.ErrnoException;
  const fault = typeof code === 'string' ? certificateFault(code, shortUrl(url)) : undefined;
  if (!fault) return undefined;
  const hint = `${fault[1]} "tls.rejectUnauthorized" is about the MCP server alone.`;
  return new PatchbayError('security', fault[0], { code, hint, cause: error });
}

/** What the narrower rules refuse, with the setting that is about it. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPatchbayError(error) || !error.hint?.includes('"security.allow')) throw error;
    throw new PatchbayError('security', error.message, {
      hint: 'The MCP server, which names this address, is elsewhere. If the address is right, set "auth.issuer".',
      cause: error,
    });
  }
}

function withoutTls(url: URL): PatchbayError {
  return new PatchbayError('security', `The server names ${shortUrl(url)} for signing in, which has no TLS.`, {
    hint: 'The authorization server must use https.',
  });
}
