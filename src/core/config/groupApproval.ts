import { createHash } from 'node:crypto';
import type { GroupDefinition } from './definition';
import type { LaunchDescription } from './fingerprint';

/** Few enough that a line of a dialog holds them. */
const NAMES_A_LINE = 20;

/** Whether a person must allow the group first: it is of a workspace, and reaches for something that is not. */
export function needsApproval({ source, overrides, borrows = [] }: GroupDefinition): boolean {
  return source.kind === 'workspace' && (overrides !== undefined || borrows.length > 0);
}

/** What an approval of the group is kept by: SHA-256 (hex) over its id, its members, which of them it borrows, what it replaces. */
export function groupFingerprint({ id, members, overrides, borrows = [] }: GroupDefinition): string {
  const ids = members.map(({ server }) => server).toSorted();
  const facts = [id, overrides ?? null, ids, borrows.toSorted()];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** What the group would do, as text for people. Ids are plain words by the schema. */
export function describeGroup({ id, members, overrides, borrows = [] }: GroupDefinition): LaunchDescription {
  const own = members.map(({ server }) => server).filter((server) => !borrows.includes(server));
  const count = borrows.length === 1 ? 'a server' : `${borrows.length} servers`;
  const summary =
    borrows.length === 0
      ? `Group “${id}” of servers of this workspace`
      : `Group “${id}” connects, checks and calls ${count} from outside of this folder`;
  return {
    summary,
    details: [
      ...(overrides === undefined ? [] : [`Replaces: your own group “${id}”`]),
      ...lines('Uses', borrows),
      ...lines(borrows.length === 0 ? 'Members' : 'Other members', own),
    ],
  };
}

function lines(label: string, names: readonly string[]): string[] {
  const found: string[] = [];
  for (let start = 0; start < names.length; start += NAMES_A_LINE) {
    found.push(`${label}: ${names.slice(start, start + NAMES_A_LINE).join(', ')}`);
  }
  return found;
}
