import type { HubMetrics, ServerSnapshot } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { escapeMarkdown, oneLine } from '../plainText';
import { hitRate } from '../tree/poolRow';
import { stateWords } from '../tree/stateWords';
import { duration } from '../tree/timeWords';

export interface ReportContext {
  readonly t: Translate;
  /** An ISO 8601 time for people. */
  readonly formatTime: (at: string) => string;
}

type Calls = Omit<HubMetrics['servers'][number]['tools'][number], 'tool'>;
type GroupCalls = Omit<HubMetrics['groups'][number], 'group' | 'members'>;
type Summary = Calls['queue_wait'];

/** Of the table of tools, the most called ones. */
const MAX_TOOLS = 500;
const MAX_NAME = 120;

/** All numbers as Markdown: all servers together, then each server, its connections and its tools. */
export function metricsReport(metrics: HubMetrics, servers: readonly ServerSnapshot[], context: ReportContext): string {
  const { t, formatTime } = context;
  const own = servers.filter(({ group }) => group === undefined);
  const parts = [
    `# ${t('Patchbay metrics')}`,
    `${t('From {0} to {1}.', formatTime(metrics.since), formatTime(metrics.at))} ${t('These numbers stay on this machine; run the command again for newer ones.')}`,
    `## ${t('All servers')}`,
    overview(metrics, context),
  ];
  if (own.length > 0) {
    parts.push(`## ${t('Calls by server')}`, serverTable(metrics, own, context));
    parts.push(`## ${t('Connections by server')}`, connectionTable(metrics, own, context));
  }
  if (metrics.groups.length > 0) parts.push(`## ${t('Calls by group')}`, groupTable(metrics, context));
  const tools = toolTable(metrics, context);
  if (tools) parts.push(`## ${t('Calls by tool')}`, tools);
  return `${parts.join('\n\n')}\n`;
}

function overview(metrics: HubMetrics, { t }: ReportContext): string {
  const { now } = metrics;
  const rows: [string, string][] = [
    [t('Calls'), String(metrics.total_requests)],
    [t('Failed'), failures(metrics)],
    [t('Answered with an error'), String(metrics.tool_errors)],
    [t('Average duration'), time(metrics.avg_request_duration, t)],
    [t('Duration'), spread(metrics.request_duration, t)],
    [t('Wait before sending'), spread(metrics.queue_wait, t)],
    [t('Size of arguments'), size(metrics.bytes_out)],
    [t('Size of results'), size(metrics.bytes_in)],
    [t('Calls in flight'), String(now.calls.inFlight)],
    [t('Calls waiting for their turn'), String(now.calls.waiting)],
    [t('Connections open'), String(now.connections.open)],
    [t('Connections waiting for room'), String(now.connections.waiting)],
    [t('Connections opened'), String(metrics.connections_opened)],
    [t('Of them reconnects'), String(metrics.connections_reconnected)],
    [t('Connection attempts that failed'), String(metrics.connections_failed)],
    [t('Pool hits'), String(metrics.pool_hits)],
    [t('Pool misses'), String(metrics.pool_misses)],
    [t('Pool hit rate'), metrics.pool_hit_rate_percent === null ? NONE : `${metrics.pool_hit_rate_percent} %`],
    [t('Pool hits and misses over WebSocket'), `${metrics.websocket_pool_hits} / ${metrics.websocket_pool_misses}`],
    [t('Further connections opened'), String(metrics.pool_created)],
    [t('Connections closed to make room'), String(metrics.pool_evicted)],
    [t('Wait for a connection'), spread(metrics.pool_wait, t)],
  ];
  return table([t('What'), t('Number')], rows);
}

function serverTable(
  metrics: HubMetrics,
  servers: readonly ServerSnapshot[],
  { t, formatTime }: ReportContext,
): string {
  const rows = servers.map((server) => {
    const calls = metrics.servers.find((candidate) => candidate.server === server.id);
    const last = calls?.last ? formatTime(calls.last.at) : NONE;
    return [server.name, stateWords(server, undefined, t), ...(calls ? callCells(calls, t) : NO_CALLS), last];
  });
  return table([t('Server'), t('State'), ...callHeads(t), t('Last call')], rows);
}

