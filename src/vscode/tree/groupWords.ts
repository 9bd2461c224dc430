/** What the tree says of groups of servers and of their members. */
import type { ServerSnapshot } from '../../core/hubTypes';
import type { Translate } from '../localize';
import type { StateIcon } from './stateWords';

export type GroupFacts = NonNullable<ServerSnapshot['group']>;
export type MemberFacts = GroupFacts['members'][number];

/** `2/3 members` that take calls, of a group that is connected; else how many there are. Empty for a server. */
export function memberCount({ group, state }: ServerSnapshot, t: Translate): string {
  if (!group) return '';
  const all = group.members.length;
  if (state.kind !== 'connected') return all === 1 ? t('1 member') : t('{0} members', all);
  const taking = group.members.filter((member) => member.takesCalls).length;
  return all === 1 ? t('{0}/1 member', taking) : t('{0}/{1} members', taking, all);
}

/** Full while every member takes calls, with a dot while some do not, empty while none does. Undefined for a server. */
export function groupIcon({ group, state }: ServerSnapshot): StateIcon | undefined {
  if (!group) return undefined;
  if (state.kind !== 'connected') return { id: 'layers' };
  return group.members.every((member) => member.takesCalls)
    ? { id: 'layers-active', color: 'testing.iconPassed' }
    : { id: 'layers-dot', color: 'charts.yellow' };
}

export function strategyWords(strategy: GroupFacts['strategy'], t: Translate): string {
  switch (strategy) {
    case 'roundRobin':
      return t('in turn');
    case 'leastConnections':
      return t('the least busy first');
    case 'weighted':
      return t('by weight');
  }
}
