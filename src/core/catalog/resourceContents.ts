import { PatchbayError } from '../../base/errors';
import type { JsonObject } from '../../shared/json';
import type { Session } from '../connection/session';

/** How a resource is read. */
export interface ReadResourceOptions {
  readonly signal?: AbortSignal;
}

/** What `resources/read` answered: each part with `uri` and either `text` or `blob` (base64), as the server sent it. */
export type ResourceContents = readonly JsonObject[];

/**
 * Reads one resource (MCP specification, server/resources, "Reading Resources"). The address is for the server to
 * understand: nothing is contacted by it from here. Rejects with a `PatchbayError`.
 */
export async function readResource(
  session: Session,
  uri: string,
  timeoutMs: number,
  { signal }: ReadResourceOptions,
): Promise<ResourceContents> {
  const { contents } = await session.request('resources/read', { uri }, { timeoutMs, ...(signal ? { signal } : {}) });
  if (!Array.isArray(contents)) throw new PatchbayError('protocol', 'The server answered without contents.');
  return contents.filter(
    (part): part is JsonObject => typeof part === 'object' && part !== null && !Array.isArray(part),
  );
}
