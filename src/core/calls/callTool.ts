import type { JsonObject } from '../../shared/json';
import type { CallToolResult, ContentBlock } from '../../shared/mcp';
import type { ServerEntry } from '../config/definition';
import type { AskedTime, Session } from '../connection/session';
import type { CallToolOptions } from '../hubTypes';

/** In ms; 0: no limit. */
export interface RequestTimes {
  readonly timeoutMs: number;
  readonly asked: AskedTime;
  /** However often progress starts `timeoutMs` again. */
  readonly maxTotalMs: number;
}

/**
 * Calls one tool on an open session (MCP specification, server/tools, "Calling tools"). The arguments go out as given.
 * Resolves with whatever the tool answered, `isError` included; rejects with a `PatchbayError`.
 */
export async function callTool(
  session: Session,
  name: string,
  args: Record<string, unknown>,
  timeouts: ServerEntry['timeouts'],
  options: CallToolOptions & RequestTimes,
): Promise<CallToolResult> {
  const result = await session.request(
    'tools/call',
    { name, arguments: args as JsonObject },
    {
      timeoutMs: options.timeoutMs,
      asked: options.asked,
      resetOnProgress: timeouts.resetOnProgress,
      maxTotalMs: options.maxTotalMs,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.elicit ? { elicit: options.elicit } : {}),
      // Without a listener the server is asked for progress all the same where progress extends the time.
      ...(options.onProgress || timeouts.resetOnProgress ? { onProgress: options.onProgress ?? (() => {}) } : {}),
    },
  );
  return readResult(result);
}

/** Keeps everything the server sent; only what could not be shown at all is put into the shape of the specification. */
function readResult(result: JsonObject): CallToolResult {
  const content = Array.isArray(result.content) ? result.content.map(readBlock) : [];
  return { ...result, content } as CallToolResult;
}

function readBlock(block: unknown): ContentBlock {
  if (typeof block === 'object' && block !== null && 'type' in block && typeof block.type === 'string') {
    return block as ContentBlock;
  }
  return { type: 'text', text: JSON.stringify(block) ?? 'null' };
}
