import { PatchbayError } from '../../base/errors';
import { shortUrl } from './authErrors';
import { type AuthorizationServer, isSameIssuer, requireIssuer } from './discovery';
import type { OAuthContext, OAuthSettings } from './oauthSettings';
import type { TokenStore } from './tokenStore';

/**
 * Rejects where credentials of the configuration would go to an authorization server that is not theirs: an MCP server may
 * name any. The configured one counts, else the one that took them first. Where nothing remembers that, what could be used
 * by whoever gets it needs a configured one.
 */
export async function requireOwnIssuer(
  server: AuthorizationServer,
  { issuer, clientSecret, assertion }: OAuthSettings,
  { serverUrl, serverName, secrets }: Pick<OAuthContext, 'serverUrl' | 'serverName' | 'secrets'>,
  store: TokenStore,
): Promise<void> {
  if (issuer !== undefined) return requireIssuer(server, issuer);
  const first = await store.issuerOf(serverUrl);
  if (first === undefined && secrets.isPassing && (clientSecret !== undefined || assertion !== undefined)) {
    throw new PatchbayError(
      'security',
      `"${serverName}" wants its credentials at ${shortUrl(server.issuer)}, and nothing here says that they belong there.`,
      { hint: `If that is right, set "auth.issuer" to "${shortUrl(server.issuer)}".` },
    );
  }
  if (first === undefined || isSameIssuer(first, server.issuer)) return;
  throw new PatchbayError(
    'security',
    `"${serverName}" wants its credentials at ${shortUrl(server.issuer)}, no longer at ${shortUrl(first)}.`,
    { hint: 'If that is right, set "auth.issuer" to where they belong.' },
  );
}
