import type http from 'node:http';
import type { LookupFunction } from 'node:net';
import tls from 'node:tls';
import type { Disposable } from '../../../base/disposable';
import { PatchbayError, toError } from '../../../base/errors';
import type { NetworkLaunch, TlsLaunch, TransportContext } from '../transport';
import { checkUrl, isLoopbackHost, mustStayHere } from './address';
import { createCheckedLookup } from './checkedLookup';
import { bypassesProxy } from './noProxy';
import { checkPin, parsePins } from './pins';
import { PlainAgent, type Route, TlsAgent } from './routedAgent';
import { carriesCredentials } from './secrets';
import { parseSocketUrl } from './socketUrl';
import { proxyAuthorization } from './tunnel';

export type NetworkRequestOptions = http.RequestOptions &
  tls.ConnectionOptions & {
    /** The host's own patch of `request`, which may replace the agent, must be left out: the agent keeps a promise. */
    readonly ownsRoute: boolean;
    /** Headers for a proxy that reads the request itself. */
    readonly proxyHeaders?: Readonly<Record<string, string>>;
  };

export interface RequestUse {
  /** Whether the request carries credentials. Default: where the launch has some. */
  readonly carriesSecret?: boolean;
}

/** All connections of one transport. Disposing closes them, also those that are being opened. */
export interface Network extends Disposable {
  /**
   * What `http.request`, `https.request` and `ws` need to reach `url` by the rules of the launch: agent (direct or through
   * the proxy), lookup, TLS options; `path` where a proxy needs the whole URL; `socketPath` for a unix socket or a pipe.
   * Rejects with a `security` error for an address that must not be contacted, with a `config` error for TLS options or
   * a proxy that cannot be used. Names are checked again when they are resolved, unless a proxy does that.
   */
  requestOptions(url: URL, use?: RequestUse): Promise<NetworkRequestOptions>;
}

type NetworkPart = Pick<NetworkLaunch, 'url' | 'headers' | 'tls' | 'proxy' | 'security' | 'auth'>;

export interface NetworkDependencies {
  /** As `dns.lookup`. */
  readonly lookup?: LookupFunction;
  readonly platform?: NodeJS.Platform;
}

export function createNetwork(
  launch: NetworkPart,
  context: Pick<TransportContext, 'network' | 'keepAlive'>,
  dependencies: NetworkDependencies = {},
): Network {
  return new LaunchNetwork(launch, context, dependencies);
}

const NO_PINS: ReadonlySet<string> = new Set();

class LaunchNetwork implements Network {
  readonly #launch: NetworkPart;
  readonly #settings: TransportContext['network'];
  readonly #lookups: { readonly usual: LookupFunction; readonly onlyLoopback: LookupFunction };
  readonly #proxyLookup: LookupFunction;
  readonly #keepAlive: boolean;
  readonly #agents = new Map<string, PlainAgent | TlsAgent>();
  readonly #socket: ReturnType<typeof parseSocketUrl>;
  #tls: tls.ConnectionOptions | undefined;
  #parsedPins: ReadonlySet<string> | undefined;
  /** The last request that passed the rules for URLs: the next one is the same but for its body. */
  #passed: { readonly href: string; readonly carriesSecret: boolean } | undefined;

