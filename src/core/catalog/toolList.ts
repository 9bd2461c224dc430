import type { JsonObject } from '../../shared/json';
import type { Tool } from '../../shared/mcp';
import type { Session } from '../connection/session';
import { readPages } from './pages';

/** More tools than anybody can look through; a server that sends more is broken or hostile. */
const MAX_TOOLS = 10_000;

export interface ToolList {
  readonly tools: readonly Tool[];
  /** What was left out or repaired, one sentence each. */
  readonly warnings: readonly string[];
}

/** Reads all pages of `tools/list`. One bad tool costs only itself. Rejects with a `PatchbayError`. */
export async function listTools(session: Session, timeoutMs: number): Promise<ToolList> {
  if (!session.capabilities.tools) return { tools: [], warnings: [] };
  const items = await readPages(session, { method: 'tools/list', member: 'tools', maxItems: MAX_TOOLS, timeoutMs });
  const tools = new Map<string, Tool>();
  const warnings: string[] = [];
  for (const item of items) {
    const tool = readTool(item, warnings);
    if (!tool) continue;
    if (tools.has(tool.name)) warnings.push(`The server lists the tool "${tool.name}" twice; the first one is used.`);
    else tools.set(tool.name, tool);
  }
  return { tools: [...tools.values()], warnings };
}

function readTool(item: unknown, warnings: string[]): Tool | undefined {
  if (!isObject(item) || typeof item.name !== 'string' || item.name === '') {
    warnings.push('A tool without a name was left out.');
    return undefined;
  }
  const { name } = item;
  if (isObject(item.inputSchema)) return item as unknown as Tool;
  warnings.push(`The tool "${name}" has no input schema; it is offered with free arguments.`);
  return { ...item, name, inputSchema: { type: 'object' } } as Tool;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
