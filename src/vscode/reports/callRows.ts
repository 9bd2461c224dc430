/** Numbers about calls and connections, as rows of a hover. */
import type { HubMetrics } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { escapeMarkdown, oneLine } from '../plainText';
import { hitRate, poolWords, type ServerLoad } from '../tree/poolRow';
import { duration } from '../tree/timeWords';

const MAX_MEMBERS = 20;

export type ServerNumbers = HubMetrics['servers'][number];
type CallNumbers = Pick<ServerNumbers, 'total_requests' | 'failed_requests' | 'tool_errors' | 'errors'> &
  Pick<ServerNumbers, 'avg_request_duration' | 'request_duration'>;

export type GroupNumbers = HubMetrics['groups'][number];

export interface ServerFigures {
  /** Undefined where nothing was counted yet. */
  readonly counted: ServerNumbers | undefined;
  readonly load: ServerLoad | undefined;
  /** Of a group; `counted` and `load` are undefined then. */
  readonly group?: GroupNumbers | undefined;
}

/** Of one server, for the hovers of its rows. */
export function figuresOf({ servers, groups, now }: HubMetrics, id: string): ServerFigures {
  return {
    group: groups.find(({ group }) => group === id),
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

/** Calls through a group, and how they were shared. */
export function groupFigureRows({ group }: ServerFigures, t: Translate): [string, string][] {
  if (!group || group.total_requests === 0) return [];
  const listed = group.members.slice(0, MAX_MEMBERS).map(({ server, ...calls }) => {
    const words = [calls.total_requests === 1 ? t('1 call') : t('{0} calls', calls.total_requests)];
    if (calls.avg_request_duration !== null) words.push(t('{0} on average', duration(calls.avg_request_duration, t)));
    if (calls.failed_requests > 0) words.push(t('{0} failed ({1})', calls.failed_requests, kinds(calls.errors)));
    if (calls.tool_errors > 0) words.push(t('{0} answered with an error', calls.tool_errors));
    return escapeMarkdown(oneLine(`${server}: ${words.join(' · ')}`, 300));
  });
  const more = group.members.length - MAX_MEMBERS;
  if (more > 0) listed.push(t('and {0} more', more));
  return [...callRows(group, t), [t('Calls by member'), `  \n${listed.join('  \n')}`]];
}

export function serverFigureRows({ counted, load }: ServerFigures, hasPool: boolean, t: Translate): [string, string][] {
  const rows = counted ? callRows(counted, t) : [];
  if (counted && counted.connections_opened + counted.connections_failed > 0) {
    const words = [t('{0} opened', counted.connections_opened)];
    if (counted.connections_reconnected > 0) words.push(t('{0} of them reconnects', counted.connections_reconnected));
    if (counted.connections_failed > 0) words.push(t('{0} attempts failed', counted.connections_failed));
    rows.push([t('Connections'), escapeMarkdown(words.join(' · '))]);
  }
  if (!load) return rows;
  const rate = hitRate(load, t);
  if (hasPool) rows.push([t('Pool'), escapeMarkdown([poolWords(load, t), rate].filter(Boolean).join(' · '))]);
  else if (rate) rows.push([t('Pool'), escapeMarkdown(rate)]);
  if (load.remaining !== null) rows.push([t('Rate limit'), escapeMarkdown(t('{0} calls may go now', load.remaining))]);
  if (load.subscribed > 0) rows.push([t('Subscribed resources'), subscribedWords(load, t)]);
  return rows;
}

function subscribedWords({ subscribed, subscribedUris }: ServerLoad, t: Translate): string {
  const lines = subscribedUris.map((uri) => escapeMarkdown(oneLine(uri, 200)));
  const more = subscribed - lines.length;
  if (more > 0) lines.push(t('and {0} more', more));
  return [String(subscribed), ...lines].join('  \n');
}

function kinds(errors: ServerNumbers['errors']): string {
  return Object.entries(errors)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
