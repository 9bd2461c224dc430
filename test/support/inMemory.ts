import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { PatchbayError } from '../../src/base/errors';
import type { McpTransport } from '../../src/core/transports/transport';

/**
 * Two linked ends in one process: what one sends the other gets, in order, as a copy, in a later microtask. Messages
 * wait until the receiving end is started. Closing one end closes the other, whose `closeError` then says so.
 */
export function createInMemoryPair(): [McpTransport, McpTransport] {
  const left = new InMemoryTransport();
  const right = new InMemoryTransport();
  left.link(right);
  right.link(left);
  return [left, right];
}

class InMemoryTransport implements McpTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: McpTransport['onmessage'];
  closeError: PatchbayError | undefined;
  #peer: InMemoryTransport | undefined;
  #phase: 'idle' | 'open' | 'closed' = 'idle';
  #inbox: string[] = [];

  link(peer: InMemoryTransport): void {
    this.#peer = peer;
  }

  async start(): Promise<void> {
    if (this.#phase === 'closed') throw closedError();
    if (this.#phase === 'open') throw new PatchbayError('transport', 'This transport was started before.');
    this.#phase = 'open';
    if (this.#inbox.length > 0) queueMicrotask(() => this.#deliver());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#phase === 'closed') throw this.closeError ?? closedError();
    if (this.#phase === 'idle') throw new PatchbayError('transport', 'The transport is not started.');
    this.#peer?.receive(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#end(undefined);
    this.#peer?.peerClosed();
  }

  receive(text: string): void {
    this.#inbox.push(text);
    if (this.#phase === 'open') queueMicrotask(() => this.#deliver());
  }

  peerClosed(): void {
    queueMicrotask(() => {
      this.#deliver();
      this.#end(new PatchbayError('connectionClosed', 'The other end was closed.', { retryable: true }));
    });
  }

  #deliver(): void {
    while (this.#phase === 'open') {
      const text = this.#inbox.shift();
      if (text === undefined) return;
      this.onmessage?.(JSON.parse(text) as JSONRPCMessage);
    }
  }

  #end(error: PatchbayError | undefined): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#inbox = [];
    this.closeError = error;
    this.onclose?.();
  }
}

function closedError(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection is closed.');
}
