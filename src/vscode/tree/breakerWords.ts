import type { BreakerState } from '../../core/balancing/breaker';
import type { Translate } from '../localize';
import type { StateIcon } from './stateWords';
import { remaining } from './timeWords';

/** Why calls are not sent at the moment, short enough for a narrow side bar. `now`: ms since the epoch; undefined: no remaining time is named. */
export function breakerWords(breaker: BreakerState | undefined, now: number | undefined, t: Translate): string {
  if (breaker === undefined || breaker.kind === 'closed') return '';
  if (breaker.kind === 'halfOpen') return t('paused · one call may try');
  if (now === undefined) return t('paused after failures');
  return t('paused · one try in {0}', remaining(breaker.until - now, t));
}

/** Another shape than any state of a connection has, so that colour is not needed to see it. */
export function breakerIcon(breaker: BreakerState | undefined): StateIcon | undefined {
  if (breaker === undefined || breaker.kind === 'closed') return undefined;
  return breaker.kind === 'open'
    ? { id: 'debug-pause', color: 'charts.orange' }
    : { id: 'debug-continue', color: 'charts.yellow' };
}
