import type { FetchLike } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import type { ServerEntry } from '../config/definition';
import type { Logger, SecretStore, SignIn } from '../ports';
import type { SingleFlight } from './singleFlight';

/** `auth` of a configuration entry with `"type": "oauth"`, variables filled in. */
export type OAuthSettings = Extract<ServerEntry['auth'], { type: 'oauth' }>;

export interface OAuthContext {
  /** URL of the MCP server over http: or https:. */
  readonly serverUrl: string;
  readonly serverName: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly fetch: FetchLike;
  readonly checkUrl: (url: string) => void | Promise<void>;
  /** Whether a browser may be opened now. */
  readonly interactive: (reason: 'signIn' | 'stepUp') => boolean;
  readonly signIn: SignIn | undefined;
  /** Shared by all authenticators of a process that use the same store. */
  readonly flights: SingleFlight;
}
