import { PatchbayError } from '../../base/errors';
import type { Authenticator, AuthRefusal } from '../transports/transport';
import { quote, shortUrl } from './authErrors';
import { parseChallenge } from './challenge';

/** A token as header; a "Bearer " that was copied with it is taken off. */
export function bearerHeaders(token: string): Record<string, string> {
  return { authorization: `Bearer ${checked(token.trim().replace(/^bearer\s+/i, ''), 'The token')}` };
}

export function basicHeaders(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` };
}

export function apiKeyHeaders(header: string, key: string): Record<string, string> {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) {
    throw new PatchbayError('config', `"${quote(header)}" is not a name for a header.`, {
      hint: 'Correct "auth.header".',
    });
  }
  return { [header.toLowerCase()]: checked(key.trim(), 'The key') };
}

/** Credentials that are what they are until a person changes them: a refusal is final. */
export function staticAuthenticator(
  headers: Readonly<Record<string, string>>,
  what: string,
  hint?: string,
): Authenticator {
  return {
    headers: async () => headers,
    async onRefused(refusal) {
      if (refusal.status === 403) return false;
      throw refusedError(refusal, what, hint);
    },
  };
}

/** `what` names the credentials, as the beginning of a sentence; `hint` is the next step. */
export function refusedError(
  refusal: AuthRefusal,
  what: string,
  hint = 'Set another one with "Set Token".',
): PatchbayError {
  const { error, errorDescription } = parseChallenge(refusal.wwwAuthenticate);
  const text = quote(errorDescription ?? error ?? '');
  const said = text === '' ? '' : ` It said: ${text}`;
  return new PatchbayError('auth', `${shortUrl(refusal.url)} refuses ${what} (HTTP ${refusal.status}).${said}`, {
    code: refusal.status,
    hint,
  });
}

/** What cannot stand in a header must not reach Node, whose error would quote it. */
function checked(value: string, what: string): string {
  if (value !== '' && /^[\x20-\x7e]+$/.test(value)) return value;
  throw new PatchbayError(
    'config',
    value === '' ? `${what} is empty.` : `${what} has characters that a header cannot carry.`,
    {
      hint: 'Set it again with "Set Token".',
    },
  );
}
