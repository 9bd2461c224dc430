import { createContext } from 'preact';
import type { LinkView } from '../../shared/linkedResources';
import type { Host } from './host';

/** What is known of the resources that results link to, whichever part of the panel is drawn at the moment. */
export class Links {
  readonly #host: Host;
  readonly #views = new Map<string, LinkView>();
  readonly #listeners = new Set<() => void>();

  constructor(host: Host) {
    this.#host = host;
    host.onMessage((message) => {
      if (message.type === 'init') this.#views.clear();
      else if (message.type === 'link') {
        const key = keyOf(message.id, message.block);
        if (message.view) this.#views.set(key, message.view);
        else this.#views.delete(key);
      } else return;
      for (const listener of this.#listeners) listener();
    });
  }

  view(id: string, block: number): LinkView | undefined {
    return this.#views.get(keyOf(id, block));
  }

  /** Reads the resource, or gives that up where it is under way. */
  toggle(id: string, block: number): void {
    const isReading = this.view(id, block)?.status === 'reading';
    this.#host.post({ type: isReading ? 'cancelLink' : 'readLink', id, block });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The links of this panel. */
export const LinksContext = createContext<Links | undefined>(undefined);

function keyOf(id: string, block: number): string {
  return `${id}/${block}`;
}
