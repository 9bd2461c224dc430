import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, isPatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Session } from '../connection/session';
import type { Logger } from '../ports';
import { listResources } from './otherLists';
import { Relisting } from './relisting';
import { ResourcePattern } from './resourcePatterns';

const MAX_SUBSCRIPTIONS = 1000;
/** What comparing the addresses of one list may take: characters in all, and at a stretch (a few ms). */
const MAX_STEPS = 50_000_000;
const STEPS_AT_A_STRETCH = 1_000_000;
/** Requests at the same time. */
const MAX_PARALLEL = 32;

export interface PatternSubscriptionsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** See `ResourcePattern`. */
  readonly patterns: readonly string[];
}

/** What is subscribed to on one session. */
interface Attachment {
  readonly session: Session;
  readonly timeoutMs: number;
  readonly subscribed: Set<string>;
  /** What the server refused, so that it is not asked again at each change of its list. */
  readonly refused: Set<string>;
  readonly store: DisposableStore;
}

/** Subscribes to the resources of a server whose address matches a pattern, on each session anew. */
export class PatternSubscriptions implements Disposable {
  readonly #options: PatternSubscriptionsOptions;
  readonly #updateEmitter = new Emitter<{ readonly uri: string }>();
  #patterns: readonly string[];
  #current: Attachment | undefined;
  /** One look at the list after the other, so that the newest one is the last word. */
  #queue: Promise<void> = Promise.resolve();

  /** A resource is another one now; its address is as the server names it, and may be one below what is subscribed to. */
  readonly onDidUpdate: Event<{ readonly uri: string }> = this.#updateEmitter.event;

  constructor(options: PatternSubscriptionsOptions) {
    this.#options = options;
    this.#patterns = options.patterns;
  }

  /** Addresses that the open session is subscribed to. */
  get uris(): readonly string[] {
    return [...(this.#current?.subscribed ?? [])];
  }

  /** Takes effect on the open session too. */
  setPatterns(patterns: readonly string[]): void {
    this.#patterns = patterns;
    if (this.#current) void this.#refresh(this.#current);
  }

  /** Subscribes on a session that has just opened and follows its list. Resolves when that is done once; never rejects. */
  async attach(session: Session, timeoutMs: number): Promise<void> {
    this.detach();
    const store = new DisposableStore();
    const current = { session, timeoutMs, subscribed: new Set<string>(), refused: new Set<string>(), store };
    this.#current = current;
    const relisting = store.add(new Relisting(this.#options.clock, () => this.#refresh(current)));
    store.add(session.onDidUpdateResource((uri) => this.#updateEmitter.fire({ uri })));
    store.add(session.onDidChangeResources(() => relisting.announced()));
    store.add(session.onDidClose(() => store.dispose()));
    await this.#refresh(current);
  }

  /** The session is gone, and its subscriptions with it. */
  detach(): void {
    this.#current?.store.dispose();
    this.#current = undefined;
  }

  dispose(): void {
    this.detach();
    this.#updateEmitter.dispose();
  }

  #refresh(current: Attachment): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      try {
        if (!current.store.isDisposed) await this.#synchronize(current);
      } catch (error) {
        if (!current.store.isDisposed) {
          this.#options.log.warn(`The resources could not be listed to subscribe to them: ${describeError(error)}`);
        }
      }
    });
    return this.#queue;
  }

  async #synchronize(current: Attachment): Promise<void> {
    const { session, timeoutMs, subscribed, refused } = current;
    if (this.#patterns.length === 0 && subscribed.size === 0) return;
    const { resources } = session.capabilities as { readonly resources?: JsonObject };
    if (resources?.subscribe !== true) {
      this.#options.log.info('The server does not tell of changed resources, so none of "resources" is subscribed to.');
      return;
    }
    const wanted = await this.#select(await listResources(session, timeoutMs));
    const gone = [...subscribed].filter((uri) => !wanted.has(uri));
    await this.#each(current, gone, async (uri) => {
      subscribed.delete(uri);
      await session.unsubscribeFromResource(uri, { timeoutMs });
    });
    for (const uri of refused) if (!wanted.has(uri)) refused.delete(uri);
    const added = [...wanted].filter((uri) => !subscribed.has(uri) && !refused.has(uri));
    const failed = await this.#each(current, added, async (uri) => {
      refused.add(uri);
      try {
        await session.subscribeToResource(uri, { timeoutMs });
        subscribed.add(uri);
        refused.delete(uri);
      } catch (error) {
        // Silence is no refusal: the next change of the list is another chance.
        if (isPatchbayError(error) && error.kind === 'timeout') refused.delete(uri);
        throw error;
      }
    });
    if (failed.count > 0 && !current.store.isDisposed) {
      const what = failed.count === 1 ? 'One resource' : `${failed.count} resources`;
      this.#options.log.warn(`${what} could not be subscribed to: ${describeError(failed.first)}`);
    }
  }

  async #select(resources: readonly unknown[]): Promise<Set<string>> {
    const { log } = this.#options;
    const patterns = this.#patterns.map((pattern) => new ResourcePattern(pattern));
    const work = { steps: 0, pauseAt: STEPS_AT_A_STRETCH };
    const matched = new Set<string>();
    for (const resource of resources) {
      const { uri } = (resource ?? {}) as { readonly uri?: unknown };
      if (typeof uri !== 'string' || matched.has(uri) || !(await matchesAny(patterns, uri, work))) continue;
      if (matched.size === MAX_SUBSCRIPTIONS) {
        log.warn(`More than ${MAX_SUBSCRIPTIONS} resources match "resources": the others are left out.`);
        break;
      }
      matched.add(uri);
    }
    if (work.steps > MAX_STEPS) log.warn('There is too much to compare with "resources": what is left is left out.');
    return matched;
  }

  /** Does the same for each, a few at a time, until all are done or the session is gone. */
  async #each(
    { store }: Attachment,
    uris: readonly string[],
    run: (uri: string) => Promise<void>,
  ): Promise<{ readonly count: number; readonly first: unknown }> {
    const waiting = [...uris].reverse();
    const failed = { count: 0, first: undefined as unknown };
    const work = async () => {
      for (let uri = waiting.pop(); uri !== undefined && !store.isDisposed; uri = waiting.pop()) {
        try {
          await run(uri);
        } catch (error) {
          failed.count += 1;
          failed.first ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: MAX_PARALLEL }, work));
    return failed;
  }
}

/** Lets others go on from time to time, because a server may list many long addresses. False when it took too long. */
async function matchesAny(
  patterns: readonly ResourcePattern[],
  uri: string,
  work: { steps: number; pauseAt: number },
): Promise<boolean> {
  for (const pattern of patterns) {
    if (work.steps > MAX_STEPS) return false;
    if (pattern.matches(uri, work)) return true;
    if (work.steps < work.pauseAt) continue;
    work.pauseAt = work.steps + STEPS_AT_A_STRETCH;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}
