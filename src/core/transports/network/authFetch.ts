import type { FetchLike } from '@modelcontextprotocol/client';
import type { Authenticator, AuthRefusal } from '../transport';

/** `fetch` as this project's own implements it. */
export type NetworkFetch = (url: string | URL, init?: NetworkRequestInit) => Promise<Response>;

export interface NetworkRequestInit extends RequestInit {
  /** The headers hold credentials under names that do not show it. */
  readonly carriesSecret?: boolean;
}

/**
 * A `fetch` with the credentials of `auth` on each request to `origin`, and on no other. A refusal (401, or 403 with a
 * challenge) is told to `auth`; where that has other credentials the request is sent once more, and a second refusal is
 * the answer. Errors of `auth` pass through.
 */
export function createAuthFetch(fetch: NetworkFetch, auth: Authenticator | undefined, origin: string): FetchLike {
  if (!auth) return fetch;
  const send = async (url: string | URL, init: RequestInit) => {
    const sent = await auth.headers(init.signal ?? undefined);
    const carriesSecret = Object.keys(sent).length > 0;
    const response = await fetch(url, {
      ...init,
      headers: { ...plainHeaders(init.headers), ...lowerNames(sent) },
      carriesSecret,
    });
    return { sent, response };
  };
  return async (url, init = {}) => {
    if (new URL(url).origin !== origin) return fetch(url, init);
    const { sent, response } = await send(url, init);
    const refusal = refusalOf(response, String(url), sent);
    // The end of a session is not worth a sign-in.
    if (!refusal || init.method === 'DELETE') return response;
    if (!(await auth.onRefused(refusal, init.signal ?? undefined))) return response;
    await response.text().catch(() => {});
    return (await send(url, init)).response;
  };
}

function refusalOf(response: Response, url: string, sent: AuthRefusal['sent']): AuthRefusal | undefined {
  const wwwAuthenticate = response.headers.get('www-authenticate') ?? undefined;
  const { status } = response;
  if (status !== 401 && !(status === 403 && wwwAuthenticate !== undefined)) return undefined;
  return { status, wwwAuthenticate, url, sent };
}

/** Headers of any shape as an object with small letters. */
export function plainHeaders(init: RequestInit['headers']): Record<string, string> {
  if (init === undefined) return {};
  const entries =
    Symbol.iterator in init
      ? (init as Iterable<[string, string]>)
      : Object.entries(init as Readonly<Record<string, string>>);
  return lowerNames(Object.fromEntries(entries));
}

function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
