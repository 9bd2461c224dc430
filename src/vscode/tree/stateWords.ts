import type { ServerSnapshot } from '../../core/hubTypes';
import type { Translate } from '../localize';
import { breakerIcon, breakerWords } from './breakerWords';
import { causeWords, firstSentence } from './causeWords';
import { groupIcon, memberCount } from './groupWords';
import { duration, remaining } from './timeWords';

/** A codicon with, where it carries meaning, a theme colour. */
export interface StateIcon {
  readonly id: string;
  readonly color?: string;
}

/**
 * The state of a server or group in a few words, as the tree, pickers and the status bar show it. `now`: ms since the epoch;
 * undefined: no remaining time is named, because the words stay while seconds pass.
 */
export function stateWords(snapshot: ServerSnapshot, now: number | undefined, t: Translate): string {
  const { state } = snapshot;
  const paused = breakerWords(snapshot.breaker, now, t);
  switch (state.kind) {
    case 'disabled':
      return t('disabled');
    case 'disconnected':
      return joined(t('not connected'), idleWords(snapshot, t), memberCount(snapshot, t), paused);
    case 'connecting':
      return t('connecting…');
    case 'disconnecting':
      return t('disconnecting…');
    case 'connected':
      if (paused) return joined(paused, memberCount(snapshot, t), toolCount(snapshot, t));
      return joined(t('ready'), memberCount(snapshot, t), toolCount(snapshot, t));
    case 'reconnecting': {
      if (state.cause === 'unreachable') {
        if (state.nextAt === undefined) return t('host not reachable · looking again…');
        if (now === undefined) return t('host not reachable');
        return t('host not reachable · {0}', remaining(state.nextAt - now, t));
      }
      const attempt = state.maxAttempts > 0 ? `${state.attempt}/${state.maxAttempts}` : `${state.attempt}`;
      if (now === undefined) return t('reconnecting {0}…', attempt);
      const cause = causeWords(state.error, t);
      if (state.nextAt === undefined) return joined(t('reconnecting {0}…', attempt), cause);
      return joined(t('reconnecting {0} · {1}', attempt, remaining(state.nextAt - now, t)), cause);
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
      return breakerIcon(snapshot.breaker) ?? groupIcon(snapshot) ?? { id: 'circle-outline' };
    case 'connecting':
    case 'disconnecting':
      return { id: 'loading~spin' };
    case 'connected':
      return (
        breakerIcon(snapshot.breaker) ?? groupIcon(snapshot) ?? { id: 'circle-filled', color: 'testing.iconPassed' }
      );
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

function idleWords({ idleStopMs }: ServerSnapshot, t: Translate): string {
  return idleStopMs === undefined ? '' : t('stopped after {0} without a call', duration(idleStopMs, t));
}

function toolCount({ catalog }: ServerSnapshot, t: Translate): string {
  if (catalog.status !== 'live') return catalog.error === undefined ? '' : t('tools not listed');
  return catalog.tools.length === 1 ? t('1 tool') : t('{0} tools', catalog.tools.length);
}

function joined(...words: string[]): string {
  return words.filter(Boolean).join(' · ');
}
