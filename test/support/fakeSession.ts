import type { PatchbayError } from '../../src/base/errors';
import { Emitter } from '../../src/base/event';
import type { RequestOptions, Session } from '../../src/core/connection/session';
import type { JsonObject } from '../../src/shared/json';

/** A session whose peer is the test. */
export class FakeSession implements Session {
  readonly era = 'legacy';
  readonly protocolVersion = '2025-11-25';
  readonly serverInfo = { name: 'fake', version: '1' };
  readonly instructions = undefined;
  readonly capabilities: JsonObject;
  processId: number | undefined;
  readonly roundTripMs = undefined;
  readonly #close = new Emitter<PatchbayError | undefined>();
  readonly #tools = new Emitter<void>();
  readonly onDidClose = this.#close.event;
  readonly onDidChangeTools = this.#tools.event;
  readonly onDidChangePrompts = new Emitter<void>().event;
  readonly #resources = new Emitter<void>();
  readonly onDidChangeResources = this.#resources.event;
  readonly #updates = new Emitter<string>();
  readonly onDidUpdateResource = this.#updates.event;
  readonly subscribed = new Set<string>();
  readonly requests: { method: string; params: JsonObject; options: RequestOptions }[] = [];
  activity = { heardAt: 0, pending: 0, gaveUpAt: 0 };
  isClosed = false;
  closeReason: PatchbayError | undefined;
  closeCalls = 0;
  answer: (method: string, params: JsonObject, options: RequestOptions) => Promise<JsonObject> = async () => ({});

  constructor(capabilities: JsonObject = { tools: {} }) {
    this.capabilities = capabilities;
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<JsonObject> {
    this.requests.push({ method, params, options });
    return this.answer(method, params, options);
  }

  /** The peer goes away. */
  drop(error?: PatchbayError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closeReason = error;
    this.#close.fire(error);
  }

  async subscribeToResource(uri: string): Promise<void> {
    this.subscribed.add(uri);
  }

  async unsubscribeFromResource(uri: string): Promise<void> {
    this.subscribed.delete(uri);
  }

  announceUpdate(uri: string): void {
    this.#updates.fire(uri);
  }

  announceTools(): void {
    this.#tools.fire();
  }

  announceResources(): void {
    this.#resources.fire();
  }

  fail(error: PatchbayError): void {
    this.drop(error);
  }

  async close(): Promise<void> {
    this.closeCalls += 1;
    this.drop();
  }

  dispose(): void {
    void this.close();
  }
}
