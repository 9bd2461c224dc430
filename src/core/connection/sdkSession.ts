import {
  CLIENT_CAPABILITIES_META_KEY,
  type Client,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  type RequestOptions as SdkRequestOptions,
} from '@modelcontextprotocol/client';
import { type Clock, MAX_DELAY_MS } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { PatchbayError, toError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Implementation, Progress } from '../../shared/mcp';
import type { Logger } from '../ports';
import type { AnyLaunch, McpTransport } from '../transports/transport';
import { anyObject } from './anyObject';
import { DirectRequests } from './directRequests';
import type { Era } from './era';
import { describeFailure, isPeerGone } from './failures';
import { sendWithInputs } from './inputRounds';
import { ListCache } from './listCache';
import { ListChanges } from './listChanges';
import { RequestDeadline, signInWait } from './requestDeadline';
import { ResourceSubscriptions, type SubscriptionChange } from './resourceSubscriptions';
import { createServerLog, type LogLevel, mcpLogLevel } from './serverLog';
import type { ServerRequests } from './serverRequests';
import type { RequestOptions, Session, SessionActivity, SubscribeOptions } from './session';
import { followCoreTask, followExtensionTask, TASKS_EXTENSION } from './tasks';
import { ToolDefinitions } from './toolDefinitions';
import { toolHeaders } from './toolHeaders';
import { UrlElicitations } from './urlElicitations';
import { keepResultsWhole, wholeResult } from './wholeResults';

/** How long in ms a task is kept by the server where the call itself has no limit. */
const TASK_TTL_MS = 60 * 60_000;
/** MCP 2026-07-28: the headers of a request do not match its body. */
const HEADER_MISMATCH = -32020;
/** Requests that only ask whether the server is there. */
const HEALTH: readonly string[] = ['ping', 'server/discover'];
/** Requests on whose behalf a server may ask something. */
const MAY_ASK: readonly string[] = ['tools/call', 'prompts/get', 'resources/read'];

export interface SdkSessionParts {
  readonly client: Client;
  readonly transport: McpTransport;
  readonly launch: AnyLaunch;
  readonly clock: Clock;
  readonly log: Logger;
  /** Attached to `client`; disposed with the session. */
  readonly requests: ServerRequests;
  readonly serverName: string;
  readonly logLevel: LogLevel;
}

/** One request over all the messages that it takes. */
interface Exchange {
  readonly options: RequestOptions;
  readonly deadline: RequestDeadline;
}

/** A `Session` on the SDK's `Client`, which is connected already. */
export class SdkSession implements Session {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly serverInfo: Implementation | undefined;
  readonly instructions: string | undefined;
  readonly capabilities: JsonObject;
  readonly #parts: SdkSessionParts;
  readonly #tools: ToolDefinitions;
  readonly #subscriptions: ResourceSubscriptions;
  readonly #visits: UrlElicitations;
  /** Revisions before 2026-07-28 need nothing of the client for a request. */
  readonly #direct: DirectRequests | undefined;
  /** Revisions before 2026-07-28 do not say how long a list is good. */
  readonly #cache: ListCache | undefined;
  readonly #store = new DisposableStore();
  readonly #closeEmitter = this.#store.add(new Emitter<PatchbayError | undefined>());
  readonly #toolsEmitter = this.#store.add(new Emitter<void>());
  readonly #promptsEmitter = this.#store.add(new Emitter<void>());
  readonly #resourcesEmitter = this.#store.add(new Emitter<void>());
  #closed = false;
  readonly #activity = { heardAt: 0, pending: 0, gaveUpAt: 0 };
  /** Why the link is being given up although the transport itself saw no end. */
  #failure: PatchbayError | undefined;
  #closing = false;

  readonly onDidClose = this.#closeEmitter.event;
  readonly onDidChangeTools = this.#toolsEmitter.event;
  readonly onDidChangePrompts = this.#promptsEmitter.event;
  readonly onDidChangeResources = this.#resourcesEmitter.event;
  readonly onDidUpdateResource: Event<string>;

