import { type Client, ProtocolError } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Elicit } from '../ports';
import { anyObject } from './anyObject';
import { readElicitation } from './elicitation';
import type { RequestDeadline } from './requestDeadline';
import type { ServerRequests } from './serverRequests';

/** MCP 2025-11-25, client/elicitation: an address must be visited before the request can work. */
const URL_ELICITATION_REQUIRED = -32042;
/** Addresses that one answer may name. */
const MAX_ADDRESSES = 5;
/** How long in ms the server has to say that it is done there, from the person's consent on. */
const COMPLETE_MS = 3 * 60_000;
/** How often one call is sent again for it. */
const MAX_VISITS = 3;

type Outcome = 'declined' | 'done' | 'open';

export interface UrlElicitationsOptions {
  readonly client: Client;
  readonly requests: ServerRequests;
  readonly serverName: string;
  readonly clock: Clock;
}

/** On whose behalf an address is visited. */
interface Visitor {
  readonly deadline: RequestDeadline;
  /** Told when the waiting begins. */
  readonly onWait: () => void;
  /** Asks the person in place of the host's own. */
  readonly elicit: Elicit | undefined;
}

/** Calls of a legacy server that want an address visited first, in the words of MCP 2025-11-25, client/elicitation. */
export class UrlElicitations implements Disposable {
  readonly #options: UrlElicitationsOptions;
  readonly #store = new DisposableStore();
  readonly #completeEmitter = this.#store.add(new Emitter<string>());
  readonly #ended = new AbortController();

  constructor(options: UrlElicitationsOptions) {
    this.#options = options;
    options.client.setNotificationHandler('notifications/elicitation/complete', { params: anyObject }, (params) => {
      if (typeof params.elicitationId === 'string') this.#completeEmitter.fire(params.elicitationId);
    });
  }

  /**
   * Makes a call. Where the server wants an address visited first, the person is asked, the word that it is done there is
   * waited for, three minutes at most, and the call is made again, three times at most. Rejects with a `tool` error where
   * it comes to nothing.
   */
  async run<T>(tool: string, visitor: Visitor, call: () => Promise<T>): Promise<T> {
    for (let visits = 0; ; visits++) {
      try {
        return await call();
      } catch (error) {
        if (!ProtocolError.isInstance(error) || error.code !== URL_ELICITATION_REQUIRED) throw error;
        const outcome = visits < MAX_VISITS ? await this.#visit(error.data, visitor) : 'declined';
        if (outcome !== 'done') throw visitFirst(tool, outcome, error);
      }
    }
  }

  dispose(): void {
    this.#ended.abort();
    this.#store.dispose();
  }

  async #visit(data: unknown, { deadline, onWait, elicit }: Visitor): Promise<Outcome> {
    const { requests, serverName } = this.#options;
    const { elicitations } = (data ?? {}) as { elicitations?: unknown };
    const wanted = (Array.isArray(elicitations) ? elicitations.slice(0, MAX_ADDRESSES) : []) as JsonObject[];
    const open = new Set(wanted.map(({ elicitationId }) => elicitationId));
    // Before the first question: the person may be faster than the last one.
    const listening = this.#completeEmitter.event((id) => open.delete(id));
    try {
      for (const params of wanted) {
        const request = readElicitation({ ...params, mode: 'url' }, serverName);
        if ((await requests.elicit(request, deadline.signal, elicit)).action !== 'accept') return 'declined';
      }
      if (wanted.length === 0) return 'declined';
      onWait();
      return await this.#completed(open, deadline);
    } finally {
      listening.dispose();
    }
  }

  /** Resolves with `done` when nothing is left in `open`, with `open` when the time is over. */
  async #completed(open: ReadonlySet<unknown>, deadline: RequestDeadline): Promise<Outcome> {
    if (open.size === 0) return 'done';
    // Without an id there is nothing to wait for.
    if ([...open].some((id) => typeof id !== 'string')) return 'open';
    const store = new DisposableStore();
    store.add(deadline.pause());
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        store.add(this.#completeEmitter.event(() => open.size === 0 && resolve('done')));
        store.add(this.#options.clock.setTimeout(() => resolve('open'), COMPLETE_MS));
        for (const signal of [deadline.signal, this.#ended.signal]) {
          const onAbort = () => reject(signal === deadline.signal ? signal.reason : closed());
          signal.addEventListener('abort', onAbort, { once: true });
          store.add({ dispose: () => signal.removeEventListener('abort', onAbort) });
          if (signal.aborted) onAbort();
        }
      });
    } finally {
      store.dispose();
    }
  }
}

function visitFirst(tool: string, outcome: Outcome, cause: ProtocolError): PatchbayError {
  return new PatchbayError('tool', `The tool "${tool}" needs something done in the browser first.`, {
    code: URL_ELICITATION_REQUIRED,
    hint: outcome === 'open' ? 'Finish it there, then call the tool again.' : 'Call it again to see what.',
    cause,
  });
}

function closed(): PatchbayError {
  return new PatchbayError('connectionClosed', 'The connection closed while the call waited for the browser.', {
    retryable: true,
  });
}
