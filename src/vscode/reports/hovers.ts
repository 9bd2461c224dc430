/** Markdown for the hovers of the tree's rows. Text from files and servers is escaped. */
import type { OpenBreaker } from '../../core/balancing/groupView';
import type { CatalogTool, ServerSnapshot } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { escapeMarkdown, manyLines, oneLine } from '../plainText';
import { memberWords } from '../tree/groupRows';
import { type GroupFacts, strategyWords } from '../tree/groupWords';
import { hitRate, type ServerLoad } from '../tree/poolRow';
import { stateWords } from '../tree/stateWords';
import { lastError, sourceLabel, type ViewContext } from '../tree/viewModel';
import { callRows, groupFigureRows, type ServerFigures, serverFigureRows } from './callRows';

const MAX_LABEL = 120;
const MAX_TOOLTIP = 2000;
const MAX_LISTED = 20;

/** Markdown for a server's hover. */
export function serverTooltip(snapshot: ServerSnapshot, context: ViewContext, figures?: ServerFigures): string {
  const { t } = context;
  const { negotiated, state, catalog } = snapshot;
  const text = (value: string, maxLength = 300) => escapeMarkdown(oneLine(value, maxLength));
  const rows: [string, string][] = snapshot.breaker ? pauseRows(snapshot.breaker, context) : [];
  if (snapshot.group) rows.push(...groupRows(snapshot.group, context));
  else rows.push([t('Transport'), text(snapshot.transport, 60)], [t('Address'), text(snapshot.address)]);
  rows.push([t('Source'), text(sourceLabel(snapshot.source, t))]);
  if (snapshot.overrides === 'user') rows.push([t('Replaces'), t('your own entry of the same id')]);
  if (negotiated?.serverInfo) {
    const { name, title, version } = negotiated.serverInfo;
    rows.push([t('Server'), text([title ?? name, version].filter(Boolean).join(' '))]);
  }
  if (negotiated) rows.push([t('Protocol'), text(`${negotiated.protocolVersion} (${negotiated.era})`)]);
  if (snapshot.processId !== undefined) rows.push([t('Process'), String(snapshot.processId)]);
  if (state.kind === 'connected') rows.push([t('Connected since'), text(context.formatTime(state.since))]);
  if (snapshot.roundTripMs !== undefined) rows.push([t('Last health check'), t('{0} ms', snapshot.roundTripMs)]);
  if (snapshot.idleStopMs !== undefined) rows.push([t('Next'), t('the next call starts it again')]);
  if (state.kind === 'connecting') rows.push([t('Step'), text(state.step)]);
  if (state.kind === 'needsInput' && state.needed.kind === 'value') {
    rows.push([t('Needs'), text(state.needed.names.join(', '))]);
  }
  const error = lastError(snapshot);
  if (error !== undefined) rows.push([t('Last error'), escapeMarkdown(manyLines(error, MAX_TOOLTIP))]);
  if (catalog.error !== undefined) rows.push([t('Tools'), escapeMarkdown(manyLines(catalog.error, MAX_TOOLTIP))]);
  if (snapshot.notSupported.length > 0) rows.push([t('Not supported yet'), text(snapshot.notSupported.join(', '))]);
  if (figures) {
    const isGroup = snapshot.group !== undefined;
    rows.push(...(isGroup ? groupFigureRows(figures, t) : serverFigureRows(figures, snapshot.pool !== undefined, t)));
  }
  // A hover stays open while seconds pass, so it names no remaining time.
  const head = `**${text(snapshot.name, MAX_LABEL)}** · ${escapeMarkdown(stateWords(snapshot, undefined, t))}`;
  return [head, rows.map(([name, value]) => `${name}: ${value}`).join('  \n')].join('\n\n');
}

