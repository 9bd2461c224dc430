import type { FetchLike, JSONRPCMessage, RequestId } from '@modelcontextprotocol/client';
import type { PatchbayError } from '../../base/errors';
import { parseMessage } from './httpAnswers';
import { LightResponse } from './httpResponse';
import { requestIdOf, responseIdOf } from './jsonRpc';
import { type ReceivedHandlers, readReceivedText } from './receivedText';

export interface HttpMessageHandlers extends ReceivedHandlers {
  /** A JSON answer was read to its end: the request that it came for gets no other. */
  onAnswerRead(id: RequestId): void;
}

/** Tells the SDK that an answer came; nobody waits for this id. */
const STAND_IN_ID = 'patchbay:answered';
const STAND_IN = JSON.stringify({ jsonrpc: '2.0', id: STAND_IN_ID, result: {} });
const KEPT_LINE = /^(id|retry)(:|$)/;

/**
 * Takes the messages out of the answers of `fetch` as the server wrote them. The SDK's own reader drops a message with
 * `error: null` or `_meta: null`, and the call would wait for its timeout. It gets nothing in its place, or a stand-in
 * where it must know that an answer came (`isStandIn`), so that it resumes the right streams.
 */
export function takeMessages(fetch: FetchLike, handlers: HttpMessageHandlers): FetchLike {
  return async (url, init) => {
    const response: unknown = await fetch(url, init);
    if (response instanceof LightResponse && response.ok && response.status !== 202) {
      const reader = new AnswerReader(init?.body, handlers);
      response.intercept({ json: (text) => reader.json(text), event: (event) => reader.event(event) });
    }
    return response as Response;
  };
}

/** Whether the SDK gives back what it got in place of an answer. */
export function isStandIn(message: JSONRPCMessage): boolean {
  return responseIdOf(message) === STAND_IN_ID;
}

/** Reads what came for one HTTP request. */
class AnswerReader {
  readonly #sent: unknown;
  readonly #handlers: HttpMessageHandlers;

  constructor(sent: unknown, handlers: HttpMessageHandlers) {
    this.#sent = sent;
    this.#handlers = handlers;
  }

  /** Throws where the body holds no message. Gives what the SDK reads in its place: none. */
  json(text: string): unknown {
    const messages: JSONRPCMessage[] = [];
    const noise: PatchbayError[] = [];
    readReceivedText(text, 'answer', {
      onMessage: (message) => messages.push(this.#attribute(message)),
      onNoise: (error) => noise.push(error),
    });
    if (messages.length === 0 && noise[0]) throw noise[0];
    const { onMessage, onNoise, onAnswerRead } = this.#handlers;
    const id = this.#requestId();
    for (const error of noise) onNoise(error);
    for (const message of messages) onMessage(message);
    if (id !== undefined) onAnswerRead(id);
    return [];
  }

  /** `event`: with the blank line that ends it. Gives what the SDK reads in its place. */
  event(event: Buffer): Buffer {
    const text = event.toString('utf8').replace(/^\ufeff/, '');
    const lines = text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n');
    const type = valuesOf('event', lines).at(-1) ?? '';
    const data = valuesOf('data', lines);
    const body = data.length === 1 ? data[0] : data.join('\n');
    if (!body || (type !== '' && type !== 'message')) return event;
    let isAnswered = false;
    readReceivedText(body, 'event', {
      onMessage: (message) => {
        isAnswered ||= !('method' in message);
        this.#handlers.onMessage(this.#attribute(message));
      },
      onNoise: this.#handlers.onNoise,
    });
    const kept = lines.filter((line) => KEPT_LINE.test(line));
    return Buffer.from(`${[...kept, `data: ${isAnswered ? STAND_IN : ''}`].join('\n')}\n\n`);
  }

  /** JSON-RPC 2.0: an error with `id: null` is for a request that could not be read. Here that is the one that was sent. */
  #attribute(message: JSONRPCMessage): JSONRPCMessage {
    if (!('error' in message) || 'method' in message || !message.error || (message.id ?? null) !== null) return message;
    const id = this.#requestId();
    return id === undefined ? message : { ...message, id };
  }

  #requestId(): RequestId | undefined {
    const request = parseMessage(this.#sent);
    return request && requestIdOf(request);
  }
}

/** The values of a field of an event (HTML, server-sent events, 9.2.6). */
function valuesOf(field: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    if (line === field) return '';
    if (!line.startsWith(field) || line[field.length] !== ':') return [];
    return line.slice(field.length + (line[field.length + 1] === ' ' ? 2 : 1));
  });
}