  constructor(parts: SdkSessionParts) {
    this.#parts = parts;
    const { client, transport, launch, clock, log, requests } = parts;
    this.era = client.getProtocolEra() === 'modern' ? 'modern' : 'legacy';
    this.protocolVersion = client.getNegotiatedProtocolVersion() ?? 'unknown';
    this.serverInfo = client.getServerVersion() as Implementation | undefined;
    this.instructions = client.getInstructions();
    this.capabilities = (client.getServerCapabilities() ?? {}) as JsonObject;
    this.#tools = new ToolDefinitions(this.era === 'modern' && launch.transport === 'http', log);
    client.onclose = () => this.#handleClose();
    this.#direct = this.era === 'legacy' ? new DirectRequests(transport) : undefined;
    keepResultsWhole(transport, this.era === 'modern', () => {
      this.#activity.heardAt = clock.now();
    });
    const { era, capabilities } = this;
    const lists = this.#store.add(new ListChanges({ client, era, capabilities, clock, log }));
    const emitters = { tools: this.#toolsEmitter, prompts: this.#promptsEmitter, resources: this.#resourcesEmitter };
    this.#cache = era === 'modern' ? new ListCache(clock) : undefined;
    this.#store.add(
      lists.onDidChange((kind) => {
        this.#cache?.forget(kind);
        emitters[kind].fire();
      }),
    );
    this.#subscriptions = this.#store.add(new ResourceSubscriptions({ client, era, capabilities, clock, log }));
    this.onDidUpdateResource = this.#subscriptions.onDidUpdate;
    this.#store.add(requests);
    this.#visits = this.#store.add(new UrlElicitations({ client, requests, serverName: parts.serverName, clock }));
    if (era === 'legacy') requests.announceRoots(client);
    const write = createServerLog(log, clock);
    client.setNotificationHandler('notifications/message', { params: anyObject }, (params) => write(params));
    if (era === 'legacy' && capabilities.logging) void this.#setLogLevel();
  }

  get processId(): number | undefined {
    return this.#parts.transport.processId;
  }

  get roundTripMs(): number | undefined {
    return this.#parts.transport.roundTripMs;
  }

