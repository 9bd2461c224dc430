import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import { requestIdOf, responseIdOf } from './jsonRpc';

/** Above every id that the SDK counts up to. */
const FIRST_ID = 1_000_000_000;

/**
 * Integers in the place of text ids on the wire, and back. Bridges for several clients read ids as numbers and answer
 * `null` to the text id of the SDK's probe; the probe would then wait for its whole time.
 */
export class IntegerIds {
  readonly #texts = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  #next = FIRST_ID;

  outgoing(message: JSONRPCMessage): JSONRPCMessage {
    const id = requestIdOf(message);
    if (typeof id === 'string') return { ...message, id: this.#number(id) } as JSONRPCMessage;
    if (!('method' in message) || message.method !== 'notifications/cancelled') return message;
    const requestId = (message.params as { requestId?: RequestId } | undefined)?.requestId;
    const known = typeof requestId === 'string' ? this.#numbers.get(requestId) : undefined;
    return known === undefined ? message : { ...message, params: { ...message.params, requestId: known } };
  }

  incoming(message: JSONRPCMessage): JSONRPCMessage {
    const id = responseIdOf(message);
    const text = typeof id === 'number' ? this.#texts.get(id) : undefined;
    if (typeof id !== 'number' || text === undefined) return message;
    this.#texts.delete(id);
    this.#numbers.delete(text);
    return { ...message, id: text } as JSONRPCMessage;
  }

  #number(text: string): number {
    const id = this.#next++;
    this.#texts.set(id, text);
    this.#numbers.set(text, id);
    return id;
  }
}
