/** What each row of the tree says, worked out from snapshots alone: no VS Code, no state. */
import type { ConfigSource } from '../../core/config/definition';
import type { CatalogTool, ServerSnapshot } from '../../core/hubTypes';
import { SIGN_IN_UNSET_CODE } from '../../shared/errorCodes';
import { type CommandName, itemFlags } from '../contributions';
import type { Translate } from '../localize';
import { firstLine, oneLine } from '../plainText';
import { breakerIcon, breakerWords } from './breakerWords';
import { type StateIcon, stateIcon, stateWords } from './stateWords';

export interface ItemModel {
  /** Unique in the tree and the same for the same thing at every refresh. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon?: StateIcon;
  readonly contextValue: string;
  readonly accessibilityLabel: string;
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  /** Runs when the row is chosen, with the row as its argument. */
  readonly command?: CommandName | 'manageTrust';
  /** Whether the label is drawn in the colour of disabled things. */
  readonly dimmed?: boolean;
}

export interface ViewContext {
  readonly t: Translate;
  /** Ms since the epoch. */
  readonly now: number;
  /** A time of day for people. */
  readonly formatTime: (at: number) => string;
}

const MAX_LABEL = 120;

export function serverItem(snapshot: ServerSnapshot, context: ViewContext): ItemModel {
  const { t } = context;
  const label = oneLine(snapshot.name, MAX_LABEL);
  const replaces = snapshot.overrides === 'user' ? t('replaces yours') : '';
  const description = [stateWords(snapshot, context.now, t), replaces].filter(Boolean).join(' · ');
  const kind = snapshot.group ? t('group of servers') : t('{0} server', oneLine(snapshot.transport, 40));
  return {
    id: `server:${snapshot.id}`,
    label,
    description,
    icon: stateIcon(snapshot),
    contextValue: serverContextValue(snapshot),
    accessibilityLabel: `${label}, ${kind}, ${description}`,
    collapsible: snapshot.state.kind === 'disabled' ? 'none' : 'collapsed',
    dimmed: snapshot.state.kind === 'disabled',
  };
}

export function toolItem(
  snapshot: ServerSnapshot,
  { tool }: CatalogTool,
  occurrence: number,
  { t, now }: Pick<ViewContext, 't' | 'now'>,
): ItemModel {
  const label = oneLine(tool.name, MAX_LABEL);
  const cached = snapshot.catalog.status !== 'live' || snapshot.state.kind !== 'connected';
  const breaker = snapshot.toolBreakers?.find((candidate) => candidate.tool === tool.name);
  const about = firstLine(tool.description) || oneLine(tool.title ?? tool.annotations?.title ?? '');
  const description = [breakerWords(breaker, now, t), about].filter(Boolean).join(' · ');
  const words = [label, t('tool of {0}', oneLine(snapshot.name, MAX_LABEL)), description];
  if (cached) words.push(t('from the last connection'));
  return {
    id: `tool:${snapshot.id}/${occurrence}/${tool.name.slice(0, 500)}`,
    label,
    description,
    icon:
      breakerIcon(breaker) ?? (cached ? { id: 'symbol-method', color: 'disabledForeground' } : { id: 'symbol-method' }),
    contextValue: cached ? `${itemFlags.tool} cached` : `${itemFlags.tool} live`,
    accessibilityLabel: words.filter(Boolean).join(', '),
    collapsible: 'none',
    command: 'callTool',
    dimmed: cached,
  };
}

