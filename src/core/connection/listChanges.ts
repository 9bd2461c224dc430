import type { Client, SubscriptionFilter } from '@modelcontextprotocol/client';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { JsonObject } from '../../shared/json';
import type { Logger } from '../ports';
import type { Era } from './era';
import { Listening } from './listening';

export type ListKind = 'tools' | 'prompts' | 'resources';

const KINDS: readonly ListKind[] = ['tools', 'prompts', 'resources'];

export interface ListChangesOptions {
  readonly client: Client;
  readonly era: Era;
  readonly capabilities: JsonObject;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells when a list of the server is another one. A legacy server says so by itself; a modern one only where it is
 * listened to. What changed while no stream was there was announced to nobody, so every list counts as changed then.
 */
export class ListChanges implements Disposable {
  readonly #store = new DisposableStore();
  readonly #emitter = this.#store.add(new Emitter<ListKind>());

  readonly onDidChange = this.#emitter.event;

  constructor({ client, era, capabilities, clock, log }: ListChangesOptions) {
    for (const kind of KINDS) {
      client.setNotificationHandler(`notifications/${kind}/list_changed`, () => this.#emitter.fire(kind));
    }
    // What the server declares to announce.
    const declared = KINDS.filter((kind) => (capabilities[kind] as JsonObject | undefined)?.listChanged === true);
    if (era !== 'modern' || declared.length === 0) return;
    const filter: SubscriptionFilter = {};
    for (const kind of declared) filter[`${kind}ListChanged`] = true;
    const onOpen = (honored: SubscriptionFilter) => {
      const missing = declared.filter((kind) => honored[`${kind}ListChanged`] !== true);
      if (missing.length > 0) log.warn(`The server does not announce changes of: ${missing.join(', ')}.`);
    };
    const onGap = () => {
      for (const kind of declared) this.#emitter.fire(kind);
    };
    this.#store.add(new Listening({ client, clock, log, filter, onOpen, onGap }));
  }

  dispose(): void {
    this.#store.dispose();
  }
}
