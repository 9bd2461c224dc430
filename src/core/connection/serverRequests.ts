import type { Client, ClientCapabilities } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import type { JsonObject, JsonValue } from '../../shared/json';
import type {
  Elicit,
  ElicitAnswer,
  ElicitRequest,
  Interaction,
  SampleAnswer,
  SampleRefusal,
  SampleRequest,
} from '../ports';
import { checkElicitAnswer, readElicitation } from './elicitation';
import type { QuestionEffect } from './questionPace';
import { QuestionQueue } from './questionQueue';

const MAX_SAMPLING_MESSAGES = 100;
const MAX_SAMPLING_CHARACTERS = 1_000_000;
const MAX_HINTS = 10;
const MAX_ROOTS = 1000;
/** JSON-RPC 2.0: invalid params, method not found. */
const INVALID_PARAMS = -32602;
const METHOD_NOT_FOUND = -32601;
/** MCP specification, client/sampling, "Error Handling": the person rejected the request. */
const USER_REJECTED = -1;

export interface ServerRequestsOptions {
  readonly interaction: Interaction | undefined;
  /** The server as people know it; each question names it. */
  readonly serverName: string;
  readonly clock: Clock;
}

/**
 * What a server may ask of this side: elicitation, sampling and roots, as far as the host offers them. The same answers
 * serve requests of a legacy server, `inputRequests` of a modern one and those of a task.
 */
export class ServerRequests implements Disposable {
  readonly #options: ServerRequestsOptions;
  readonly #store = new DisposableStore();
  readonly questions: QuestionQueue;
  /** The requests that may ask something at this moment. */
  readonly #open = new Set<{ readonly elicit: Elicit | undefined }>();
  /** Only what can be answered. */
  readonly capabilities: ClientCapabilities;

  constructor(options: ServerRequestsOptions) {
    this.#options = options;
    this.questions = this.#store.add(new QuestionQueue(options.clock));
    const { elicit, sample, roots } = options.interaction ?? {};
    this.capabilities = {
      ...(elicit ? { elicitation: { form: {}, url: {} } } : {}),
      ...(sample ? { sampling: {} } : {}),
      ...(roots ? { roots: { listChanged: true } } : {}),
    };
  }

