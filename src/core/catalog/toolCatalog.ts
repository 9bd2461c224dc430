import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, isPatchbayError, PatchbayError, toError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { Tool } from '../../shared/mcp';
import type { Session } from '../connection/session';
import type { Logger, Memory } from '../ports';
import { Relisting } from './relisting';
import { isToolIncluded } from './toolFilter';
import { listTools } from './toolList';

/** Tool lists above this many characters are not remembered for the next window. */
const MAX_REMEMBERED = 256 * 1024;

export interface ToolCatalogOptions {
  readonly memory: Memory;
  /** Where the list of the last connection is remembered. */
  readonly memoryKey: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ToolFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What is known of one server's tools: from the open session, else from the last one. */
export class ToolCatalog implements Disposable {
  readonly #options: ToolCatalogOptions;
  readonly #changeEmitter = new Emitter<void>();
  #session: DisposableStore | undefined;
  #listed: readonly Tool[] = [];
  #tools: readonly Tool[] = [];
  #filter: ToolFilter;
  #status: 'unknown' | 'cached' | 'live' = 'unknown';
  #failure: PatchbayError | undefined;
  /** Listings run one after the other, so that the newest answer is the last one. */
  #queue: Promise<void> = Promise.resolve();

  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(options: ToolCatalogOptions, filter: ToolFilter) {
    this.#options = options;
    this.#filter = filter;
    const remembered = options.memory.get<readonly Tool[]>(options.memoryKey);
    if (!Array.isArray(remembered)) return;
    this.#status = 'cached';
    this.#setTools(remembered);
  }

  /** What passes the filter. Replaced only when the list or the filter is another one. */
  get tools(): readonly Tool[] {
    return this.#tools;
  }

  get status(): 'unknown' | 'cached' | 'live' {
    return this.#status;
  }

  /** Why the last listing failed. */
  get failure(): PatchbayError | undefined {
    return this.#failure;
  }

  set filter(filter: ToolFilter) {
    this.#filter = filter;
    this.#setTools(this.#listed);
  }

  /** Lists the tools of a session that has just opened and follows its changes. Resolves after the first listing. */
  async attach(session: Session, timeoutMs: number): Promise<void> {
    this.#session?.dispose();
    const store = new DisposableStore();
    this.#session = store;
    const { clock } = this.#options;
    const relisting = store.add(new Relisting(clock, () => this.refresh(session, timeoutMs)));
    store.add(session.onDidChangeTools(() => relisting.announced()));
    store.add(session.onDidClose(() => store.dispose()));
    await this.refresh(session, timeoutMs).catch(() => {});
  }

  /** What a server offered says nothing of what it offers once it is gone. */
  detach(): void {
    this.#session?.dispose();
    if (this.#status === 'live') this.#status = 'cached';
  }

  /** Lists once more. Rejects with a `PatchbayError`; `failure` then says the same unless the session is gone. */
  refresh(session: Session, timeoutMs: number): Promise<void> {
    this.#queue = this.#queue.catch(() => {}).then(() => this.#list(session, timeoutMs));
    return this.#queue;
  }

  dispose(): void {
    this.#session?.dispose();
    this.#changeEmitter.dispose();
  }

  async #list(session: Session, timeoutMs: number): Promise<void> {
    const { log } = this.#options;
    try {
      const { tools, warnings } = await listTools(session, timeoutMs);
      for (const warning of warnings) log.warn(warning);
      this.#setTools(tools);
      this.#status = 'live';
      this.#failure = undefined;
    } catch (cause) {
      const failure = listingFailure(cause);
      if (session.isClosed) throw failure;
      this.#failure = failure;
      log.warn(describeError(failure));
      this.#changeEmitter.fire();
      throw failure;
    }
    this.#changeEmitter.fire();
    await this.#remember();
  }

  #setTools(tools: readonly Tool[]): void {
    const { include, exclude } = this.#filter;
    this.#listed = tools;
    this.#tools = tools.filter(({ name }) => isToolIncluded(name, include, exclude));
  }

  async #remember(): Promise<void> {
    const { memory, memoryKey, log } = this.#options;
    try {
      // Throws where a schema is too deep; then there is nothing worth remembering.
      const text = JSON.stringify(this.#listed);
      if (JSON.stringify(memory.get(memoryKey)) === text) return;
      await memory.set(memoryKey, text.length <= MAX_REMEMBERED ? this.#listed : undefined);
    } catch (error) {
      log.warn(`The tool list was not remembered: ${toError(error).message}`);
    }
  }
}

function listingFailure(cause: unknown): PatchbayError {
  const message = `The tools could not be listed: ${toError(cause).message}`;
  if (!isPatchbayError(cause)) return new PatchbayError('protocol', message, { cause });
  const { kind, retryable, hint, code } = cause;
  return new PatchbayError(kind, message, {
    retryable,
    cause,
    ...(hint === undefined ? {} : { hint }),
    ...(code === undefined ? {} : { code }),
  });
}
