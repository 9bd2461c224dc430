import type { FetchLike } from '@modelcontextprotocol/client';
import type { Disposable } from '../../../base/disposable';
import { createHttpFetch } from '../httpFetch';
import type { NetworkLaunch, TransportContext } from '../transport';
import { createNetwork, type NetworkDependencies } from './agents';
import { createAuthFetch } from './authFetch';
import { createCookieJar } from './cookieJar';
import { parseSocketUrl } from './socketUrl';

export interface LaunchFetchOptions extends NetworkDependencies {
  /** An event of a stream was over `maxMessageBytes` and is left out. `head` is its start. */
  readonly onEventDiscarded?: (head: string) => void;
}

/** A `fetch` for one launch. Disposing closes its connections. */
export interface LaunchFetch extends Disposable {
  readonly fetch: FetchLike;
}

/**
 * A `fetch` by all that a launch says about the way to its server: address rules, TLS, proxy, compression, credentials and,
 * where wanted, cookies. The headers of the launch are left to the caller.
 */
export function createLaunchFetch(
  launch: NetworkLaunch & { readonly cookies?: boolean },
  context: TransportContext,
  options: LaunchFetchOptions = {},
): LaunchFetch {
  const base = parseSocketUrl(launch.url, options.platform)?.url ?? new URL(launch.url);
  const own = createHttpFetch({
    maxMessageBytes: launch.maxMessageBytes,
    compression: launch.compression ?? true,
    network: createNetwork(launch, context, options),
    ...(options.onEventDiscarded ? { onEventDiscarded: options.onEventDiscarded } : {}),
    ...(launch.cookies ? { cookies: createCookieJar(base.hostname, context.clock) } : {}),
  });
  return { fetch: createAuthFetch(own.fetch, launch.auth, base.origin), dispose: () => own.dispose() };
}