  /** Answers what comes in on `client`, which must have been created with `capabilities`. */
  attach(client: Client): void {
    const { elicitation, sampling, roots } = this.capabilities;
    if (elicitation) {
      client.setRequestHandler('elicitation/create', async ({ method, params }, { mcpReq }) => {
        return (await this.answer(method, params as JsonObject, mcpReq.signal, this.#onlyElicit)) as never;
      });
    }
    if (sampling) {
      client.setRequestHandler('sampling/createMessage', async ({ method, params }, { mcpReq }) => {
        return (await this.answer(method, params as unknown as JsonObject, mcpReq.signal)) as never;
      });
    }
    if (roots) client.setRequestHandler('roots/list', () => this.#roots() as never);
  }

  /** Says so when the folders are other ones. A modern server asks again each time. */
  announceRoots(client: Client): void {
    const { onDidChangeRoots } = this.#options.interaction ?? {};
    if (!onDidChangeRoots || !this.capabilities.roots) return;
    // A server that is gone needs no news.
    this.#store.add(onDidChangeRoots(() => void client.sendRootsListChanged().catch(() => {})));
  }

  /** Until it is disposed, a request is under way on whose behalf the server may ask; `elicit` then asks for it. */
  during(elicit: Elicit | undefined): Disposable {
    const request = { elicit };
    this.#open.add(request);
    return toDisposable(() => this.#open.delete(request));
  }

  /** The result for one request of the server. Rejects with a `PatchbayError` whose code the server may be told. */
  async answer(method: string, params: JsonObject, signal: AbortSignal, own?: Elicit): Promise<JsonObject> {
    const { elicitation, sampling, roots } = this.capabilities;
    if (method === 'elicitation/create' && elicitation) {
      return this.elicit(readElicitation(params, this.#options.serverName), signal, own);
    }
    if (method === 'sampling/createMessage' && sampling) return this.#sample(params, signal);
    if (method === 'roots/list' && roots) return this.#roots();
    throw new PatchbayError('protocol', `The server asked for ${method}, which was not offered to it.`, {
      code: METHOD_NOT_FOUND,
    });
  }

  /**
   * Asks the person, by `own` where that is given. Where nobody can be asked, the answer is `cancel`; where nobody wants to
   * be any more, `decline`.
   */
  async elicit(request: ElicitRequest, signal: AbortSignal, own?: Elicit): Promise<JsonObject> {
    const { interaction } = this.#options;
    if (!interaction?.elicit) return { action: 'cancel' };
    const ask = own ?? interaction.elicit.bind(interaction);
    const answer = await this.questions.ask((until) => ask(request, until), signal, effectOfElicit);
    return answer ? checkElicitAnswer(request, answer) : { action: 'decline' };
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Before 2026-07-28 a question does not say what it belongs to: that is clear only where there is one request. */
  get #onlyElicit(): Elicit | undefined {
    const [request, ...others] = this.#open;
    return others.length === 0 ? request?.elicit : undefined;
  }

  async #sample(params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const { interaction, serverName } = this.#options;
    const request = readSampling(params, serverName);
    const ask = async (until: AbortSignal) => interaction?.sample?.(request, until);
    const answer = await this.questions.ask(ask, signal, effectOfSample);
    if (!answer || 'stopsQuestions' in answer)
      throw new PatchbayError('cancelled', 'The user rejected the sampling request.', { code: USER_REJECTED });
    const { text, model, stopReason } = answer;
    return {
      role: 'assistant',
      content: { type: 'text', text },
      model,
      ...(stopReason === undefined ? {} : { stopReason }),
    };
  }

  #roots(): JsonObject {
    const roots = this.#options.interaction?.roots?.() ?? [];
    return { roots: roots.slice(0, MAX_ROOTS).map(({ uri, name }) => ({ uri, name })) };
  }
}

function effectOfElicit({ action, stopsQuestions }: ElicitAnswer): QuestionEffect {
  if (stopsQuestions) return 'stopped';
  return action === 'accept' ? 'answered' : 'refused';
}

function effectOfSample(answer: SampleAnswer | SampleRefusal | undefined): QuestionEffect {
  if (!answer) return 'refused';
  return 'stopsQuestions' in answer ? 'stopped' : 'answered';
}

function readSampling(params: JsonObject, serverName: string): SampleRequest {
  if (params.tools !== undefined || params.toolChoice !== undefined) throw refused('tools were not offered for it');
  const { messages, systemPrompt, maxTokens } = params;
  if (!Array.isArray(messages) || messages.length === 0) throw refused('it has no messages');
  if (messages.length > MAX_SAMPLING_MESSAGES) throw refused(`it has more than ${MAX_SAMPLING_MESSAGES} messages`);
  if (JSON.stringify([messages, systemPrompt]).length > MAX_SAMPLING_CHARACTERS) throw refused('it is too long');
  if (typeof maxTokens !== 'number' || !(maxTokens > 0)) throw refused('it has no maxTokens');
  return {
    serverName,
    messages: messages.map(readMessage),
    systemPrompt: typeof systemPrompt === 'string' ? systemPrompt : undefined,
    maxTokens,
    modelHints: readHints(params.modelPreferences),
  };
}

function readMessage(message: JsonValue): SampleRequest['messages'][number] {
  if (!isObject(message) || (message.role !== 'user' && message.role !== 'assistant')) {
    throw refused('a message has no known role');
  }
  const content = Array.isArray(message.content) ? message.content : [message.content];
  if (!content.every(isObject)) throw refused('a message has no content');
  return { role: message.role, content };
}

function readHints(preferences: JsonValue | undefined): string[] {
  if (!isObject(preferences) || !Array.isArray(preferences.hints)) return [];
  const names = preferences.hints.map((hint) => (isObject(hint) ? hint.name : undefined));
  return names.filter((name) => typeof name === 'string').slice(0, MAX_HINTS);
}

function refused(why: string): PatchbayError {
  return new PatchbayError('protocol', `The sampling request was refused: ${why}.`, { code: INVALID_PARAMS });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
