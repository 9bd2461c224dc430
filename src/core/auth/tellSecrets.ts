import type { FetchLike } from '@modelcontextprotocol/client';
import type { Authenticator } from '../transports/transport';

/** Told of each value that must not be shown. */
export type OnSecret = (value: string) => void;

const SENT = ['refresh_token', 'client_secret', 'client_assertion', 'assertion', 'subject_token', 'token'];
const RECEIVED = ['access_token', 'refresh_token', 'id_token', 'client_secret', 'registration_access_token'];

/** The same credentials; what goes into a request is told before, because a server may say it again anywhere. */
export function tellingAuthenticator(inner: Authenticator, onSecret: OnSecret): Authenticator {
  return {
    async headers(request, signal) {
      const sent = await inner.headers(request, signal);
      // A proof of possession is good for one request and shows by its form.
      for (const [name, value] of Object.entries(sent)) if (name !== 'dpop') onSecret(withoutScheme(value));
      return sent;
    },
    onAnswer: (answer) => inner.onAnswer?.(answer) ?? false,
    onRefused: (refusal, signal) => inner.onRefused(refusal, signal),
    ...(inner.personWait ? { personWait: inner.personWait } : {}),
  };
}

/** The same `fetch` for authorization servers; tells what goes there and what comes back. */
export function tellingFetch(fetch: FetchLike, onSecret: OnSecret): FetchLike {
  return async (url, init = {}) => {
    const authorization = new Headers(init.headers).get('authorization');
    if (authorization !== null) onSecret(withoutScheme(authorization));
    if (init.body instanceof URLSearchParams || typeof init.body === 'string') {
      const form = new URLSearchParams(init.body);
      for (const name of SENT) for (const value of form.getAll(name)) onSecret(value);
    }
    const answer = await fetch(url, init);
    for (const value of secretMembers(await answer.clone().text())) onSecret(value);
    return answer;
  };
}

function secretMembers(text: string): string[] {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return [];
    return RECEIVED.map((name) => (answer as Record<string, unknown>)[name]).filter(
      (value) => typeof value === 'string',
    );
  } catch {
    return [];
  }
}

function withoutScheme(value: string): string {
  return value.replace(/^(Bearer|Basic|DPoP)\s+/i, '');
}
