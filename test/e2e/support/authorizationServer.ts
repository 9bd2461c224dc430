import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuthTestServer, startAuthServer } from '../../servers/authServer.mjs';

export interface GuardedServer extends AuthTestServer {
  /** Where the person is sent to. */
  readonly consentPage: string;
}

/**
 * An MCP server whose authorization server shows a page with a link to agree. The page is at a name of its own: VS Code in
 * the browser leads addresses of the bare loopback host through itself and decodes their query on the way.
 */
export async function startGuardedServer(): Promise<GuardedServer> {
  const auth = await startAuthServer({ iss: 'right' });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', base);
    if (url.pathname === '/consent') {
      const target = `${auth.base}/authorize${url.search}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(`<!doctype html><title>Sign in</title><h1>Sign in</h1><a href="${target}">Agree</a>`);
    } else if (url.pathname === '/.well-known/oauth-authorization-server') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(metadata()));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const consentPage = `http://sign-in.localhost:${port}/consent`;
  const metadata = () => ({
    issuer: base,
    authorization_endpoint: consentPage,
    token_endpoint: `${auth.base}/token`,
    registration_endpoint: `${auth.base}/register`,
    revocation_endpoint: `${auth.base}/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  });
  auth.options.authorizationServer = base;
  auth.options.issuer = base;
  return {
    ...auth,
    consentPage,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await auth.close();
    },
  };
}
