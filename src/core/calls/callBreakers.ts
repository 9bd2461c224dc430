import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { type ErrorKind, isPatchbayError, type PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import { type BreakerPass, type BreakerState, CircuitBreaker, isBreakerFailure } from '../balancing/breaker';
import type { OpenBreaker } from '../balancing/groupView';

/** One call that both breakers let through. One of the two, once. */
export interface CallPass {
  succeeded(): void;
  ended(error: unknown): void;
}

/** Failures of a call that the calls of other tools would meet as well. */
const SPEAKS_OF_SERVER: ReadonlySet<ErrorKind> = new Set(['connectionClosed', 'transport']);
/** A breaker for each tool that was called, up to so many: those that were called last and those that are not well. */
const MAX_TOOL_BREAKERS = 500;

export interface CallBreakersOptions {
  readonly clock: Clock;
  readonly serverId: string;
  /** An error as people may read it. */
  readonly describe: (error: unknown) => PatchbayError;
}

/** The breaker of one server, and those of its tools. */
export class CallBreakers implements Disposable {
  readonly #options: CallBreakersOptions;
  readonly #changeEmitter = new Emitter<void>();
  readonly #ofServer: CircuitBreaker;
  readonly #ofTools = new Map<string, CircuitBreaker>();

  /** A breaker is in another state. */
  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(options: CallBreakersOptions) {
    this.#options = options;
    this.#ofServer = this.#create(`The server "${options.serverId}"`);
  }

  get ofServer(): BreakerState {
    return this.#ofServer.state;
  }

  /** Tools whose breaker is not closed. */
  get ofTools(): ReadonlyMap<string, OpenBreaker> {
    const states = [...this.#ofTools].map(([tool, { state }]) => [tool, state] as const);
    return new Map(states.flatMap(([tool, state]) => (state.kind === 'closed' ? [] : [[tool, state] as const])));
  }

  /** Throws where no call may pass, so that nothing waits in line for what will not be let through. */
  refuseWhereOpen(tool: string): void {
    for (const breaker of [this.#ofServer, this.#ofTools.get(tool)]) {
      if (breaker?.state.kind === 'open') breaker.enter();
    }
  }

  /** Throws a `PatchbayError` of kind `limit` where one of the two lets no call pass. */
  enter(tool: string): CallPass {
    const ofServer = this.#ofServer.enter();
    let ofTool: BreakerPass | undefined;
    try {
      ofTool = this.#ofTool(tool)?.enter();
    } catch (error) {
      ofServer.released();
      throw error;
    }
    return {
      succeeded: () => {
        ofServer.succeeded();
        ofTool?.succeeded();
      },
      // What only one tool does, such as being slow, says nothing of the others.
      ended: (error) => {
        const reason = this.#options.describe(error).message;
        if (isBreakerFailure(error)) ofTool?.failed(reason);
        else ofTool?.released();
        if (isPatchbayError(error) && SPEAKS_OF_SERVER.has(error.kind)) ofServer.failed(reason);
        else ofServer.released();
      },
    };
  }

  /** Lets calls pass again. For a person who connects anew. */
  reset(): void {
    this.#ofServer.reset();
    for (const breaker of this.#ofTools.values()) breaker.reset();
  }

  dispose(): void {
    this.#ofServer.dispose();
    for (const breaker of this.#ofTools.values()) breaker.dispose();
    this.#changeEmitter.dispose();
  }

  #ofTool(tool: string): CircuitBreaker | undefined {
    const known = this.#ofTools.get(tool);
    if (known) {
      // The map's order is that of the last calls.
      this.#ofTools.delete(tool);
      this.#ofTools.set(tool, known);
      return known;
    }
    if (this.#ofTools.size >= MAX_TOOL_BREAKERS && !this.#dropOne()) return undefined;
    const breaker = this.#create(`The tool "${tool}" of "${this.#options.serverId}"`);
    this.#ofTools.set(tool, breaker);
    return breaker;
  }

  /** The one that was called least lately of those without failures, else of those that let calls pass. */
  #dropOne(): boolean {
    const all = [...this.#ofTools];
    const [tool, breaker] =
      all.find(([, { isUntroubled }]) => isUntroubled) ?? all.find(([, { state }]) => state.kind === 'closed') ?? [];
    if (tool === undefined) return false;
    breaker?.dispose();
    return this.#ofTools.delete(tool);
  }

  #create(subject: string): CircuitBreaker {
    const breaker = new CircuitBreaker(this.#options.clock, subject);
    breaker.onDidChange(() => this.#changeEmitter.fire());
    return breaker;
  }
}
