/** Numbers about calls and connections, as rows of a hover. */
import type { HubMetrics } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { escapeMarkdown } from '../plainText';
import { hitRate, poolWords, type ServerLoad } from '../tree/poolRow';
import { duration } from '../tree/timeWords';

export type ServerNumbers = HubMetrics['servers'][number];
type CallNumbers = Pick<ServerNumbers, 'total_requests' | 'failed_requests' | 'tool_errors' | 'errors'> &
  Pick<ServerNumbers, 'avg_request_duration' | 'request_duration'>;

export interface ServerFigures {
  /** Undefined where nothing was counted yet. */
  readonly counted: ServerNumbers | undefined;
  readonly load: ServerLoad | undefined;
}

/** Of one server, for the hovers of its rows. */
export function figuresOf({ servers, now }: HubMetrics, id: string): ServerFigures {
  return {
    counted: servers.find(({ server }) => server === id),
    load: now.servers.find(({ server }) => server === id),
  };
}

export function callRows(numbers: CallNumbers, t: Translate): [string, string][] {
  if (numbers.total_requests === 0) return [];
  const calls = [String(numbers.total_requests)];
  if (numbers.avg_request_duration !== null) calls.push(t('{0} on average', duration(numbers.avg_request_duration, t)));
  if (numbers.request_duration !== null) calls.push(t('95 % within {0}', duration(numbers.request_duration.p95, t)));
  const rows: [string, string][] = [[t('Calls'), escapeMarkdown(calls.join(' · '))]];
  const failures: string[] = [];
  if (numbers.failed_requests > 0) failures.push(t('{0} failed ({1})', numbers.failed_requests, kinds(numbers.errors)));
  if (numbers.tool_errors > 0) failures.push(t('{0} answered with an error', numbers.tool_errors));
  if (failures.length > 0) rows.push([t('Errors'), escapeMarkdown(failures.join(' · '))]);
  return rows;
}

export function serverFigureRows({ counted, load }: ServerFigures, hasPool: boolean, t: Translate): [string, string][] {
  const rows = counted ? callRows(counted, t) : [];
  if (counted && counted.connections_opened + counted.connections_reconnected + counted.connections_failed > 0) {
    const words = [t('{0} opened', counted.connections_opened + counted.connections_reconnected)];
    if (counted.connections_reconnected > 0) words.push(t('{0} of them reconnects', counted.connections_reconnected));
    if (counted.connections_failed > 0) words.push(t('{0} attempts failed', counted.connections_failed));
    rows.push([t('Connections'), escapeMarkdown(words.join(' · '))]);
  }
  if (!load) return rows;
  const rate = hitRate(load, t);
  if (hasPool) rows.push([t('Pool'), escapeMarkdown([poolWords(load, t), rate].filter(Boolean).join(' · '))]);
  else if (rate) rows.push([t('Pool'), escapeMarkdown(rate)]);
  if (load.remaining !== null) rows.push([t('Rate limit'), escapeMarkdown(t('{0} calls may go now', load.remaining))]);
  if (load.subscribed > 0) rows.push([t('Subscribed resources'), String(load.subscribed)]);
  return rows;
}

function kinds(errors: ServerNumbers['errors']): string {
  return Object.entries(errors)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
