import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../shared/json';
import type { McpTransport } from '../transports/transport';

/** Holds what the server sent, beside what the SDK wants to see. No server can send a symbol. */
const WHOLE = Symbol('whole result');

/**
 * What the SDK takes for a valid result of every method of 2026-07-28: it checks results against the schema of their
 * method before anybody else sees them, and refuses a list for one bad tool and a call for one unknown block.
 */
const STAND_IN: JsonObject = {
  resultType: 'complete',
  ttlMs: 0,
  cacheScope: 'private',
  supportedVersions: ['2026-07-28'],
  capabilities: {},
  tools: [],
  content: [],
  prompts: [],
  messages: [],
  resources: [],
  resourceTemplates: [],
  contents: [],
  completion: { values: [] },
};

/** `complete`, and `task`, which the SDK refuses. `input_required` is the SDK's to answer; any other value is invalid. */
const KEPT: readonly unknown[] = ['complete', 'task'];

/**
 * Stands between a transport and the SDK's client that is connected to it.
 * - Results come through whole: `wholeResult` gets them back from what the client's request resolves with.
 * - Progress that arrives together with the answer is told before it: the SDK tells progress a microtask later and
 *   answers at once, after which nobody listens.
 * `onHeard` is told of each message.
 */
export function keepResultsWhole(transport: McpTransport, isModern: boolean, onHeard: () => void): void {
  const deliver = transport.onmessage;
  if (!deliver) return;
  let isProgressUntold = false;
  transport.onmessage = (message, extra) => {
    onHeard();
    if ('method' in message) {
      if (message.method === 'notifications/progress') {
        isProgressUntold = true;
        queueMicrotask(() => {
          isProgressUntold = false;
        });
      }
      deliver(message, extra);
      return;
    }
    const shown = isModern ? standIn(message) : message;
    if (isProgressUntold) queueMicrotask(() => deliver(shown, extra));
    else deliver(shown, extra);
  };
}

/** The result as the server sent it, without the `resultType` that says that it is complete. */
export function wholeResult(result: JsonObject): JsonObject {
  const whole = (result as { [WHOLE]?: JsonObject })[WHOLE];
  if (whole === undefined) return result;
  if (whole.resultType !== 'complete') return whole;
  const { resultType: _, ...rest } = whole;
  return rest;
}

function standIn(message: JSONRPCMessage): JSONRPCMessage {
  if (!('result' in message)) return message;
  const { result } = message;
  if (typeof result !== 'object' || result === null || !KEPT.includes(result.resultType)) return message;
  return { ...message, result: { ...STAND_IN, [WHOLE]: result } } as JSONRPCMessage;
}
