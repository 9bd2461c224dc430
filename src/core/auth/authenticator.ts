import type { FetchLike } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import type { ServerEntry } from '../config/definition';
import type { Logger, SecretStore, SignIn } from '../ports';
import type { Authenticator } from '../transports/transport';
import { requireGrantSettings } from './machineGrants';
import { MachineOAuthAuthenticator } from './machineOAuth';
import { OAuthAuthenticator } from './oauth';
import { SingleFlight } from './singleFlight';
import { apiKeyHeaders, basicHeaders, bearerHeaders, staticAuthenticator } from './staticCredentials';
import { type SpawnProgram, tokenCommandAuthenticator } from './tokenCommand';

export interface AuthContext {
  /** URL of the server as it is contacted, variables filled in. */
  readonly serverUrl: string;
  /** For messages and prompts. */
  readonly serverName: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** For authorization servers: follows no redirect by itself. */
  readonly fetch: FetchLike;
  /** Throws or rejects where a URL that metadata names must not be contacted. Default: all may be. */
  readonly checkUrl?: (url: string) => void | Promise<void>;
  /**
   * Whether a browser may be opened now: to sign in where a person waits for the connection, to step up where one may
   * have caused the request.
   */
  readonly interactive: (reason: 'signIn' | 'stepUp') => boolean;
  /** Absent: there is no browser. */
  readonly signIn?: SignIn | undefined;
  /** Starts the program of `tokenCommand`. */
  readonly spawn?: SpawnProgram;
  /** One for all authenticators of a hub, so that servers that share tokens renew them once. Default: its own. */
  readonly flights?: SingleFlight;
}

/**
 * Credentials for one server from its resolved `auth`. Undefined: none. Throws a `config` error where a token cannot
 * stand in a header or the transport cannot carry this kind.
 */
export function createAuthenticator(auth: ServerEntry['auth'], context: AuthContext): Authenticator | undefined {
  switch (auth.type) {
    case 'none':
      return undefined;
    case 'bearer':
      return staticAuthenticator(bearerHeaders(auth.token), 'the token');
    case 'apiKey':
      return staticAuthenticator(apiKeyHeaders(auth.header, auth.key), 'the key');
    case 'basic':
      return staticAuthenticator(basicHeaders(auth.username, auth.password), 'this user name and password');
    case 'tokenCommand': {
      if (!context.spawn) {
        throw new PatchbayError('config', 'Programs cannot be started here, so "auth.type" cannot be "tokenCommand".');
      }
      return tokenCommandAuthenticator(auth, context.spawn, context.clock);
    }
    case 'oauth': {
      const oauth = {
        ...context,
        serverUrl: resourceUrl(context.serverUrl),
        checkUrl: context.checkUrl ?? (() => {}),
        signIn: context.signIn,
        flights: context.flights ?? new SingleFlight(),
      };
      requireGrantSettings(auth);
      if (auth.grant === 'authorizationCode') return new OAuthAuthenticator(auth, oauth);
      return new MachineOAuthAuthenticator(auth, oauth);
    }
  }
}

/** The URL that tokens are asked for: a WebSocket server is the same resource as its https form. */
export function resourceUrl(serverUrl: string): string {
  const url = URL.canParse(serverUrl) ? new URL(serverUrl) : undefined;
  const scheme = url?.protocol.replace(/^ws/, 'http');
  if (!url || (scheme !== 'http:' && scheme !== 'https:')) {
    throw new PatchbayError('config', 'OAuth needs a server with an http:, https:, ws: or wss: URL.', {
      hint: 'Use another "auth.type" for this server.',
    });
  }
  url.hash = '';
  return url.href.replace(/^ws/, 'http');
}
