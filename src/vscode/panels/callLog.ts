import type { Hub } from '../../core/hubTypes';
import type { Exchange } from '../../core/traffic/exchange';
import type { LogLine } from '../../shared/toolPanel';
import { manyLines } from '../plainText';

const MAX_LINES = 200;
const MAX_TEXT = 1_000;

/**
 * What a server, or the members of a group, reported while a call ran: the last lines of it. No revision of the protocol
 * says in the message which request it is about, so that lines written while several calls ran are marked as shared.
 */
export class CallLog {
  readonly #subscriptions: { dispose(): void }[];
  readonly #onLine: () => void;
  readonly #running = new Set<string>();
  /** Reads the whole record, which only a server that logs is worth. */
  #countEarlier: (() => void) | undefined;
  #lines: LogLine[] = [];

  constructor(hub: Hub, server: string, onLine: () => void) {
    this.#onLine = onLine;
    const snapshot = hub.server(server);
    const ids = snapshot?.group?.members.map(({ id }) => id) ?? [server];
    // A server that is gone has no traffic; the call itself will say so.
    const known = ids.filter((id) => hub.server(id) !== undefined).map((id) => [id, hub.traffic(id)] as const);
    this.#countEarlier = () => {
      for (const [id, traffic] of known) for (const exchange of traffic.snapshot()) this.#count(id, exchange);
    };
    this.#subscriptions = known.flatMap(([id, traffic]) => {
      return [
        traffic.onDidAdd((exchange) => {
          this.#count(id, exchange);
          this.#add(exchange);
        }),
        traffic.onDidFinish((exchange) => this.#count(id, exchange)),
      ];
    });
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  #count(server: string, { direction, method, state, number }: Exchange): void {
    if (direction !== 'sent' || method !== 'tools/call') return;
    const key = `${number} ${server}`;
    if (state === 'pending') this.#running.add(key);
    else this.#running.delete(key);
  }

  #add({ direction, method, request }: Exchange): void {
    if (direction !== 'received' || method !== 'notifications/message') return;
    this.#countEarlier?.();
    this.#countEarlier = undefined;
    const { params } = (request?.message ?? {}) as { params?: { level?: unknown; data?: unknown } };
    const data = params?.data;
    const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
    const level = typeof params?.level === 'string' ? manyLines(params.level, 20) : 'info';
    const line = { level, text: manyLines(text, MAX_TEXT), ...(this.#running.size > 1 && { shared: true as const }) };
    this.#lines = [...this.#lines, line].slice(-MAX_LINES);
    this.#onLine();
  }
}