function connectionTable(metrics: HubMetrics, servers: readonly ServerSnapshot[], { t }: ReportContext): string {
  const rows = servers.map(({ id, name, pool }) => {
    const counted = metrics.servers.find((candidate) => candidate.server === id);
    const load = metrics.now.servers.find((candidate) => candidate.server === id);
    const now = load?.pool ?? { open: 0, idle: 0, inFlight: 0, waiting: 0 };
    return [
      name,
      ...[now.open, now.idle, now.inFlight, now.waiting, pool?.max ?? 1].map(String),
      String(counted?.connections_opened ?? 0),
      String(counted?.connections_reconnected ?? 0),
      String(counted?.connections_failed ?? 0),
      (load && hitRate(load, t)) || NONE,
      load?.remaining === null || load === undefined ? t('no limit') : String(load.remaining),
    ];
  });
  const heads = [t('Server'), t('Open'), t('Idle'), t('In flight'), t('Waiting'), t('Allowed')];
  heads.push(t('Opened'), t('Of them reconnects'), t('Failed attempts'), t('Pool hits'), t('Calls left by rate limit'));
  return table(heads, rows);
}

/** Calls through groups; in all other numbers they count as calls of the members. */
function groupTable({ groups }: HubMetrics, { t }: ReportContext): string {
  const rows = groups.flatMap(({ group, members, ...calls }) => [
    [group, t('(all)'), ...groupCells(calls, t)],
    ...members.map(({ server, ...ofMember }) => [group, server, ...groupCells(ofMember, t)]),
  ]);
  const durations = [t('Average'), 'p50', 'p95', 'p99', t('Longest')];
  return table([t('Group'), t('Member'), t('Calls'), t('Failed'), t('Tool errors'), ...durations], rows);
}

function toolTable(metrics: HubMetrics, { t }: ReportContext): string | undefined {
  const all = metrics.servers.flatMap(({ server, tools, otherTools }) => [
    ...tools.map((calls) => ({ server, name: calls.tool, calls: calls as Calls })),
    ...(otherTools ? [{ server, name: t('(all others)'), calls: otherTools as Calls }] : []),
  ]);
  if (all.length === 0) return undefined;
  const most = all.sort((a, b) => b.calls.total_requests - a.calls.total_requests).slice(0, MAX_TOOLS);
  const rows = most.map(({ server, name, calls }) => [server, name, ...callCells(calls, t)]);
  const more =
    all.length > MAX_TOOLS ? `\n\n${t('{0} tools with fewer calls are not shown.', all.length - MAX_TOOLS)}` : '';
  return table([t('Server'), t('Tool'), ...callHeads(t)], rows) + more;
}

function callHeads(t: Translate): string[] {
  const durations = [t('Average'), 'p50', 'p95', 'p99', t('Longest')];
  return [t('Calls'), t('Failed'), t('Tool errors'), ...durations, t('Wait (p95)'), t('Arguments'), t('Results')];
}

const NONE = '–';
/** As many cells as `callHeads` has. */
const NO_CALLS = ['0', '0', '0', NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE];

function callCells(calls: Calls, t: Translate): string[] {
  return [...groupCells(calls, t), time(calls.queue_wait?.p95 ?? null, t), size(calls.bytes_out), size(calls.bytes_in)];
}

function groupCells(calls: GroupCalls, t: Translate): string[] {
  const { request_duration: durations } = calls;
  return [
    String(calls.total_requests),
    failures(calls),
    String(calls.tool_errors),
    time(calls.avg_request_duration, t),
    ...(['p50', 'p95', 'p99', 'max'] as const).map((key) => time(durations?.[key] ?? null, t)),
  ];
}

function failures({ failed_requests, errors }: Pick<Calls, 'failed_requests' | 'errors'>): string {
  const kinds = Object.entries(errors).map(([kind, count]) => `${kind} ${count}`);
  return kinds.length === 0 ? String(failed_requests) : `${failed_requests} (${kinds.join(', ')})`;
}

function time(ms: number | null, t: Translate): string {
  return ms === null ? NONE : duration(ms, t);
}

function spread(summary: Summary, t: Translate): string {
  if (summary === null) return NONE;
  const parts = (['p50', 'p95', 'p99'] as const).map((key) => `${key} ${duration(summary[key], t)}`);
  return [...parts, t('longest {0}', duration(summary.max, t))].join(' · ');
}

function size(bytes: number | null): string {
  if (bytes === null) return NONE;
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Texts are names of files and servers: they stay text. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return escapeMarkdown(oneLine(text, MAX_NAME));
}
