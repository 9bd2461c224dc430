import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { PatchbayError } from '../../base/errors';
import { answerIdInHead, excerpt, localAnswer, readBatch } from './jsonRpc';

export interface ReceivedHandlers {
  onMessage(message: JSONRPCMessage): void;
  /** Something that is no message. The link lives on. */
  onNoise(error: PatchbayError): void;
}

/**
 * One text from a server, as a message or, as protocol version 2025-03-26 has it, a batch of them. `unit` is what the
 * text came as, for the words of an error: `frame`, `event`.
 */
export function readReceivedText(text: string, unit: string, { onMessage, onNoise }: ReceivedHandlers): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    onNoise(noise(`Server sent a ${unit} that is not JSON: ${excerpt(text)}`, unit));
    return;
  }
  const batch = readBatch(value);
  if (batch.noise !== undefined) {
    onNoise(noise(`Server sent JSON that is not JSON-RPC: ${excerpt(text)}${batch.noise}`, unit));
  }
  for (const message of batch.messages) onMessage(message);
}

/**
 * A message over the limit of `maxBytes`, of which `head` is the start. The same answer would be too long again;
 * `endsLink`: but the link that ended by it may be opened again.
 */
export function overLimitError(maxBytes: number, head?: string, endsLink = false): PatchbayError {
  const quote = head === undefined ? '.' : `: ${excerpt(head)}`;
  return new PatchbayError('limit', `Server sent a message over the limit of ${maxBytes} bytes${quote}`, {
    retryable: endsLink,
    hint: 'Raise "limits.maxMessageBytes" for this server, or ask for less.',
  });
}

/** The answer in the server's place to the request whose answer was over the limit; undefined where `head` names none. */
export function overLimitAnswer(head: string, error: PatchbayError): JSONRPCMessage | undefined {
  const id = answerIdInHead(head);
  return id === undefined ? undefined : localAnswer(id, error);
}

function noise(message: string, unit: string): PatchbayError {
  return new PatchbayError('protocol', message, {
    hint: `Each ${unit} must be one MCP message; this one was skipped.`,
  });
}
