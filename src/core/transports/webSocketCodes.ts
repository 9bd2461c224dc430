import { type ErrorKind, PatchbayError } from '../../base/errors';
import { excerpt } from './jsonRpc';

interface CloseMeaning {
  readonly kind: ErrorKind;
  readonly what: string;
  readonly hint?: string;
}

const COMES_BACK: CloseMeaning = { kind: 'connectionClosed', what: 'closed the connection' };
const OTHER = 'wants other credentials';
const CREDENTIALS = 'Set or renew the token for this server.';
const ADD_CREDENTIALS =
  'If it wants credentials, set "auth" in its entry: "bearer", "apiKey", "basic", "tokenCommand" or "oauth".';
const LOG = 'The log of the server says more.';

/** Ends after which the same connection may be opened again (RFC 6455, 7.4.1; IANA WebSocket close codes). */
export const RETRYABLE_CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [1000, COMES_BACK],
  [1001, { kind: 'connectionClosed', what: 'is going away' }],
  [1005, COMES_BACK],
  [1006, { kind: 'connectionClosed', what: 'broke off without a close' }],
  [1011, { kind: 'connectionClosed', what: 'failed inside', hint: LOG }],
  [1012, { kind: 'connectionClosed', what: 'is restarting' }],
  [1013, { kind: 'connectionClosed', what: 'is overloaded', hint: 'It asks to try again later.' }],
  [1014, { kind: 'connectionClosed', what: 'is behind a gateway that got no valid answer' }],
  [3008, { kind: 'connectionClosed', what: 'gave up waiting' }],
  [4429, { kind: 'limit', what: 'got too many requests', hint: 'Wait, or lower the rate for this server.' }],
]);

/** Ends that stay the same until somebody changes something. */
export const FINAL_CLOSE_CODES: ReadonlyMap<number, CloseMeaning> = new Map([
  [1002, { kind: 'protocol', what: 'says that this client broke the WebSocket protocol' }],
  [1003, { kind: 'protocol', what: 'does not take text frames' }],
  [1007, { kind: 'protocol', what: 'could not read what it was sent' }],
  [1008, { kind: 'auth', what: 'refuses this client by its policy', hint: CREDENTIALS }],
  [1009, { kind: 'limit', what: 'found a message too large', hint: 'Send less in one call.' }],
  [1010, { kind: 'protocol', what: 'wants a WebSocket extension that is not offered' }],
  [3000, { kind: 'auth', what: OTHER, hint: CREDENTIALS }],
  [3003, { kind: 'auth', what: 'refuses access', hint: 'The credentials are known but not enough.' }],
  [4400, { kind: 'protocol', what: 'refused the request as malformed' }],
  [4401, { kind: 'auth', what: OTHER, hint: CREDENTIALS }],
  [4403, { kind: 'auth', what: 'refuses access', hint: 'The credentials are known but not enough.' }],
  [4404, { kind: 'protocol', what: 'knows nothing at this path', hint: 'Check the path of the URL.' }],
]);

/**
 * Why the peer ended the link, from its close code and reason. A code that is not known may come back.
 * `hasCredentials`: something was sent by which the server could know this client.
 */
export function describeClose(code: number, reason: string, url: string, hasCredentials = true): PatchbayError {
  const final = FINAL_CLOSE_CODES.get(code);
  const meaning = final ?? RETRYABLE_CLOSE_CODES.get(code) ?? COMES_BACK;
  const { kind, what, hint } = hasCredentials ? meaning : withoutCredentials(meaning);
  const said = reason === '' ? '.' : `: ${excerpt(reason)}`;
  return new PatchbayError(kind, `${url} ${what} (close code ${code})${said}`, {
    code,
    retryable: final === undefined,
    ...(hint === undefined ? {} : { hint }),
  });
}

function withoutCredentials(meaning: CloseMeaning): CloseMeaning {
  if (meaning.hint !== CREDENTIALS) return meaning;
  const what = meaning.what === OTHER ? 'wants credentials, and none were sent' : meaning.what;
  return { ...meaning, what, hint: ADD_CREDENTIALS };
}
