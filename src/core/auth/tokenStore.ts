import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { SecretStore } from '../ports';
import type { DpopKey } from './dpop';
import { SIGNING_ALGORITHMS } from './jwt';

/**
 * Names in the secret store. Every value is JSON.
 *
 * - `oauth}server <server URL>`: which issuer and resource the server's tokens belong to
 * - `oauth}tokens <issuer> <resource>`: a `TokenRecord`
 * - `oauth}client <issuer>`: a client that was registered there, with its redirect URIs
 * - `oauth}issuer <server URL>`: where the credentials of the configuration went first
 *
 * For servers of a workspace `ownedSecrets` puts the folder before each. No `${secret:…}` of a configuration file can name one of these: a variable ends at the first "}".
 */
const PREFIX = 'oauth}';

const endpointsSchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string().optional(),
  response_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

const clientSchema = z.looseObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  issuer: z.string().optional(),
  redirect_uris: z.array(z.string()).optional(),
});

const recordSchema = z.object({
  issuer: z.string(),
  /** What the endpoints are relative to where there is no metadata. */
  authorizationServerUrl: z.string(),
  resource: z.string().optional(),
  tokens: z.looseObject({
    access_token: z.string(),
    token_type: z.string(),
    refresh_token: z.string().optional(),
    scope: z.string().optional(),
    issuer: z.string().optional(),
  }),
  client: clientSchema,
  /** What was asked for, all earlier steps included. */
  scope: z.string().optional(),
  /** ms since the epoch; absent: the server did not say. */
  obtainedAt: z.number(),
  expiresAt: z.number().optional(),
  endpoints: endpointsSchema.optional(),
  /** The private key that the tokens are bound to. Absent: bearer tokens. */
  dpopKey: z
    .object({ algorithm: z.enum(SIGNING_ALGORITHMS), jwk: z.looseObject({ kty: z.string(), d: z.string() }) })
    .optional(),
});

/** Tokens of one resource at one issuer, with all that a refresh needs. */
export type TokenRecord = Omit<z.infer<typeof recordSchema>, 'tokens' | 'client' | 'dpopKey'> & {
  readonly dpopKey?: DpopKey;
  readonly tokens: StoredOAuthTokens;
  readonly client: StoredOAuthClientInformation;
};

export type Endpoints = z.infer<typeof endpointsSchema>;

const pointerSchema = z.object({ issuer: z.string(), resource: z.string() });

/** Tokens and registrations by issuer. Nothing is cached: other windows write the same store. */
export class TokenStore {
  readonly #secrets: SecretStore;

  constructor(secrets: SecretStore) {
    this.#secrets = secrets;
  }

  /** The tokens that were saved last for this server. */
  async forServer(serverUrl: string): Promise<TokenRecord | undefined> {
    const pointer = await this.#read(serverName(serverUrl), pointerSchema);
    return pointer && this.forIssuer(pointer.issuer, pointer.resource);
  }

  async forIssuer(issuer: string, resource: string): Promise<TokenRecord | undefined> {
    const record = await this.#read(tokensName(issuer, resource), recordSchema);
    return record?.issuer === issuer ? (record as TokenRecord) : undefined;
  }

  async save(serverUrl: string, record: TokenRecord): Promise<void> {
    const resource = record.resource ?? serverUrl;
    await this.#write(tokensName(record.issuer, resource), record);
    await this.#write(serverName(serverUrl), { issuer: record.issuer, resource });
  }

  async forget(serverUrl: string, record: TokenRecord): Promise<void> {
    await this.#secrets.delete(tokensName(record.issuer, record.resource ?? serverUrl));
    await this.#secrets.delete(serverName(serverUrl));
  }

  /** A client registered at the issuer for exactly this redirect URI. */
  async client(issuer: string, redirectUrl: string): Promise<StoredOAuthClientInformation | undefined> {
    const client = await this.#read(`${PREFIX}client ${issuer}`, clientSchema);
    const fits = client?.issuer === issuer && client.redirect_uris?.includes(redirectUrl);
    return fits ? (client as StoredOAuthClientInformation) : undefined;
  }

  async saveClient(issuer: string, client: StoredOAuthClientInformation): Promise<void> {
    await this.#write(`${PREFIX}client ${issuer}`, client);
  }

  async forgetClient(issuer: string): Promise<void> {
    await this.#secrets.delete(`${PREFIX}client ${issuer}`);
  }

  /** The issuer that took the configured credentials for this server first. */
  issuerOf(serverUrl: string): Promise<string | undefined> {
    return this.#read(`${PREFIX}issuer ${serverUrl}`, z.string());
  }

  async saveIssuer(serverUrl: string, issuer: string): Promise<void> {
    await this.#write(`${PREFIX}issuer ${serverUrl}`, issuer);
  }

  async forgetIssuer(serverUrl: string): Promise<void> {
    await this.#secrets.delete(`${PREFIX}issuer ${serverUrl}`);
  }

  /** What does not read as expected counts as absent. */
  async #read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await this.#secrets.get(name);
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async #write(name: string, value: unknown): Promise<void> {
    await this.#secrets.set(name, JSON.stringify(value));
  }
}

function serverName(serverUrl: string): string {
  return `${PREFIX}server ${serverUrl}`;
}

function tokensName(issuer: string, resource: string): string {
  return `${PREFIX}tokens ${issuer} ${resource}`;
}
