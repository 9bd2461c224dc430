import { PatchbayError } from '../base/errors';
import { nearestName, type ServerSnapshot } from '../core/index';
import { plainLine } from './plain';

const MAX_NAMES = 20;

/** The error for a tool that a server or group does not list, with the nearest and the first names of those it does. */
export function unknownTool({ id, group, catalog }: ServerSnapshot, name: string): PatchbayError {
  const names = catalog.tools.map(({ tool }) => tool.name);
  const near = nearestName(name, names);
  // The core's own sentences on tools that not all members have alike; each begins with the name of its tool.
  const left = group?.warnings.filter((warning) => warning.startsWith(`"${name}" `)) ?? [];
  const hints = [
    ...left.map((warning) => plainLine(warning, 300)),
    ...(near === undefined ? [] : [`Did you mean ${plainLine(near)}?`]),
    listed(names, group ? 'Its members share' : 'It has'),
  ];
  return new PatchbayError('config', `"${id}" has no tool "${plainLine(name)}".`, { hint: hints.join(' ') });
}

function listed(names: readonly string[], verb: string): string {
  if (names.length === 0) return `${verb} none.`;
  const shown = names.slice(0, MAX_NAMES).map((name) => plainLine(name));
  const more = names.length - shown.length;
  return `${verb}: ${shown.join(', ')}${more > 0 ? ` and ${more} more; \`list\` shows them` : ''}.`;
}
