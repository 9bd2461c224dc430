import { isPatchbayError } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import type { Session } from '../connection/session';
import { readPages } from './pages';

/** What a server offers besides tools, as it sent it. */
export interface OtherLists {
  readonly resources: readonly JsonValue[];
  readonly resourceTemplates: readonly JsonValue[];
  readonly prompts: readonly JsonValue[];
}

const MAX_ITEMS = 10_000;
/** JSON-RPC 2.0, "Error object": the method does not exist. */
const METHOD_NOT_FOUND = -32601;

/** Lists resources, resource templates and prompts where the server declares them. Rejects with a `PatchbayError`. */
export async function readOtherLists(session: Session, timeoutMs: number): Promise<OtherLists> {
  const { resources, prompts } = session.capabilities;
  const read = (declared: unknown, method: string, member: string) =>
    declared ? readDeclared(session, method, member, timeoutMs) : Promise.resolve([]);
  const [resourceList, templateList, promptList] = await Promise.all([
    read(resources, 'resources/list', 'resources'),
    read(resources, 'resources/templates/list', 'resourceTemplates'),
    read(prompts, 'prompts/list', 'prompts'),
  ]);
  return { resources: resourceList, resourceTemplates: templateList, prompts: promptList };
}

/** All pages of `resources/list`. Rejects with a `PatchbayError`. */
export function listResources(session: Session, timeoutMs: number): Promise<readonly JsonValue[]> {
  return readDeclared(session, 'resources/list', 'resources', timeoutMs);
}

/** Servers exist that declare a capability and know nothing of its methods: an empty list, not an error. */
async function readDeclared(session: Session, method: string, member: string, timeoutMs: number) {
  try {
    return await readPages(session, { method, member, maxItems: MAX_ITEMS, timeoutMs });
  } catch (error) {
    if (isPatchbayError(error) && error.code === METHOD_NOT_FOUND) return [];
    throw error;
  }
}
