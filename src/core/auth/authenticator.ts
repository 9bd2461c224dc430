import { PatchbayError } from '../../base/errors';
import type { ServerEntry } from '../config/definition';
import type { Authenticator } from '../transports/transport';
import { requireGrantSettings } from './machineGrants';
import { MachineOAuthAuthenticator } from './machineOAuth';
import { OAuthAuthenticator } from './oauth';
import type { OAuthContext } from './oauthSettings';
import { SingleFlight } from './singleFlight';
import { apiKeyHeaders, basicHeaders, bearerHeaders, staticAuthenticator } from './staticCredentials';
import { type SpawnProgram, tokenCommandAuthenticator } from './tokenCommand';

/** What credentials of any type need. `serverUrl` is the URL as it is contacted, variables filled in. */
export interface AuthContext extends Omit<OAuthContext, 'checkUrl' | 'signIn' | 'flights'> {
  /** Throws or rejects where a URL that metadata names must not be contacted. Default: all may be. */
  readonly checkUrl?: OAuthContext['checkUrl'];
  /** Absent: there is no browser. */
  readonly signIn?: OAuthContext['signIn'];
  /** The next step where a fixed token, key or password was refused. Default: "Set Token". */
  readonly renewHint?: string;
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
      return staticAuthenticator(bearerHeaders(auth.token), 'the token', context.renewHint);
    case 'apiKey':
      return staticAuthenticator(apiKeyHeaders(auth.header, auth.key), 'the key', context.renewHint);
    case 'basic':
      return staticAuthenticator(
        basicHeaders(auth.username, auth.password),
        'this user name and password',
        context.renewHint,
      );
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
