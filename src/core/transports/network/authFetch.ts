import type { FetchLike } from '@modelcontextprotocol/client';
import type { AuthAnswer, Authenticator, AuthRefusal } from '../transport';

/** `fetch` as this project's own implements it. */
export type NetworkFetch = (url: string | URL, init?: NetworkRequestInit) => Promise<Response>;

export interface NetworkRequestInit extends RequestInit {
  /** The headers hold credentials under names that do not show it. */
  readonly carriesSecret?: boolean;
}

/**
 * A `fetch` with the credentials of `auth` on each request to `origin`, and on no other. Every answer is told to `auth`,
 * a refusal (401, or 403 with a challenge) by itself; where that has other credentials, or has learnt from the answer
 * what was missing, the request is sent once more for each: once for what was missing, once for a 401 and once for a 403,
 * because new credentials may not have every right yet. What is then answered is the answer. Errors of `auth` pass through.
 */
export function createAuthFetch(fetch: NetworkFetch, auth: Authenticator | undefined, origin: string): FetchLike {
  if (!auth) return fetch;
  const send = async (url: string | URL, init: RequestInit) => {
    const request = { method: init.method ?? 'GET', url: String(url) };
    const sent = await auth.headers(request, init.signal ?? undefined);
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
    const renewed = new Set<number>();
    for (let mayComplete = true; ; ) {
      const { sent, response } = await send(url, init);
      const isCompleted = auth.onAnswer?.(answerOf(response, String(url), sent)) ?? false;
      if (isCompleted && mayComplete) mayComplete = false;
      else {
        const refusal = refusalOf(response, String(url), sent);
        // The end of a session is not worth a sign-in.
        if (!refusal || renewed.has(refusal.status) || init.method === 'DELETE') return response;
        if (!(await auth.onRefused(refusal, init.signal ?? undefined))) return response;
        renewed.add(refusal.status);
      }
      await response.text().catch(() => {});
    }
  };
}

function answerOf({ status, headers }: Response, url: string, sent: AuthAnswer['sent']): AuthAnswer {
  const wwwAuthenticate = headers.get('www-authenticate') ?? undefined;
  return { status, url, wwwAuthenticate, dpopNonce: headers.get('dpop-nonce') ?? undefined, sent };
}

function refusalOf(response: Response, url: string, sent: AuthRefusal['sent']): AuthRefusal | undefined {
  const wwwAuthenticate = response.headers.get('www-authenticate') ?? undefined;
  const { status } = response;
  if (status !== 401 && !(status === 403 && wwwAuthenticate !== undefined)) return undefined;
  return { status, wwwAuthenticate, url, sent, readBody: () => response.text() };
}

/** Headers of any shape as an object with small letters. */
export function plainHeaders(init: RequestInit['headers']): Record<string, string> {
  if (init === undefined) return {};
  // Its names are in small letters already.
  if (init instanceof Headers) return Object.fromEntries(init);
  const entries =
    Symbol.iterator in init
      ? (init as Iterable<[string, string]>)
      : Object.entries(init as Readonly<Record<string, string>>);
  return lowerNames(Object.fromEntries(entries));
}

function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
