/**
 * An OAuth 2.1 authorization server and an MCP server behind it, on plain node:http: what they should be, and with
 * `options` each mistake that a client must catch. Counters tell how often each endpoint was asked.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { checkClientAssertion, checkProof } from './authProofs.mjs';
import { createJsonRpcServer } from './jsonRpcServer.mjs';

/** @param {import('./authServer.d.mts').AuthServerOptions} [options] */
export async function startAuthServer(options = {}) {
  const state = {
    options,
    counts: {
      resourceMetadata: 0,
      metadata: 0,
      register: 0,
      authorize: 0,
      code: 0,
      refresh: 0,
      machine: 0,
      revoke: 0,
      mcp: 0,
      refused: 0,
    },
    /** What came, for the tests to look at. */
    seen: {
      registrations: [],
      authorizations: [],
      tokenRequests: [],
      revoked: [],
      authorizationHeaders: [],
      exchanges: [],
      proofs: [],
    },
    clients: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    /** Thumbprints of the keys that tokens are bound to. */
    boundTo: new Map(),
    base: '',
  };
  const server = createServer((request, response) => {
    handle(request, response, state).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.base = `http://127.0.0.1:${server.address().port}`;
  return {
    url: `${state.base}/mcp`,
    base: state.base,
    options,
    counts: state.counts,
    seen: state.seen,
    /** Ends every access token, as time would. */
    expireTokens: () => state.accessTokens.clear(),
    endRefreshTokens: () => state.refreshTokens.clear(),
    acceptToken: (token, scope = '') => state.accessTokens.set(token, scope),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(request, response, state) {
  const { options, counts, base } = state;
  const url = new URL(request.url, base);
  const path = url.pathname;
  const body = await readBody(request);
  if (path === '/mcp') return mcp(request, response, state, body);
  if (path.startsWith('/.well-known/oauth-protected-resource')) {
    counts.resourceMetadata++;
    const where = options.resourceMetadataAt ?? 'path';
    const served =
      path === '/.well-known/oauth-protected-resource' ? 'root' : path.endsWith('/mcp') ? 'path' : 'custom';
    if (options.resourceMetadataFault) return fault(response, options.resourceMetadataFault);
    if (where !== served) return response.writeHead(404).end();
    return json(response, 200, {
      resource: options.resource ?? `${base}/mcp`,
      authorization_servers: [options.authorizationServer ?? base],
      ...(options.scopesSupported ? { scopes_supported: options.scopesSupported } : {}),
    });
  }
  const kind =
    path === '/.well-known/oauth-authorization-server'
      ? 'oauth'
      : path === '/.well-known/openid-configuration'
        ? 'oidc'
        : '';
  if (kind !== '') {
    counts.metadata++;
    if (options.metadataFault) return fault(response, options.metadataFault);
    if ((options.metadata ?? 'oauth') !== kind) return response.writeHead(404).end();
    return json(response, 200, metadata(state));
  }
  if (path === '/register') return register(response, state, JSON.parse(body));
  if (path === '/authorize') return authorize(response, state, url.searchParams);
  if (path === '/token') return token(request, response, state, new URLSearchParams(body));
  if (path === '/idp/token') return exchangeIdToken(response, state, new URLSearchParams(body));
  if (path === '/revoke') {
    counts.revoke++;
    const form = new URLSearchParams(body);
    const { clientKey } = options;
    if (clientKey && !checkClientAssertion(form, { ...clientKey, issuer: options.issuer ?? base })) {
      return json(response, 401, { error: 'invalid_client' });
    }
    state.seen.revoked.push(form.get('token'));
    state.accessTokens.delete(form.get('token'));
    state.refreshTokens.delete(form.get('token'));
    return response.writeHead(200).end();
  }
  response.writeHead(404).end();
}

function metadata({ options, base }) {
  return {
    issuer: options.issuer ?? base,
    authorization_endpoint: options.authorizationEndpoint ?? `${base}/authorize`,
    token_endpoint: options.tokenEndpoint ?? `${base}/token`,
    revocation_endpoint: `${base}/revoke`,
    ...(options.registers === false ? {} : { registration_endpoint: `${base}/register` }),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: options.authMethods ?? ['none', 'client_secret_basic', 'client_secret_post'],
    ...(options.pkce === false ? {} : { code_challenge_methods_supported: options.pkceMethods ?? ['S256'] }),
    ...(options.metadataDocuments ? { client_id_metadata_document_supported: true } : {}),
    ...(options.iss === undefined ? {} : { authorization_response_iss_parameter_supported: true }),
    ...(options.offlineAccess ? { scopes_supported: ['offline_access'] } : {}),
    ...(options.metadata === 'oidc'
      ? {
          jwks_uri: `${base}/jwks`,
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        }
      : {}),
  };
}

function register(response, { options, counts, seen, clients }, request) {
  counts.register++;
  seen.registrations.push(request);
  if (options.registrationStatus)
    return json(response, options.registrationStatus, { error: 'invalid_client_metadata' });
  const client = { ...request, client_id: `client-${counts.register}` };
  if (request.token_endpoint_auth_method !== 'none') client.client_secret = 'registered-secret';
  clients.set(client.client_id, client);
  json(response, 201, client);
}

function authorize(response, { options, counts, seen, codes, base }, query) {
  counts.authorize++;
  seen.authorizations.push(Object.fromEntries(query));
  const back = new URL(query.get('redirect_uri'));
  back.searchParams.set('state', options.state ?? query.get('state'));
  if (options.iss !== undefined && options.iss !== 'missing')
    back.searchParams.set('iss', options.iss === 'right' ? (options.issuer ?? base) : options.iss);
  if (options.denied) {
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', options.denied);
  } else {
    const code = randomUUID();
    codes.set(code, query);
    back.searchParams.set('code', code);
  }
  response.writeHead(302, { location: back.href }).end();
}

function token(request, response, state, form) {
  const { options, counts, seen, codes, refreshTokens } = state;
  seen.tokenRequests.push({ ...Object.fromEntries(form), authorization: request.headers.authorization });
  const { nonce } = options.dpop ?? {};
  const proof = checkProof(request, { url: `${state.base}/token`, nonce: nonce && `${nonce}-token`, seen });
  if (options.dpop?.required && proof === undefined) return json(response, 400, { error: 'invalid_dpop_proof' });
  if (proof?.error) {
    return json(response, 400, { error: proof.error }, nonce ? { 'dpop-nonce': `${nonce}-token` } : {});
  }
  const key = options.dpop ? proof?.thumbprint : undefined;
  const grant = form.get('grant_type');
  if (grant === 'client_credentials' || grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    counts.machine++;
    const error = options.machineError ?? machineFault(request, state, form);
    if (error) return json(response, 400, { error });
    const { refresh_token: _, ...tokens } = issue(state, form.get('scope') ?? '', key);
    return json(response, 200, tokens);
  }
  if (grant === 'refresh_token') {
    counts.refresh++;
    if (options.refreshStatus) return json(response, options.refreshStatus, { error: 'server_error' });
    const scope = refreshTokens.get(form.get('refresh_token'));
    if (scope === undefined)
      return json(response, 400, { error: 'invalid_grant', error_description: 'The refresh token is over.' });
    if (state.boundTo.get(form.get('refresh_token')) !== key) return json(response, 400, { error: 'invalid_grant' });
    refreshTokens.delete(form.get('refresh_token'));
    return json(response, 200, issue(state, scope, key));
  }
  counts.code++;
  if (options.codeStatus) return response.writeHead(options.codeStatus).end('upstream is away');
  const asked = codes.get(form.get('code'));
  codes.delete(form.get('code'));
  if (!asked) return json(response, 400, { error: 'invalid_grant' });
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const fits =
    challenge === asked.get('code_challenge') &&
    asked.get('code_challenge_method') === 'S256' &&
    asked.get('redirect_uri') === form.get('redirect_uri') &&
    asked.get('resource') === form.get('resource');
  if (!fits)
    return json(response, 400, { error: 'invalid_grant', error_description: 'PKCE, redirect or resource differ.' });
  json(response, 200, issue(state, asked.get('scope') ?? '', key));
}

/** What is wrong with a token request that no person had a part in. */
function machineFault(request, { options, base }, form) {
  const { id, secret, publicKey, assertion } = options.machine ?? {};
  if (secret && request.headers.authorization !== `Basic ${btoa(`${id}:${secret}`)}`) return 'invalid_client';
  if (publicKey && !checkClientAssertion(form, { id, publicKey, issuer: options.issuer ?? base }))
    return 'invalid_client';
  if (assertion && form.get('assertion') !== assertion) return 'invalid_grant';
  return undefined;
}

/** The identity provider of an organization (RFC 8693). */
function exchangeIdToken(response, { options, seen }, form) {
  seen.exchanges.push(Object.fromEntries(form));
  if (form.get('subject_token') !== 'id-token') return json(response, 400, { error: 'invalid_grant' });
  const issued_token_type = 'urn:ietf:params:oauth:token-type:id-jag';
  json(response, 200, { access_token: options.machine?.assertion, issued_token_type, token_type: 'N_A' });
}

function issue({ options, accessTokens, refreshTokens, boundTo }, scope, key) {
  const access_token = `access-${randomUUID()}`;
  const refresh_token = `refresh-${randomUUID()}`;
  if (!options.uselessTokens) accessTokens.set(access_token, scope);
  refreshTokens.set(refresh_token, scope);
  if (key) for (const token of [access_token, refresh_token]) boundTo.set(token, key);
  return {
    access_token,
    token_type: key ? 'DPoP' : 'bearer',
    expires_in: options.expiresIn ?? 3600,
    ...(options.refreshTokens === false ? {} : { refresh_token }),
    ...(scope === '' ? {} : { scope }),
  };
}

/** The MCP server: needs a known token, and for `tools/call` the scope of `callScope`. */
function mcp(request, response, state, body) {
  const { options, counts, seen, accessTokens, base } = state;
  counts.mcp++;
  if (request.method === 'POST') options.onMessage?.(JSON.parse(body));
  if (options.refusesPost && request.method === 'POST') return response.writeHead(405).end();
  const header = request.headers.authorization ?? '';
  seen.authorizationHeaders.push(request.headers[options.header ?? 'authorization']);
  const scope = options.accepts
    ? request.headers[options.header ?? 'authorization'] === options.accepts
      ? ''
      : undefined
    : accessTokens.get(boundToken(request, response, state) ?? header.replace(/^Bearer /, ''));
  if (response.headersSent) return;
  const resourceMetadata =
    options.challenge === false
      ? ''
      : `, resource_metadata="${base}/.well-known/oauth-protected-resource${options.resourceMetadataAt === 'custom' ? '/custom' : '/mcp'}"`;
  if (scope === undefined) {
    counts.refused++;
    const asked = options.challengeScope ? `, scope="${options.challengeScope}"` : '';
    const challenge =
      options.challenge === false
        ? 'Bearer'
        : `${options.dpop?.challenge ?? 'Bearer'} error="invalid_token"${asked}${resourceMetadata}`;
    return response.writeHead(401, { 'www-authenticate': challenge }).end('{"error":"token wanted"}');
  }
  if (request.method !== 'POST') return response.writeHead(405).end();
  const message = JSON.parse(body);
  if (message.method === 'tools/call' && options.callScope && !scope.split(' ').includes(options.callScope)) {
    counts.refused++;
    const challenge = `Bearer error="insufficient_scope", scope="${options.callScope}"${resourceMetadata}`;
    return response.writeHead(403, { 'www-authenticate': challenge }).end('{"error":"insufficient_scope"}');
  }
  if (options.forbidden) return response.writeHead(403).end('{"error":"this address is not allowed"}');
  const rpc = createJsonRpcServer({ name: 'guarded' });
  if (message.id === undefined || message.method === undefined) return response.writeHead(202).end();
  rpc.handle(message, (out) => {
    if (out.id === message.id && !out.method) json(response, 200, out);
  });
}

/** The token of a request with a proof of its key; no such proof: none. Answers by itself where a nonce is wanted. */
function boundToken(request, response, { options, seen, boundTo, base }) {
  const token = /^DPoP (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const { nonce } = options.dpop ?? {};
  if (token === undefined) return undefined;
  const proof = checkProof(request, { url: `${base}/mcp`, token, nonce, seen });
  if (proof?.error === 'use_dpop_nonce') {
    response.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce }).end('{}');
  }
  return proof?.thumbprint !== undefined && proof.thumbprint === boundTo.get(token) ? token : '';
}

/** A status, or a page in the place of JSON. */
function fault(response, what) {
  if (typeof what === 'number') return response.writeHead(what).end();
  response.writeHead(200, { 'content-type': 'text/html' }).end(what);
}

function json(response, status, value, headers = {}) {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(JSON.stringify(value));
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
