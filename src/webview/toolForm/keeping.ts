import type { JsonObject } from '../../shared/json';
import { holdsSecretNames } from '../../shared/secretNames';
import type { HostMessage } from '../../shared/toolPanel';
import type { Host, SavedState } from './host';

/** Where the panel is kept over hiding: in its own state, which VS Code writes to disk, or with secrets by the host in memory. */
export class Keeping {
  readonly #host: Host;
  #isSecret = false;
  #isWithHost = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** What was kept of the same tool. */
  load({ server, toolName, kept }: Extract<HostMessage, { type: 'init' }>): SavedState | undefined {
    this.#isWithHost = kept !== undefined;
    const saved = (kept as SavedState | undefined) ?? this.#host.load();
    return saved?.server === server.id && saved.tool === toolName ? saved : undefined;
  }

  /** `isSecret`: whether arguments may be secret by the schema, from which there is no way back. */
  save(state: SavedState, isSecret: boolean): void {
    this.#isSecret ||= isSecret;
    const { server, tool } = state;
    const withHost = this.#isSecret || holdsSecretNames(state);
    this.#host.save(withHost ? { server, tool } : state);
    if (withHost || this.#isWithHost)
      this.#host.post({ type: 'keep', ...(withHost && { state: state as unknown as JsonObject }) });
    this.#isWithHost = withHost;
  }
}
