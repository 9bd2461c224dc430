import type { FetchLike } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import { shortUrl } from './authErrors';

/** Metadata and token answers are small; more is a mistake or an attack. */
const MAX_BYTES = 1024 * 1024;
const TIME_LIMIT_MS = 30_000;

/** Codes and tokens go in the body, where the address rules do not look. */
const CARRIES_SECRET = { carriesSecret: true } as RequestInit;

export interface IssuerFetchOptions {
  readonly fetch: FetchLike;
  readonly clock: Clock;
  /** Throws or rejects where a URL must not be contacted. Asked for every URL, redirects on the same origin included. */
  readonly checkUrl?: (url: string) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * A `fetch` for requests to authorization servers: each URL is checked first, time and size are bounded, and the answer
 * is a real `Response`, which the SDK tells apart from others.
 */
export function createIssuerFetch({ fetch, clock, checkUrl, signal }: IssuerFetchOptions): FetchLike {
  return async (url, init = {}) => {
    await checkUrl?.(String(url));
    const limit = new AbortController();
    const timer = clock.setTimeout(
      () => limit.abort(new PatchbayError('timeout', `${shortUrl(url)} did not answer in time.`, { retryable: true })),
      TIME_LIMIT_MS,
    );
    try {
      const answer = await fetch(url, {
        ...init,
        ...(init.method === 'POST' ? CARRIES_SECRET : {}),
        // Plain names and values: not every fetch takes the classes of the global one.
        headers: Object.fromEntries(new Headers(init.headers)),
        signal: AbortSignal.any([signal, limit.signal]),
      });
      if (Number(answer.headers.get('content-length') ?? 0) > MAX_BYTES) throw tooLong(url);
      const whole = answer instanceof Response ? answer : await wholeResponse(answer);
      if ((await whole.clone().text()).length > MAX_BYTES) throw tooLong(url);
      return whole;
    } finally {
      timer.dispose();
    }
  };
}

/** A real `Response` whose body was read to its end. */
export async function wholeResponse(answer: Response): Promise<Response> {
  const text = await answer.text();
  const headers: [string, string][] = [];
  answer.headers.forEach((value, name) => {
    if (!/^content-(encoding|length)$/.test(name)) headers.push([name, value]);
  });
  const hasBody = ![204, 205, 304].includes(answer.status);
  const { status, statusText } = answer;
  return new Response(hasBody ? text : null, { status, statusText, headers });
}

function tooLong(url: string | URL): PatchbayError {
  return new PatchbayError('limit', `${shortUrl(url)} sent an answer that is too long for this.`);
}
