import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './definition';

/** Ids of servers, by what happened to them between two configurations. */
export interface ConfigurationDiff {
  readonly added: string[];
  readonly removed: string[];
  readonly changed: string[];
  readonly unchanged: string[];
}

/** Compares what the definitions say; where they stand in their files does not count. */
export function diffConfigurations(before: Configuration, after: Configuration): ConfigurationDiff {
  const diff: ConfigurationDiff = { added: [], removed: [], changed: [], unchanged: [] };
  for (const [id, definition] of after.servers) {
    const earlier = before.servers.get(id);
    if (!earlier) diff.added.push(id);
    else if (isDeepStrictEqual(earlier, definition)) diff.unchanged.push(id);
    else diff.changed.push(id);
  }
  for (const id of before.servers.keys()) if (!after.servers.has(id)) diff.removed.push(id);
  return diff;
}
