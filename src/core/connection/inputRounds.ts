import { raceAbort } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { PatchbayError } from '../../base/errors';
import type { JsonObject, JsonValue } from '../../shared/json';
import { excerpt } from '../transports/jsonRpc';

/** How often one request may ask. */
const MAX_ROUNDS = 10;
/** Questions of one round. */
const MAX_INPUTS = 100;
/** The pause in ms before the next round where the server asks nothing and only wants to be asked again. */
const PAUSE_MS = 250;

export interface InputRoundsOptions {
  /** Answers one question of the server, in the name of this request. */
  readonly answer: (method: string, params: JsonObject, signal: AbortSignal) => Promise<JsonObject>;
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Sends a request until it is answered (MCP 2026-07-28, basic/patterns, multi round-trip requests): where the server wants
 * to know something first, that is answered, and the request goes out again with the answers and the state that the server
 * gave. The first question that cannot be answered takes back the others of its round and fails the request.
 */
export async function sendWithInputs(
  params: JsonObject,
  send: (params: JsonObject) => Promise<JsonObject>,
  options: InputRoundsOptions,
): Promise<JsonObject> {
  let sent = params;
  for (let round = 0; ; round += 1) {
    const result = await send(sent);
    if (result.resultType !== 'input_required') return result;
    if (round === MAX_ROUNDS) {
      throw new PatchbayError(
        'protocol',
        `The server still wants to know more after ${MAX_ROUNDS} rounds of questions.`,
      );
    }
    const inputResponses = await answerAll(result.inputRequests, options);
    if (inputResponses === undefined) await pause(options);
    const { requestState } = result;
    sent = {
      ...params,
      ...(inputResponses && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    };
  }
}

/** The answers by the keys of their questions; undefined where nothing was asked. */
async function answerAll(
  inputRequests: JsonValue | undefined,
  { answer, signal }: InputRoundsOptions,
): Promise<JsonObject | undefined> {
  const asked = isObject(inputRequests) ? Object.entries(inputRequests) : [];
  if (asked.length === 0) return undefined;
  if (asked.length > MAX_INPUTS) throw new PatchbayError('limit', 'The server asks too many questions at once.');
  const failure = new AbortController();
  const until = AbortSignal.any([signal, failure.signal]);
  const answers = asked.map(async ([key, request]): Promise<[string, JsonObject]> => {
    if (!isObject(request) || typeof request.method !== 'string') {
      throw new PatchbayError('protocol', `The server asks for "${excerpt(key, 50)}" without a method.`);
    }
    return [key, await answer(request.method, isObject(request.params) ? request.params : {}, until)];
  });
  try {
    return Object.fromEntries(await Promise.all(answers));
  } catch (error) {
    failure.abort(error);
    throw error;
  }
}

async function pause({ clock, signal }: InputRoundsOptions): Promise<void> {
  let timer: { dispose(): void } | undefined;
  const over = new Promise<void>((resolve) => {
    timer = clock.setTimeout(resolve, PAUSE_MS);
  });
  try {
    await raceAbort(over, signal);
  } finally {
    timer?.dispose();
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