  constructor(
    launch: NetworkPart,
    context: Pick<TransportContext, 'network' | 'keepAlive'>,
    dependencies: NetworkDependencies,
  ) {
    this.#launch = launch;
    this.#settings = context.network;
    this.#keepAlive = context.keepAlive ?? true;
    this.#socket = parseSocketUrl(launch.url, dependencies.platform);
    const rules = launch.security;
    this.#lookups = {
      usual: createCheckedLookup({ rules, onlyLoopback: false }, dependencies.lookup),
      onlyLoopback: createCheckedLookup({ rules, onlyLoopback: true }, dependencies.lookup),
    };
    // The rules are about servers; of a proxy they refuse only what is never right.
    this.#proxyLookup = createCheckedLookup({ rules: undefined, onlyLoopback: false }, dependencies.lookup);
  }

  async requestOptions(url: URL, use: RequestUse = {}): Promise<NetworkRequestOptions> {
    const launch = this.#launch;
    const carriesSecret = use.carriesSecret ?? carriesCredentials(launch, url);
    this.#check(url, carriesSecret);
    const socket = this.#socket;
    if (socket) {
      const agent = this.#agent('socket', () => new PlainAgent({ kind: 'direct' }, this.#keepAlive));
      return { agent, socketPath: socket.socketPath, ownsRoute: true };
    }
    const isTls = url.protocol === 'https:' || url.protocol === 'wss:';
    const tlsOptions = isTls ? this.#tlsOptions() : {};
    const pins = isTls ? this.#pins() : NO_PINS;
    const route = this.#route(url);
    const onlyLoopback = carriesSecret && mustStayHere(url, launch.security);
    if (onlyLoopback && route.kind !== 'direct') requireProxyHere(route.proxy, url);
    // A kept connection was checked by the rules of the request that opened it.
    const key = `${isTls} ${onlyLoopback} ${route.kind} ${route.kind === 'direct' ? '' : route.proxy.href}`;
    const agent = this.#agent(key, () =>
      isTls ? new TlsAgent(route, pins, this.#keepAlive) : new PlainAgent(route, this.#keepAlive),
    );
    return {
      agent,
      lookup: onlyLoopback ? this.#lookups.onlyLoopback : this.#lookups.usual,
      ownsRoute: route.kind !== 'direct' || launch.proxy === 'none' || pins.size > 0,
      ...tlsOptions,
      ...(pins.size > 0 ? { checkServerIdentity: identityCheck(pins) } : {}),
      ...(route.kind === 'forward' ? forwarded(url, route.proxy) : {}),
    };
  }

  dispose(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #check(url: URL, carriesSecret: boolean): void {
    const { href } = url;
    if (this.#passed?.href === href && this.#passed.carriesSecret === carriesSecret) return;
    checkUrl(url, this.#launch.security, { carriesSecret });
    this.#passed = { href, carriesSecret };
  }

  #agent(key: string, create: () => PlainAgent | TlsAgent): PlainAgent | TlsAgent {
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = create();
    this.#agents.set(key, agent);
    return agent;
  }

  #route(url: URL): Route {
    const proxy = this.#proxyFor(url);
    if (!proxy) return { kind: 'direct' };
    // Proxies forward plain requests and often refuse tunnels to port 80; an upgrade needs a tunnel.
    return { kind: url.protocol === 'http:' ? 'forward' : 'tunnel', proxy, proxyLookup: this.#proxyLookup };
  }

  #proxyFor(url: URL): URL | undefined {
    const { proxy = 'inherit' } = this.#launch;
    if (proxy === 'none') return undefined;
    if (proxy !== 'inherit') return parseProxy(proxy, '"proxy" of this server');
    const settings = this.#settings?.();
    if (!settings?.proxyUrl || bypassesProxy(url, settings.noProxy)) return undefined;
    return parseProxy(settings.proxyUrl, 'the proxy settings');
  }

  #pins(): ReadonlySet<string> {
    this.#parsedPins ??= parsePins(this.#launch.tls?.pinnedSha256 ?? []);
    return this.#parsedPins;
  }

  #tlsOptions(): tls.ConnectionOptions {
    this.#tls ??= checkedTls(this.#launch.tls);
    return this.#tls;
  }
}

function parseProxy(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) {
    const bare = new URL(url);
    bare.username = '';
    bare.password = '';
    checkUrl(bare);
    if (isDecodable(url.username) && isDecodable(url.password)) return url;
    throw new PatchbayError('config', `The login in the URL of the proxy ${url.host} is not encoded as in a URL.`, {
      hint: `Write "%" as "%25" in ${where}.`,
    });
  }
  throw new PatchbayError('config', 'The proxy is not the URL of an HTTP proxy.', {
    hint: `Write it as http://host:port in ${where}.`,
  });
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Every proxy reads what has no TLS of its own, and "this machine" is another one where the proxy is. */
function requireProxyHere(proxy: URL, url: URL): void {
  if (isLoopbackHost(proxy.hostname)) return;
  throw new PatchbayError(
    'security',
    `The credentials for ${url.host} were not sent through the proxy ${proxy.host}: the connection has no TLS.`,
    { hint: 'Set "proxy" to "none" for a server on this machine, or use https: or wss:.' },
  );
}

/** RFC 9112, 3.2.2: the absolute form of the request target. */
function forwarded(url: URL, proxy: URL): Pick<NetworkRequestOptions, 'path' | 'proxyHeaders'> {
  const credentials = proxyAuthorization(proxy);
  return {
    path: `${url.origin}${url.pathname}${url.search}`,
    proxyHeaders: credentials === undefined ? {} : { 'proxy-authorization': credentials },
  };
}

function identityCheck(pins: ReadonlySet<string>): NonNullable<tls.ConnectionOptions['checkServerIdentity']> {
  return (host, certificate) => tls.checkServerIdentity(host, certificate) ?? checkPin(pins, host, certificate);
}

/** Throws a `config` error where OpenSSL does not take the texts. */
function checkedTls(launch: TlsLaunch | undefined): tls.ConnectionOptions {
  if (!launch) return {};
  const { ca, cert, key, passphrase, rejectUnauthorized } = launch;
  const material = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  try {
    if (Object.keys(material).length > 0) tls.createSecureContext(material);
  } catch (error) {
    throw new PatchbayError('config', `The TLS options cannot be used: ${toError(error).message}.`, {
      hint: 'Check that "tls.ca", "tls.cert" and "tls.key" are PEM files, that the key fits and the passphrase is right.',
      cause: error,
    });
  }
  return { ...material, rejectUnauthorized };
}