/** Markdown for a tool's hover: name, annotations as words, the whole description. */
export function toolTooltip(
  snapshot: ServerSnapshot,
  { tool, callName }: CatalogTool,
  context: ViewContext,
  figures?: ServerFigures,
): string {
  const { t } = context;
  const title = tool.title ?? tool.annotations?.title;
  const parts = [`**${escapeMarkdown(oneLine(title ?? tool.name, MAX_LABEL))}**`];
  const facts = annotationWords(tool.annotations, t);
  if (facts.length > 0) parts[0] += ` · ${escapeMarkdown(facts.join(' · '))}`;
  if (tool.description) parts.push(escapeMarkdown(manyLines(tool.description, MAX_TOOLTIP)));
  const paused = snapshot.toolBreakers?.find((candidate) => candidate.tool === tool.name);
  const names = paused ? pauseRows(paused, context).map(([name, value]) => `${name}: ${value}`) : [];
  names.push(t('Name: {0}', escapeMarkdown(oneLine(tool.name))));
  if (callName !== tool.name) names.push(t('Name over all servers: {0}', escapeMarkdown(oneLine(callName))));
  if (snapshot.catalog.status !== 'live' || snapshot.state.kind !== 'connected') {
    names.push(t('From the last connection: the server may have changed since.'));
  }
  const counted = figures?.counted?.tools.find((candidate) => candidate.tool === tool.name);
  if (counted) names.push(...callRows(counted, t).map(([name, value]) => `${name}: ${value}`));
  parts.push(names.join('  \n'));
  return parts.join('\n\n');
}

/** What a server says of a tool. Hints, never guarantees. */
export function annotationWords(annotations: CatalogTool['tool']['annotations'], t: Translate): string[] {
  const words: string[] = [];
  if (annotations?.readOnlyHint === true) words.push(t('read-only'));
  if (annotations?.destructiveHint === true && annotations.readOnlyHint !== true) words.push(t('destructive'));
  if (annotations?.idempotentHint === true) words.push(t('idempotent'));
  if (annotations?.openWorldHint === true) words.push(t('open world'));
  return words;
}

/** Markdown for the hover of a server's connections. */
export function poolTooltip({ pool }: ServerSnapshot, load: ServerLoad | undefined, t: Translate): string {
  const rows = [t('Connections of this server at this moment; calls share them.')];
  if (pool) rows.push(t('Allowed: {0} to {1}', pool.min, pool.max));
  if (load) {
    const { created, reaped } = load.pool;
    rows.push(t('Opened beyond the first: {0}', created), t('Closed for being idle: {0}', reaped));
    const rate = hitRate(load, t);
    if (rate) rows.push(rate);
  }
  return rows.join('  \n');
}

/** Why no call is sent, since when, and what ends that. */
function pauseRows(breaker: OpenBreaker, { t, formatTime }: ViewContext): [string, string][] {
  const rows: [string, string][] = [[t('Paused since'), escapeMarkdown(formatTime(breaker.since))]];
  if (breaker.reason !== undefined) rows.push([t('Because of'), escapeMarkdown(manyLines(breaker.reason, 500))]);
  const next =
    breaker.kind === 'open'
      ? t('one call may try at {0}; Reconnect allows it at once', formatTime(breaker.until))
      : t('one call may try now; Reconnect lets all go');
  rows.push([t('Next'), escapeMarkdown(next)]);
  return rows;
}

/** Rows of a group's hover. */
export function groupRows(
  { strategy, members, warnings }: GroupFacts,
  { t, formatTime }: Pick<ViewContext, 't' | 'formatTime'>,
): [string, string][] {
  const listed = members.slice(0, MAX_LISTED).map((member) => {
    const words = [member.id, memberWords(strategy, member, undefined, t, formatTime)].join(': ');
    return escapeMarkdown(oneLine(words, 400));
  });
  if (members.length > MAX_LISTED) listed.push(t('and {0} more', members.length - MAX_LISTED));
  const rows: [string, string][] = [
    [t('Calls go to its members'), escapeMarkdown(strategyWords(strategy, t))],
    [t('Members'), `  \n${listed.join('  \n')}`],
  ];
  const found = warnings.map((warning) => escapeMarkdown(oneLine(warning, 400)));
  if (found.length > 0) rows.push([t('Differences'), `  \n${found.join('  \n')}`]);
  return rows;
}
