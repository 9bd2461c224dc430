import type { JSONRPCMessage, JSONRPCNotification, RequestId } from '@modelcontextprotocol/client';
import { requestIdOf, responseIdOf } from './jsonRpc';

/** Above every id that the SDK counts up to. */
const FIRST_ID = 1_000_000_000;
/** MCP 2026-07-28, basic/utilities/subscriptions: the id of the listen request, in each notification that it brings. */
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
/** Cancelled requests whose late answer is still understood; most never get one. */
const MAX_CANCELLED = 100;
const CANCELLED = 'notifications/cancelled';

/**
 * Integers in the place of text ids on the wire, and back, wherever a message names one. Bridges for several clients read
 * ids as numbers and answer `null` to the text id of the SDK's probe; the probe would then wait for its whole time.
 */
export class IntegerIds {
  readonly #texts = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  readonly #cancelled: number[] = [];
  #next = FIRST_ID;

  outgoing(message: JSONRPCMessage): JSONRPCMessage {
    const id = requestIdOf(message);
    if (typeof id === 'string') return { ...message, id: this.#number(id) } as JSONRPCMessage;
    if (!('method' in message) || message.method !== CANCELLED) return message;
    const requestId = (message.params as { requestId?: RequestId } | undefined)?.requestId;
    const known = typeof requestId === 'string' ? this.#numbers.get(requestId) : undefined;
    if (known === undefined) return message;
    this.#cancelled.push(known);
    if (this.#cancelled.length > MAX_CANCELLED) this.#forget(this.#cancelled.shift() as number);
    return { ...message, params: { ...message.params, requestId: known } };
  }

  incoming(message: JSONRPCMessage): JSONRPCMessage {
    if ('method' in message) return 'id' in message ? message : this.#notification(message);
    const id = responseIdOf(message);
    const text = this.#textOf(id);
    if (text === undefined) return message;
    this.#forget(id as number);
    return { ...message, id: text } as JSONRPCMessage;
  }

  #notification(message: JSONRPCNotification): JSONRPCMessage {
    const params = (message.params ?? {}) as { requestId?: unknown; _meta?: Record<string, unknown> | null };
    const cancelled = message.method === CANCELLED ? this.#textOf(params.requestId) : undefined;
    const subscription = this.#textOf(params._meta?.[SUBSCRIPTION_ID]);
    if (cancelled === undefined && subscription === undefined) return message;
    return {
      ...message,
      params: {
        ...params,
        ...(cancelled === undefined ? {} : { requestId: cancelled }),
        ...(subscription === undefined ? {} : { _meta: { ...params._meta, [SUBSCRIPTION_ID]: subscription } }),
      },
    } as JSONRPCMessage;
  }

  #textOf(id: unknown): string | undefined {
    return typeof id === 'number' ? this.#texts.get(id) : undefined;
  }

  #forget(id: number): void {
    this.#numbers.delete(this.#texts.get(id) ?? '');
    this.#texts.delete(id);
  }

  #number(text: string): number {
    const id = this.#next++;
    this.#texts.set(id, text);
    this.#numbers.set(text, id);
    return id;
  }
}
