import type { JsonValue } from '../../shared/json';
import type { CallToolResult } from '../../shared/mcp';

const MAX_CAUSES = 5;

/** The error object of a JSON-RPC response (JSON-RPC 2.0, 5.1), without its secrets. */
export interface ProtocolFault {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** What a server answered: a result, or an error of the protocol, which has no blocks. */
export type Answer = CallToolResult | ProtocolFault;

/** What the server answered in place of a result; undefined where a call failed in another way. */
export function protocolFault(error: unknown): ProtocolFault | undefined {
  let cause = error;
  for (let depth = 0; depth <= MAX_CAUSES && cause instanceof Error; depth++) {
    const { name, message, code, data } = cause as Error & { readonly code?: unknown; readonly data?: unknown };
    if (name === 'ProtocolError' && typeof code === 'number') {
      return { code, message, ...(data !== undefined && { data: data as JsonValue }) };
    }
    cause = cause.cause;
  }
  return undefined;
}
