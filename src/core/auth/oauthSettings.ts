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
  /** For messages and prompts. */
  readonly serverName: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** For authorization servers: follows no redirect by itself. */
  readonly fetch: FetchLike;
  readonly checkUrl: (url: string) => void | Promise<void>;
  /**
   * Whether a browser may be opened now: to sign in where a person waits for the connection, to step up where one may
   * have caused the request.
   */
  readonly interactive: (reason: 'signIn' | 'stepUp') => boolean;
  readonly signIn: SignIn | undefined;
  /** Shared by all authenticators of a process that use the same store. */
  readonly flights: SingleFlight;
}