/** The row that stands above (or instead of) a server's tools and says why there are none, or no fresh ones. */
export function noticeItem(snapshot: ServerSnapshot, t: Translate): ItemModel | undefined {
  const { state, catalog } = snapshot;
  const cached = catalog.tools.length > 0 ? t('tools from the last connection') : undefined;
  const notice = (label: string, rest: Pick<ItemModel, 'command' | 'icon' | 'description'>): ItemModel => ({
    id: `notice:${snapshot.id}`,
    label,
    ...rest,
    contextValue: 'notice',
    accessibilityLabel: [label, rest.description].filter(Boolean).join(', '),
    collapsible: 'none',
  });
  switch (state.kind) {
    case 'disabled':
    case 'disconnecting':
      return undefined;
    case 'disconnected':
      return notice(t('Connect'), {
        description: cached ?? t('to see the tools'),
        command: 'connect',
        icon: { id: 'plug' },
      });
    case 'connecting':
      return catalog.tools.length > 0
        ? undefined
        : notice(t('Connecting…'), { description: oneLine(state.step), icon: { id: 'loading~spin' } });
    case 'authRequired': {
      // Where the credentials were refused, connecting again would only be refused again.
      const isRefused = state.error.code === 401 || state.error.code === SIGN_IN_UNSET_CODE;
      return notice(isRefused ? t('Set token or sign in') : t('Sign in'), {
        description: [oneLine(state.error.message), cached].filter(Boolean).join(' · '),
        command: isRefused ? 'setToken' : 'connect',
        icon: { id: 'lock', color: 'charts.yellow' },
      });
    }
    case 'reconnecting':
    case 'error':
      return notice(oneLine(state.error.message), {
        description: cached,
        command: 'showLastError',
        icon: { id: 'warning', color: state.kind === 'error' ? 'testing.iconFailed' : 'charts.yellow' },
      });
    case 'needsInput':
      return neededNotice(state.needed, notice, t);
    case 'connected':
      if (catalog.error !== undefined) {
        return notice(oneLine(catalog.error), {
          command: 'refreshTools',
          icon: { id: 'warning', color: 'charts.yellow' },
        });
      }
      if (catalog.status !== 'live') return notice(t('Listing tools…'), { icon: { id: 'loading~spin' } });
      return catalog.tools.length === 0 ? notice(noTools(snapshot, t), {}) : undefined;
  }
}

function noTools({ group }: ServerSnapshot, t: Translate): string {
  return group ? t('The members have no tool with the same schema.') : t('This server has no tools.');
}

function neededNotice(
  needed: Extract<ServerSnapshot['state'], { kind: 'needsInput' }>['needed'],
  notice: (label: string, rest: Pick<ItemModel, 'command' | 'icon' | 'description'>) => ItemModel,
  t: Translate,
): ItemModel {
  switch (needed.kind) {
    case 'approval':
      return notice(t('Review and connect'), {
        description: oneLine(needed.summary),
        command: 'connect',
        icon: { id: 'shield' },
      });
    case 'trust':
      return notice(t('Trust this workspace'), { command: 'manageTrust', icon: { id: 'shield' } });
    case 'value':
      return notice(t('Give values and connect'), {
        description: oneLine(needed.names.join(', ')),
        command: 'connect',
        icon: { id: 'key' },
      });
  }
}

export function sourceItem(source: ConfigSource, t: Translate): ItemModel {
  const label = sourceLabel(source, t);
  return {
    id: `source:${sourceKey(source)}`,
    label,
    contextValue: itemFlags.source,
    accessibilityLabel: t('Servers of {0}', label),
    collapsible: 'expanded',
  };
}

export function sourceKey(source: ConfigSource): string {
  return source.kind === 'workspace' ? `workspace:${source.folderPath}` : source.kind;
}

export function sourceLabel(source: ConfigSource, t: Translate): string {
  if (source.kind === 'workspace') return oneLine(source.folder, MAX_LABEL);
  return source.kind === 'user' ? t('User') : t('Ad hoc');
}

/** The error that a server is in, or waits because of. */
export function lastError({ state }: ServerSnapshot): string | undefined {
  return 'error' in state ? state.error.message : undefined;
}

const STATE_FLAGS: readonly ServerSnapshot['state']['kind'][] = [
  'disabled',
  'disconnected',
  'needsInput',
  'connecting',
  'connected',
  'reconnecting',
  'disconnecting',
  'authRequired',
  'error',
];

/** A transport is free text of a file: only a plain word that is no other flag may become one. */
function serverContextValue({ state, transport, source, group, pool }: ServerSnapshot): string {
  const taken: readonly string[] = [...STATE_FLAGS, ...Object.values(itemFlags), 'user', 'workspace', 'adHoc'];
  const flags: string[] = [group ? itemFlags.group : itemFlags.server, state.kind, source.kind];
  if (/^[A-Za-z][A-Za-z0-9]*$/.test(transport) && !taken.includes(transport)) flags.push(transport);
  if (pool) flags.push(itemFlags.pool);
  return flags.join(' ');
}