  get activity(): SessionActivity {
    return this.#activity;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get closeReason(): PatchbayError | undefined {
    return this.#closing ? undefined : (this.#failure ?? this.#parts.transport.closeError);
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<JsonObject> {
    const { clock, launch, transport, requests } = this.#parts;
    const { timeoutMs, maxTotalMs = 0, signal } = options;
    const deadline = new RequestDeadline({ clock, timeoutMs, maxTotalMs, signal });
    const mayAsk = MAY_ASK.includes(method);
    const waits = [signInWait(launch), mayAsk ? requests.questions : undefined];
    const pauses = waits.map((wait) => wait && deadline.pauseDuring(wait));
    const asking = mayAsk ? requests.during(options.elicit) : undefined;
    const isCounted = !HEALTH.includes(method);
    if (isCounted) this.#activity.pending += 1;
    try {
      const exchange = { options, deadline };
      return await (method === 'tools/call' ? this.#callTool(params, exchange) : this.#send(method, params, exchange));
    } catch (error) {
      const tool = method === 'tools/call' ? String(params.name) : undefined;
      const failure = describeFailure(error, {
        launch,
        transport,
        subject: tool === undefined ? `The request ${method}` : `The tool "${tool}"`,
        time: options.asked ?? { timeoutMs, setting: '"timeouts.requestMs"' },
        signal,
      });
      // An HTTP link has no end of its own to watch: a peer that cannot be reached any more is one.
      if (isPeerGone(failure)) this.fail(failure);
      throw failure;
    } finally {
      if (isCounted) this.#activity.pending -= 1;
      if (isCounted && deadline.signal.aborted) this.#activity.gaveUpAt = clock.now();
      for (const pause of pauses) pause?.dispose();
      asking?.dispose();
      deadline.dispose();
    }
  }

  subscribeToResource(uri: string, options: SubscribeOptions): Promise<void> {
    return this.#changeSubscription(uri, options, (change) => this.#subscriptions.subscribe(change));
  }

  unsubscribeFromResource(uri: string, options: SubscribeOptions): Promise<void> {
    return this.#changeSubscription(uri, options, (change) => this.#subscriptions.unsubscribe(change));
  }

  fail(error: PatchbayError): void {
    if (this.#closed || this.#closing) return;
    this.#failure = error;
    void this.#parts.client.close().then(
      () => this.#handleClose(),
      () => this.#handleClose(),
    );
  }

  async close(): Promise<void> {
    // A second close reaches the transport too: there it means "now".
    this.#closing = true;
    await (this.#closed ? this.#parts.transport.close() : this.#parts.client.close());
    this.#handleClose();
  }

  dispose(): void {
    void this.close().catch((error) => this.#parts.log.warn(`Closing failed: ${toError(error).message}`));
  }

  #handleClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeEmitter.fire(this.closeReason);
    this.#store.dispose();
    this.#direct?.close();
  }

  async #changeSubscription(
    uri: string,
    { signal, timeoutMs }: SubscribeOptions,
    run: (change: SubscriptionChange) => Promise<void>,
  ): Promise<void> {
    const { clock, launch, transport } = this.#parts;
    const deadline = new RequestDeadline({ clock, timeoutMs, maxTotalMs: 0, signal });
    const request = (method: string, params: JsonObject) =>
      this.request(method, params, { timeoutMs: 0, signal: deadline.signal });
    try {
      await run({ uri, signal: deadline.signal, request });
    } catch (error) {
      throw describeFailure(error, {
        launch,
        transport,
        subject: 'The subscription to the resource',
        time: { timeoutMs, setting: '"timeouts.requestMs"' },
        signal,
      });
    } finally {
      deadline.dispose();
    }
  }

  /** One message and its answer; what the server wants to know first is answered, and the message sent again. */
  async #send(
    method: string,
    params: JsonObject,
    { options, deadline }: Exchange,
    headers?: Record<string, string>,
  ): Promise<JsonObject> {
    const { onProgress, resetOnProgress, refresh } = options;
    const fresh = refresh ? undefined : this.#cache?.get(method, params);
    if (fresh) return fresh;
    const changes = this.#cache?.changes;
    const tellProgress = (progress: Progress) => {
      if (resetOnProgress) deadline.touch();
      onProgress?.(progress);
    };
    const { signal } = deadline;
    const onprogress = onProgress ? tellProgress : undefined;
    const result = this.#direct
      ? await this.#direct.request(method, params, { signal, onProgress: onprogress })
      : await this.#sendModern(method, this.#withMeta(method, params), options, {
          timeout: MAX_DELAY_MS,
          signal,
          ...(headers ? { headers } : {}),
          ...(onprogress ? { onprogress } : {}),
        });
    const whole = wholeResult(result);
    this.#cache?.put(method, params, whole, changes);
    if (method === 'tools/list') return this.#tools.read(whole, params.cursor === undefined);
    if (whole.resultType === 'task' && method !== 'tools/call') {
      throw new PatchbayError(
        'protocol',
        `The server answered ${method} with a task, which only a tool call may become.`,
      );
    }
    return whole;
  }

  #sendModern(
    method: string,
    params: JsonObject,
    { elicit }: RequestOptions,
    options: SdkRequestOptions & { readonly signal: AbortSignal },
  ): Promise<JsonObject> {
    const { client, requests, clock } = this.#parts;
    const request = (sent: JsonObject, more?: SdkRequestOptions) =>
      client.request({ method, params: sent } as never, anyObject, { ...options, ...more });
    if (!MAY_ASK.includes(method)) return request(params);
    const answer = (asked: string, about: JsonObject, signal: AbortSignal) =>
      requests.answer(asked, about, signal, elicit);
    return sendWithInputs(params, (sent) => request(sent, { allowInputRequired: true }), {
      answer,
      signal: options.signal,
      clock,
    });
  }

  async #callTool(params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    const { options, deadline } = exchange;
    const onWait = () => options.onProgress?.({ progress: 0, message: 'Waits for what is to be done in the browser.' });
    const call = () =>
      this.era === 'modern' ? this.#callModern(params, exchange) : this.#callLegacy(params, exchange);
    return this.#visits.run(String(params.name), { deadline, onWait, elicit: options.elicit }, call);
  }

  async #callModern(params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    const send = () => this.#send('tools/call', params, exchange, this.#headersFor(params));
    let result: JsonObject;
    try {
      result = await send();
    } catch (error) {
      const isMismatch = ProtocolError.isInstance(error) && error.code === HEADER_MISMATCH;
      if (!isMismatch || this.#parts.launch.transport !== 'http') throw error;
      // The tool has other headers than when it was listed.
      await this.#listTools(exchange);
      result = await send();
    }
    return result.resultType === 'task' ? followExtensionTask(result, this.#taskContext(exchange)) : result;
  }

  async #callLegacy(params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    if (!(await this.#isTask(params, exchange))) return this.#send('tools/call', params, exchange);
    const ttl = exchange.options.maxTotalMs || TASK_TTL_MS;
    const created = await this.#send('tools/call', { ...params, task: { ttl } }, exchange);
    return created.task === undefined ? created : followCoreTask(created, this.#taskContext(exchange));
  }

  /** Revision 2025-11-25 leaves it to the client; a tool that can do without runs as a plain call. */
  async #isTask({ name }: JsonObject, exchange: Exchange): Promise<boolean> {
    const { requests } = (this.capabilities.tasks ?? {}) as { requests?: { tools?: { call?: unknown } } };
    if (requests?.tools?.call === undefined) return false;
    // A call that came with the connect is ahead of the list.
    if (!this.#tools.isListed) await this.#listTools(exchange);
    return this.#tools.isTaskRequired(name);
  }

  #listTools({ options, deadline }: Exchange): Promise<void> {
    const exchange = { options: silent(options), deadline };
    return this.#tools.listAgain((cursor) =>
      this.#send('tools/list', cursor === undefined ? {} : { cursor }, exchange),
    );
  }

  #taskContext(exchange: Exchange) {
    const { options, deadline } = exchange;
    const { clock, requests } = this.#parts;
    return {
      send: (method: string, params: JsonObject, signal: AbortSignal) => {
        const request = { options: silent(options), deadline };
        if (signal === deadline.signal) return this.#send(method, params, request);
        const own = new RequestDeadline({ clock, timeoutMs: 0, maxTotalMs: 0, signal });
        return this.#send(method, params, { ...request, deadline: own }).finally(() => own.dispose());
      },
      answer: (method: string, params: JsonObject, signal: AbortSignal) =>
        requests.answer(method, params, signal, options.elicit),
      signal: deadline.signal,
      clock,
      onAlive: () => options.resetOnProgress && deadline.touch(),
      onProgress: options.onProgress,
    };
  }

  #headersFor({ name, arguments: args }: JsonObject): Record<string, string> | undefined {
    if (this.#parts.launch.transport !== 'http') return undefined;
    return toolHeaders(this.#tools.inputSchema(name), (args ?? {}) as JsonObject);
  }

  /** MCP 2026-07-28, basic: what a legacy server was told once, a modern one is told with each request. */
  #withMeta(method: string, params: JsonObject): JsonObject {
    if (this.era !== 'modern' || !MAY_ASK.includes(method)) return params;
    const { requests, logLevel } = this.#parts;
    const meta: Record<string, unknown> = { ...(params._meta as JsonObject | undefined) };
    if (this.capabilities.logging) meta[LOG_LEVEL_META_KEY] = mcpLogLevel(logLevel);
    if (method === 'tools/call') {
      meta[CLIENT_CAPABILITIES_META_KEY] = { ...requests.capabilities, extensions: { [TASKS_EXTENSION]: {} } };
    }
    return { ...params, _meta: meta as JsonObject };
  }

  async #setLogLevel(): Promise<void> {
    const { logLevel, log } = this.#parts;
    try {
      await this.request('logging/setLevel', { level: mcpLogLevel(logLevel) }, { timeoutMs: 10_000 });
    } catch (error) {
      if (!this.#closed) log.debug(`The server's log level was not set: ${toError(error).message}`);
    }
  }
}

/** For the further messages of a request: its progress is told by the first one and by the state of its task. */
function silent({ onProgress: _, ...options }: RequestOptions): RequestOptions {
  return options;
}
