import { isPatchbayError } from '../../base/errors';
import type { Direction, ExchangeState, TrafficLink } from './exchange';
import type { ExchangeRecord, TrafficLog } from './trafficLog';

/** The members of a message that pairing reads. Nothing of them is trusted. */
interface AnyMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown } | null;
  readonly result?: { readonly isError?: unknown } | null;
  readonly error?: { readonly data?: unknown; readonly message?: unknown } | null;
}

const CANCELLED = 'notifications/cancelled';
/** Requests that a server may leave open at us before the oldest is given up. */
const MAX_PENDING = 10_000;

/** Pairs requests and answers of one link, in both directions. */
export class LinkRecorder implements TrafficLink {
  readonly #log: TrafficLog;
  readonly #ours = new Map<string | number, ExchangeRecord>();
  readonly #theirs = new Map<string | number, ExchangeRecord>();

  constructor(log: TrafficLog) {
    this.#log = log;
  }

  get pendingCount(): number {
    return this.#ours.size;
  }

  isPending(id: string | number): boolean {
    return this.#ours.has(id);
  }

  onlyPending(): string | number | undefined {
    return this.#ours.size === 1 ? [...this.#ours.keys()][0] : undefined;
  }

  sent(message: unknown): void {
    this.#record(message as AnyMessage, 'sent', this.#ours, this.#theirs);
  }

  received(message: unknown): string | undefined {
    return this.#record(message as AnyMessage, 'received', this.#theirs, this.#ours)?.method;
  }

  failed(id: string | number, error: string): void {
    this.#end(this.#ours, id, 'failed', error);
  }

  cancelled(id: string | number): void {
    this.#end(this.#ours, id, 'cancelled');
  }

  noise(text: string): void {
    this.#log.begin('received', '', undefined, 'noise', undefined, text);
  }

  closed(error: string | undefined): void {
    for (const pending of [this.#ours, this.#theirs]) {
      for (const record of pending.values()) this.#log.finish(record, 'failed', undefined, error ?? 'Disconnected.');
      pending.clear();
    }
  }

  /** `own`: requests of the side that speaks; `other`: those that it may answer. Gives the request that this answers. */
  #record(
    message: AnyMessage,
    direction: Direction,
    own: Map<string | number, ExchangeRecord>,
    other: Map<string | number, ExchangeRecord>,
  ): ExchangeRecord | undefined {
    const { method } = message;
    const id = readId(message.id);
    if (typeof method !== 'string') return this.#answer(message, direction, id, other);
    if (id === undefined) {
      this.#log.begin(direction, method, undefined, 'oneWay', message);
      const cancelled = method === CANCELLED ? readId(message.params?.requestId) : undefined;
      if (cancelled !== undefined) this.#end(own, cancelled, 'cancelled');
      return undefined;
    }
    if (own.size >= MAX_PENDING) own.delete(own.keys().next().value ?? '');
    own.set(id, this.#log.begin(direction, method, id, 'pending', message));
    return undefined;
  }

  #answer(
    message: AnyMessage,
    direction: Direction,
    id: string | number | undefined,
    other: Map<string | number, ExchangeRecord>,
  ): ExchangeRecord | undefined {
    // Some servers give an integer back as a string; the SDK takes it for the integer, too.
    const key = id === undefined || other.has(id) ? id : Number(id);
    const record = key === undefined ? undefined : other.get(key);
    if (key === undefined || !record) {
      this.#log.begin(direction, '', id, 'oneWay', message);
      return undefined;
    }
    other.delete(key);
    // Not the server's answer: a transport gave it in the server's place.
    const local = message.error?.data;
    if (isPatchbayError(local)) this.#log.finish(record, 'failed', undefined, local.message);
    else this.#log.finish(record, outcomeOf(message), message);
    return record;
  }

  #end(pending: Map<string | number, ExchangeRecord>, id: string | number, state: ExchangeState, error?: string): void {
    const record = pending.get(id);
    if (!record) return;
    pending.delete(id);
    this.#log.finish(record, state, undefined, error);
  }
}

function outcomeOf(message: AnyMessage): ExchangeState {
  if (message.error) return 'error';
  return message.result?.isError === true ? 'toolError' : 'done';
}

function readId(id: unknown): string | number | undefined {
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
