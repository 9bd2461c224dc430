import type { ServerEntry } from '../config/definition';
import { fitsToolName } from './toolFilter';

/**
 * How long a call of this tool may take, in ms (0: no limit), where its caller says nothing: as `tools.timeouts` has it under
 * the tool's own name, else under the first pattern that fits, else `timeouts.toolMs`.
 */
export function toolTimeoutMs(
  { tools, timeouts }: Pick<ServerEntry, 'timeouts'> & { readonly tools: Pick<ServerEntry['tools'], 'timeouts'> },
  name: string,
): number {
  const own = Object.hasOwn(tools.timeouts, name) ? tools.timeouts[name] : undefined;
  if (own !== undefined) return own;
  for (const pattern in tools.timeouts) {
    if (pattern.includes('*') && fitsToolName(name, pattern)) return tools.timeouts[pattern] ?? timeouts.toolMs;
  }
  return timeouts.toolMs;
}
