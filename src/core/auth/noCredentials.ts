import { PatchbayError } from '../../base/errors';
import { SIGN_IN_UNSET_CODE } from '../../shared/errorCodes';
import type { Authenticator, AuthRefusal } from '../transports/transport';
import { quote, shortUrl } from './authErrors';
import { parseChallenge } from './challenge';

export interface NoCredentials {
  /** Names of headers in the entry that hold credentials. */
  readonly secretHeaders: readonly string[];
  /** The next step where these were refused. */
  readonly renewHint: string;
  /** The next step where there are none. */
  readonly addHint: string;
}

/** For an entry without `auth`: sends nothing, and says how the server could be given what it wants. */
export function noCredentials(context: NoCredentials): Authenticator {
  return {
    sendsNothing: true,
    headers: async () => ({}),
    async onRefused(refusal) {
      if (refusal.status === 403) return false;
      throw describeRefusal(refusal, context, await saidIn(refusal));
    },
  };
}

/** The code is `SIGN_IN_UNSET_CODE` where the server signs in with OAuth, else 401. */
function describeRefusal(refusal: AuthRefusal, { secretHeaders, renewHint, addHint }: NoCredentials, said: string) {
  const make = (what: string, hint: string, code: number | string = refusal.status) =>
    new PatchbayError('auth', `${shortUrl(refusal.url)} ${what} (HTTP ${refusal.status}).${said}`, { code, hint });
  if (secretHeaders.length > 0) {
    return make(`refuses the credentials in "headers" (${quote(secretHeaders.join(', '))})`, renewHint);
  }
  if (parseChallenge(refusal.wwwAuthenticate).resourceMetadataUrl === undefined) {
    return make('wants credentials, and none were sent', addHint);
  }
  const signIn = 'This server signs in with OAuth: set "auth": { "type": "oauth" } in its entry.';
  return make('wants a sign-in', signIn, SIGN_IN_UNSET_CODE);
}

async function saidIn(refusal: AuthRefusal): Promise<string> {
  const { error, errorDescription } = parseChallenge(refusal.wwwAuthenticate);
  const body = refusal.readBody ? await refusal.readBody().catch(() => '') : '';
  const text = quote(errorDescription ?? (messageOf(body) || (error ?? '')));
  return text === '' ? '' : ` It said: ${text}`;
}

/** The words of a body: the message where it is a JSON-RPC error. */
function messageOf(body: string): string {
  try {
    const { error } = (JSON.parse(body) ?? {}) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : body;
  } catch {
    return body;
  }
}
