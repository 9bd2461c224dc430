import type { GroupDefinition } from './config/definition';
import type { NeededInput } from './connection/state';
import type { Server } from './server';
import type { ServerView } from './serverView';

/** A group that waits for a person, as others see it: it has its members and no tools, and nobody was asked anything for it. */
export function closedGroupView(
  { id, source, overrides, strategy, members }: GroupDefinition,
  needed: NeededInput | undefined,
  server: (id: string) => Server | undefined,
): ServerView {
  return {
    id,
    name: id,
    source,
    ...(overrides ? { overrides } : {}),
    transport: 'group',
    address: members.map((member) => member.server).join(', '),
    autoConnect: 'manual',
    state: needed ? { kind: 'needsInput', needed } : { kind: 'disconnected' },
    group: {
      strategy,
      members: members.map(({ server: member, weight }) => ({
        id: member,
        weight,
        health: undefined,
        takesCalls: false,
        state: server(member)?.view.state.kind ?? 'disconnected',
      })),
      warnings: [],
    },
    notSupported: [],
    tools: [],
    catalogStatus: 'unknown',
    catalogError: undefined,
  };
}
