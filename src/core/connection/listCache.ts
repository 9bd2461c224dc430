import type { Clock } from '../../base/clock';
import type { JsonObject } from '../../shared/json';
import type { ListKind } from './listChanges';

/** By the list whose change ends what is known. Tools are not among them: they are asked for only where a reason is. */
const KINDS: ReadonlyMap<string, ListKind> = new Map([
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resources'],
]);
/** Pages that are kept; the oldest goes first. */
const MAX_PAGES = 100;
const MAX_TTL_MS = 24 * 60 * 60_000;

interface Page {
  readonly kind: ListKind;
  readonly result: JsonObject;
  /** ms of the clock. */
  readonly staleAt: number;
}

/**
 * The pages of lists that a server of 2026-07-28 calls fresh for a while by `ttlMs` (MCP 2026-07-28, server/utilities/caching),
 * each by its method and params. It lives with its session, so that what is `private` never leaves the credentials it was
 * sent to. A change that is announced ends it at once.
 */
export class ListCache {
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many changes were announced so far: what was asked for before one may be what was before it. */
  get changes(): number {
    return this.#changes;
  }

  get(method: string, params: JsonObject): JsonObject | undefined {
    if (!KINDS.has(method)) return undefined;
    const key = keyOf(method, params);
    const page = this.#pages.get(key);
    if (!page) return undefined;
    if (this.#clock.now() < page.staleAt) return page.result;
    this.#pages.delete(key);
    return undefined;
  }

  /** Keeps `result` where it says that it may be. `changes`: those that were announced when it was asked for. */
  put(method: string, params: JsonObject, result: JsonObject, changes = this.#changes): void {
    const kind = KINDS.get(method);
    if (!kind || changes !== this.#changes) return;
    const key = keyOf(method, params);
    this.#pages.delete(key);
    const { ttlMs } = result;
    if (typeof ttlMs !== 'number' || !(ttlMs > 0)) return;
    this.#pages.set(key, { kind, result, staleAt: this.#clock.now() + Math.min(ttlMs, MAX_TTL_MS) });
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest);
  }

  forget(kind: ListKind): void {
    this.#changes += 1;
    for (const [key, page] of this.#pages) if (page.kind === kind) this.#pages.delete(key);
  }
}

function keyOf(method: string, { _meta, ...params }: JsonObject): string {
  return JSON.stringify([method, params]);
}
