import { isPatchbayError, PatchbayError } from '../../base/errors';

const CODE = 'disconnected';

/** Of a call that waited while somebody disconnected or removed its server. */
export function disconnectedError(before: 'sent' | 'over'): PatchbayError {
  return new PatchbayError('cancelled', `The server was disconnected before the call was ${before}.`, { code: CODE });
}

export function isDisconnected(error: unknown): boolean {
  return isPatchbayError(error) && error.kind === 'cancelled' && error.code === CODE;
}
