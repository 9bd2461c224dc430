import { PatchbayError } from '../../base/errors';

/** What may wait for a server that does not read, in characters. A server that only asks would fill the memory else. */
export const MAX_WAITING = 128 * 1024 * 1024;
/** A server that takes not a byte for this long (ms) is not going to. */
export const STALL_MS = 60_000;

export function tooMuchWaits(): PatchbayError {
  return new PatchbayError('limit', 'The server does not read what is sent to it.', {
    hint: 'Reconnect it; if it stays, the fault is in the server.',
  });
}

export function stoppedReading(): PatchbayError {
  return new PatchbayError('transport', 'The server has stopped reading; the message was not sent.', {
    retryable: true,
    hint: 'Reconnect it; if it stays, the fault is in the server.',
  });
}
