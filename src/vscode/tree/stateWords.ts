import type { ServerSnapshot } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { oneLine } from '../plainText';

/** A codicon with, where it carries meaning, a theme colour. */
export interface StateIcon {
  readonly id: string;
  readonly color?: string;
}

/** The state of a server in a few words, as the tree, pickers and the status bar show it. `now`: ms since the epoch. */
export function stateWords(snapshot: ServerSnapshot, now: number, t: Translate): string {
  const { state } = snapshot;
  switch (state.kind) {
    case 'disabled':
      return t('disabled');
    case 'disconnected':
      return t('not connected');
    case 'connecting':
      return t('connecting…');
    case 'disconnecting':
      return t('disconnecting…');
    case 'connected':
      return [t('ready'), toolCount(snapshot, t), roundTrip(snapshot, t)].filter(Boolean).join(' · ');
    case 'reconnecting': {
      if (state.cause === 'unreachable') {
        if (state.nextAt === undefined) return t('host not reachable · looking again…');
        return t('host not reachable · {0}', remaining(state.nextAt - now, t));
      }
      const attempt = state.maxAttempts > 0 ? `${state.attempt}/${state.maxAttempts}` : `${state.attempt}`;
      if (state.nextAt === undefined) return t('reconnecting {0}…', attempt);
      return t('reconnecting {0} · {1}', attempt, remaining(state.nextAt - now, t));
    }
    case 'needsInput':
      if (state.needed.kind === 'approval') return t('needs approval');
      return state.needed.kind === 'trust' ? t('needs trust') : t('needs input');
    case 'authRequired':
      return t('sign-in needed');
    case 'error':
      return t('error · {0}', firstSentence(state.error.message));
  }
}

/** Shape and colour both tell the state, so that neither is needed alone. */
export function stateIcon(snapshot: ServerSnapshot): StateIcon {
  const { state } = snapshot;
  switch (state.kind) {
    case 'disabled':
      return { id: 'circle-slash', color: 'disabledForeground' };
    case 'disconnected':
      return { id: 'circle-outline' };
    case 'connecting':
    case 'disconnecting':
      return { id: 'loading~spin' };
    case 'connected':
      return { id: 'circle-filled', color: 'testing.iconPassed' };
    case 'reconnecting':
      if (state.nextAt === undefined) return { id: 'sync~spin', color: 'charts.yellow' };
      return { id: state.cause === 'unreachable' ? 'debug-disconnect' : 'sync', color: 'charts.yellow' };
    case 'needsInput':
      return { id: state.needed.kind === 'value' ? 'key' : 'shield', color: 'charts.yellow' };
    case 'authRequired':
      return { id: 'lock', color: 'charts.yellow' };
    case 'error':
      return { id: 'error', color: 'testing.iconFailed' };
  }
}

/** What happened, without the next step: that has its place in the row below and in the hover. */
function firstSentence(message: string): string {
  const line = oneLine(message, 200);
  return oneLine(line.match(/^.*?(?=[.!?](\s|$))/)?.[0] ?? line, 80);
}

function toolCount({ catalog }: ServerSnapshot, t: Translate): string {
  if (catalog.status !== 'live') return catalog.error === undefined ? '' : t('tools not listed');
  return catalog.tools.length === 1 ? t('1 tool') : t('{0} tools', catalog.tools.length);
}

function roundTrip({ roundTripMs }: ServerSnapshot, t: Translate): string {
  return roundTripMs === undefined ? '' : t('{0} ms', roundTripMs);
}

function remaining(ms: number, t: Translate): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return seconds < 100 ? t('{0} s', seconds) : t('{0} min', Math.ceil(seconds / 60));
}
