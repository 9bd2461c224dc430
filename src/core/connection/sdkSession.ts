import type { Client, McpSubscription, StandardSchemaV1 } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { type PatchbayError, toError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Implementation } from '../../shared/mcp';
import type { Logger } from '../ports';
import type { AnyLaunch, McpTransport } from '../transports/transport';
import type { Era } from './era';
import { describeFailure, isPeerGone } from './failures';
import type { RequestOptions, Session } from './session';

/**
 * Accepts any result: the SDK's own schemas strip members they do not know and turn one bad tool or one unknown content
 * block into the loss of the whole answer.
 */
const anyResult: StandardSchemaV1<unknown, JsonObject> = {
  '~standard': { version: 1, vendor: 'patchbay', validate: (value) => ({ value: value as JsonObject }) },
};

/** The longest time a Node timer takes: 24 days. */
const NO_LIMIT_MS = 2_147_483_647;
const TOOLS_CHANGED = 'notifications/tools/list_changed';
/** Pause in ms before `subscriptions/listen` is sent again after the server ended it. */
const LISTEN_AGAIN_MS = 2000;

export interface SdkSessionParts {
  readonly client: Client;
  readonly transport: McpTransport;
  readonly launch: AnyLaunch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A `Session` on the SDK's `Client`, which is connected already. */
export class SdkSession implements Session {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly serverInfo: Implementation | undefined;
  readonly instructions: string | undefined;
  readonly capabilities: JsonObject;
  readonly #parts: SdkSessionParts;
  readonly #store = new DisposableStore();
  readonly #closeEmitter = this.#store.add(new Emitter<PatchbayError | undefined>());
  readonly #toolsEmitter = this.#store.add(new Emitter<void>());
  #closed = false;
  /** Why the link is being given up although the transport itself saw no end. */
  #failure: PatchbayError | undefined;
  #closing = false;

  readonly onDidClose = this.#closeEmitter.event;
  readonly onDidChangeTools = this.#toolsEmitter.event;

  constructor(parts: SdkSessionParts) {
    this.#parts = parts;
    const { client } = parts;
    this.era = client.getProtocolEra() === 'modern' ? 'modern' : 'legacy';
    this.protocolVersion = client.getNegotiatedProtocolVersion() ?? 'unknown';
    this.serverInfo = client.getServerVersion() as Implementation | undefined;
    this.instructions = client.getInstructions();
    this.capabilities = (client.getServerCapabilities() ?? {}) as JsonObject;
    client.onclose = () => this.#handleClose();
    client.setNotificationHandler(TOOLS_CHANGED, () => this.#toolsEmitter.fire());
    void this.#listen();
  }

  get processId(): number | undefined {
    return this.#parts.transport.processId;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<JsonObject> {
    const { client, launch, transport } = this.#parts;
    try {
      return await client.request({ method, params } as never, anyResult, {
        timeout: options.timeoutMs || NO_LIMIT_MS,
        resetTimeoutOnProgress: options.resetOnProgress ?? false,
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.maxTotalMs ? { maxTotalTimeout: options.maxTotalMs } : {}),
        ...(options.onProgress ? { onprogress: options.onProgress } : {}),
      });
    } catch (error) {
      const tool = method === 'tools/call' ? String(params.name) : undefined;
      const failure = describeFailure(error, {
        launch,
        transport,
        subject: tool === undefined ? `The request ${method}` : `The tool "${tool}"`,
        timeoutMs: options.timeoutMs,
        timeoutSetting: tool === undefined ? '"timeouts.requestMs"' : '"timeouts.toolMs"',
        signal: options.signal,
      });
      // An HTTP link has no end of its own to watch: a peer that cannot be reached any more is one.
      if (isPeerGone(failure)) this.fail(failure);
      throw failure;
    }
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
    this.#closeEmitter.fire(this.#closing ? undefined : (this.#failure ?? this.#parts.transport.closeError));
    this.#store.dispose();
  }

  /** MCP 2026-07-28, server/utilities/subscriptions: without a listen request a modern server announces nothing. */
  async #listen(): Promise<void> {
    const { client, clock, log } = this.#parts;
    const tools = this.capabilities.tools as JsonObject | undefined;
    if (this.era !== 'modern' || tools?.listChanged !== true || this.#closed) return;
    let subscription: McpSubscription;
    try {
      subscription = await client.listen({ toolsListChanged: true });
    } catch (error) {
      if (!this.#closed) log.warn(`Changes of the tool list are not announced: ${toError(error).message}`);
      return;
    }
    const end = await subscription.closed;
    if (end === 'local' || this.#closed) return;
    this.#store.add(
      clock.setTimeout(() => {
        if (this.#closed) return;
        void this.#listen();
        // What changed in the gap was not announced.
        this.#toolsEmitter.fire();
      }, LISTEN_AGAIN_MS),
    );
  }
}
