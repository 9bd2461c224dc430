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

export function poolWords(load: ServerLoad | undefined, t: Translate): string {
  if (!load) return '';
  const { open, idle, inFlight, waiting } = load.pool;
  return [t('{0} open', open), t('{0} idle', idle), t('{0} in flight', inFlight), t('{0} waiting', waiting)].join(
    ' · ',
  );
}

/** Markdown for the hover. */
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

/** Of all calls, those that found a connection with room at once. Empty where there was no call. */
export function hitRate({ pool: { hits, misses } }: ServerLoad, t: Translate): string {
  const all = hits + misses;
  return all === 0 ? '' : t('{0} % found a connection with room', Math.round((hits / all) * 1000) / 10);
}
