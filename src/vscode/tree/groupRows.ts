/** Rows of the members of groups. */
import type { ServerSnapshot } from '../../core/hubTypes';
import { itemFlags } from '../contributions';
import type { Translate } from '../localize';
import { oneLine } from '../plainText';
import { type GroupFacts, isWell, type MemberFacts } from './groupWords';
import { stateIcon, stateWords } from './stateWords';
import type { ItemModel } from './viewModel';

const MAX_LABEL = 120;

/** `server`: the member as it is in the tree; undefined where it is gone at this moment. */
export function memberItem(
  group: ServerSnapshot,
  { strategy }: GroupFacts,
  member: MemberFacts,
  server: ServerSnapshot | undefined,
  t: Translate,
): ItemModel {
  const label = oneLine(server?.name ?? member.id, MAX_LABEL);
  const description = memberWords(strategy, member, server, t);
  const own = server && stateIcon(server);
  return {
    id: `member:${group.id}/${member.id}`,
    label,
    description,
    icon: member.health === 'unhealthy' ? { id: 'warning', color: 'charts.yellow' } : (own ?? { id: 'circle-outline' }),
    contextValue: `${itemFlags.member} ${member.state}`,
    accessibilityLabel: `${label}, ${t('member of {0}', oneLine(group.name, MAX_LABEL))}, ${description}`,
    collapsible: 'none',
    command: 'showServer',
  };
}

/** In turn, all members have the same share, so that a weight would mean nothing. */
export function memberWords(
  strategy: GroupFacts['strategy'],
  member: MemberFacts,
  server: ServerSnapshot | undefined,
  t: Translate,
): string {
  const weight = strategy === 'roundRobin' ? '' : t('weight {0}', member.weight);
  return [weight, healthWords(member, server, t)].filter(Boolean).join(' · ');
}

function healthWords(member: MemberFacts, server: ServerSnapshot | undefined, t: Translate): string {
  if (isWell(member))
    return server?.breaker ? stateWords({ ...server, catalog: NO_TOOLS }, undefined, t) : t('healthy');
  if (member.health === 'unhealthy') {
    return member.reason === undefined ? t('unhealthy') : t('unhealthy: {0}', oneLine(member.reason));
  }
  const state = server ? stateWords(server, undefined, t) : oneLine(member.reason ?? '');
  return state || t('not connected');
}

const NO_TOOLS: ServerSnapshot['catalog'] = { status: 'unknown', tools: [] };
