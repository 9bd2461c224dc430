/** The row "Connections" of a server that may have several. */
import type { HubLoad, ServerSnapshot } from '../../core/hubTypes';
import { itemFlags } from '../contributions';
import type { Translate } from '../localize';
import { oneLine } from '../plainText';
import type { ItemModel } from './viewModel';

export type ServerLoad = HubLoad['servers'][number];

/** Whether the row is there: only while there is something that can be pooled. */
export function hasPoolRow({ pool, state }: ServerSnapshot): boolean {
  return pool !== undefined && (state.kind === 'connected' || state.kind === 'reconnecting');
}

export function poolItem(snapshot: ServerSnapshot, load: ServerLoad | undefined, t: Translate): ItemModel {
  const label = t('Connections');
  const description = poolWords(load, t);
  return {
    id: `pool:${snapshot.id}`,
    label,
    description,
    icon: { id: 'arrow-swap' },
    contextValue: itemFlags.pool,
    accessibilityLabel: `${label}, ${t('of {0}', oneLine(snapshot.name, 120))}, ${description}`,
    collapsible: 'none',
  };
}

/** What there is none of is not named: a side bar is narrow. */
export function poolWords(load: ServerLoad | undefined, t: Translate): string {
  if (!load) return '';
  const { open, idle, inFlight, waiting } = load.pool;
  const words = [t('{0} open', open)];
  if (idle > 0) words.push(t('{0} idle', idle));
  if (inFlight > 0) words.push(t('{0} in flight', inFlight));
  if (waiting > 0) words.push(t('{0} waiting', waiting));
  return words.join(' · ');
}

/** Of all calls, those that found a connection with room at once. Empty where there was no call. */
export function hitRate({ pool: { hits, misses } }: ServerLoad, t: Translate): string {
  const all = hits + misses;
  return all === 0 ? '' : t('{0} % found a connection with room', Math.round((hits / all) * 1000) / 10);
}
