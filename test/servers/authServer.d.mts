export interface AuthServerOptions {
  /** Which metadata the authorization server publishes. Default `oauth`. */
  metadata?: 'oauth' | 'oidc' | 'none';
  /** Where the resource metadata is. Default: at the well-known path of the server. */
  resourceMetadataAt?: 'path' | 'root' | 'custom' | 'nowhere';
  /** What comes in place of the metadata of the resource or of the authorization server: a status, or a page. */
  resourceMetadataFault?: number | string;
  metadataFault?: number | string;
  /** Whether a refusal says more than "Bearer". */
  challenge?: boolean;
  challengeScope?: string;
  resource?: string;
  authorizationServer?: string;
  scopesSupported?: string[];
  issuer?: string;
  tokenEndpoint?: string;
  authorizationEndpoint?: string;
  registers?: boolean;
  registrationStatus?: number;
  metadataDocuments?: boolean;
  authMethods?: string[];
  pkce?: boolean;
  pkceMethods?: string[];
  offlineAccess?: boolean;
  /** Announces `iss` in answers and sends: the right one, none, or this text. */
  iss?: string;
  /** Sent back in place of the state. */
  state?: string;
  /** The person says no, with this text. */
  denied?: string;
  expiresIn?: number;
  refreshTokens?: boolean;
  refreshStatus?: number;
  /** The answer to a code. */
  codeStatus?: number;
  /** Issued tokens are refused. */
  uselessTokens?: boolean;
  /** Scope that `tools/call` needs. */
  callScope?: string;
  /** In place of tokens: the header that is looked at, and its only right value. */
  header?: string;
  accepts?: string;
  forbidden?: boolean;
  /** Takes no POST, as a server of 2024-11-05 does. */
  refusesPost?: boolean;
  /** A client that must sign who it is to have tokens revoked. */
  clientKey?: { id: string; publicKey: string };
  /** What token requests without a person must show: a secret or a key of the client, or this assertion. */
  machine?: { id?: string; secret?: string; publicKey?: string; assertion?: string };
  /** The error of such requests. */
  machineError?: string;
  /** Binds tokens to keys: the scheme of the challenge, whether no others are given out, the nonce that proofs need. */
  dpop?: { challenge?: string; required?: boolean; nonce?: string };
  /** Called before each message is answered. */
  onMessage?: (message: { method?: string }) => void;
}

export interface AuthTestServer {
  readonly url: string;
  readonly base: string;
  /** Changed options hold from the next request on. */
  readonly options: AuthServerOptions;
  readonly counts: {
    readonly resourceMetadata: number;
    readonly metadata: number;
    readonly register: number;
    readonly authorize: number;
    readonly code: number;
    readonly refresh: number;
    readonly machine: number;
    readonly revoke: number;
    readonly mcp: number;
    readonly refused: number;
  };
  readonly seen: {
    readonly registrations: Record<string, unknown>[];
    readonly authorizations: Record<string, string>[];
    readonly tokenRequests: Record<string, string | undefined>[];
    readonly revoked: string[];
    readonly authorizationHeaders: (string | undefined)[];
    readonly exchanges: Record<string, string>[];
    readonly proofs: Record<string, unknown>[];
  };
  expireTokens(): void;
  endRefreshTokens(): void;
  acceptToken(token: string, scope?: string): void;
  close(): Promise<void>;
}

export function startAuthServer(options?: AuthServerOptions): Promise<AuthTestServer>;
