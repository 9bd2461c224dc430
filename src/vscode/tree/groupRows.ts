/** Rows of the members of groups. */
import type { ServerSnapshot } from '../../core/hubTypes';
import { itemFlags } from '../contributions';
import type { Translate } from '../localize';
import { oneLine } from '../plainText';
import { breakerIcon, breakerWords } from './breakerWords';
import type { GroupFacts, MemberFacts } from './groupWords';
import { type StateIcon, stateIcon, stateWords } from './stateWords';
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
    icon: memberIcon(member) ?? own ?? { id: 'circle-outline' },
    contextValue: `${itemFlags.member} ${member.state}`,
    accessibilityLabel: `${label}, ${t('member of {0}', oneLine(group.name, MAX_LABEL))}, ${description}`,
    collapsible: 'none',
    command: 'showServer',
  };
}

/**
 * In turn, all members have the same share, so that a weight would mean nothing. `formatTime`: given where the words stay while
 * seconds pass, and there is room for the time of the next try.
 */
export function memberWords(
  strategy: GroupFacts['strategy'],
  member: MemberFacts,
  server: ServerSnapshot | undefined,
  t: Translate,
  formatTime?: (at: number) => string,
): string {
  const weight = strategy === 'roundRobin' ? '' : t('weight {0}', member.weight);
  return [weight, healthWords(member, server, t, formatTime), pausedTools(member, t)].filter(Boolean).join(' · ');
}

function memberIcon({ health, breaker }: MemberFacts): StateIcon | undefined {
  return health === 'unhealthy' ? { id: 'warning', color: 'charts.yellow' } : breakerIcon(breaker);
}

function healthWords(
  member: MemberFacts,
  server: ServerSnapshot | undefined,
  t: Translate,
  formatTime: ((at: number) => string) | undefined,
): string {
  if (member.takesCalls) return t('healthy');
  if (member.health === 'unhealthy') {
    return member.reason === undefined ? t('unhealthy') : t('unhealthy: {0}', oneLine(member.reason));
  }
  const { breaker } = member;
  if (member.health === 'healthy') {
    if (breaker?.kind === 'open' && formatTime) return t('paused · one try at {0}', formatTime(breaker.until));
    return breakerWords(breaker, undefined, t);
  }
  const state = server ? stateWords(server, undefined, t) : oneLine(member.reason ?? '');
  return state || t('not connected');
}

/** Tools that get no calls at this member, which takes those of others. */
function pausedTools({ takesCalls, toolBreakers = [] }: MemberFacts, t: Translate): string {
  const [first] = toolBreakers;
  if (!takesCalls || !first) return '';
  if (toolBreakers.length === 1) return t('tool paused: {0}', oneLine(first.tool, 60));
  return t('{0} tools paused', toolBreakers.length);
}
