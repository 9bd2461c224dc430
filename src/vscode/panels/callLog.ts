import type { Hub } from '../../core/hubTypes';
import type { Exchange } from '../../core/traffic/exchange';
import type { LogLine } from '../../shared/toolPanel';
import { manyLines } from '../plainText';

const MAX_LINES = 200;
const MAX_TEXT = 1_000;

/** What a server, or the members of a group, reported while a call ran: the last lines of it. */
export class CallLog {
  readonly #subscriptions: { dispose(): void }[];
  readonly #onLine: () => void;
  #lines: LogLine[] = [];

  constructor(hub: Hub, server: string, onLine: () => void) {
    this.#onLine = onLine;
    const snapshot = hub.server(server);
    const ids = snapshot?.group?.members.map(({ id }) => id) ?? [server];
    // A server that is gone has no traffic; the call itself will say so.
    const known = ids.filter((id) => hub.server(id) !== undefined);
    this.#subscriptions = known.map((id) => hub.traffic(id).onDidAdd((exchange) => this.#add(exchange)));
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  #add({ direction, method, request }: Exchange): void {
    if (direction !== 'received' || method !== 'notifications/message') return;
    const { params } = (request?.message ?? {}) as { params?: { level?: unknown; data?: unknown } };
    const data = params?.data;
    const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
    const level = typeof params?.level === 'string' ? manyLines(params.level, 20) : 'info';
    this.#lines = [...this.#lines, { level, text: manyLines(text, MAX_TEXT) }].slice(-MAX_LINES);
    this.#onLine();
  }
}
