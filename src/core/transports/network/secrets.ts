/** What of a request gives somebody access who reads it on the way. */
import type { NetworkLaunch } from '../transport';

const SECRET_HEADER =
  /^(proxy-)?authorization$|^cookie$|token|secret|passw|credential|signature|jwt|(^|[-_])(auth|key|apikey)([-_]|$)/i;
const SECRET_PARAMETER = /token|secret|passw|credential|signature|jwt|(^|[-_])(auth|key|apikey|sig|code)([-_]|$)/i;

export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name) && !/^mcp-|^sec-websocket-key$/i.test(name);
}

export function hasSecretHeader(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(headers).some(isSecretHeader);
}

/** Query parameters only: other parts of a URL do not look like anything. */
export function hasSecretParameter(url: URL): boolean {
  return url.search !== '' && [...url.searchParams.keys()].some((name) => SECRET_PARAMETER.test(name));
}

/** Whether requests of a launch to `url` carry something that gives access. */
export function carriesCredentials({ auth, headers }: Pick<NetworkLaunch, 'auth' | 'headers'>, url: URL): boolean {
  return (auth !== undefined && !auth.sendsNothing) || hasSecretHeader(headers) || hasSecretParameter(url);
}
