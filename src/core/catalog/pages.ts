import { PatchbayError } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import type { Session } from '../connection/session';

/** A list that has not ended by then never will. */
const MAX_PAGES = 200;
/** All pages together, in characters of JSON: more is nothing that anybody could look through. */
const MAX_CHARACTERS = 50_000_000;
/** All pages together may take as long as so many single ones. */
const MAX_TIMEOUTS = 4;

export interface PagedList {
  /** `tools/list`, `resources/list`, … */
  readonly method: string;
  /** The member of the result that holds the items. */
  readonly member: string;
  readonly maxItems: number;
  /** For each page. */
  readonly timeoutMs: number;
}

/**
 * Reads all pages of a list (MCP specification, server/utilities/pagination), items unchecked.
 * Rejects with a `PatchbayError` of kind `limit` where the list does not end.
 */
export async function readPages(session: Session, list: PagedList): Promise<readonly JsonValue[]> {
  const { method, member, maxItems, timeoutMs } = list;
  const items: JsonValue[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  let characters = 0;
  const deadline = timeoutMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs * MAX_TIMEOUTS;
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await session.request(method, cursor === undefined ? {} : { cursor }, { timeoutMs });
    const found = result[member];
    if (!Array.isArray(found))
      throw new PatchbayError('protocol', `The answer to ${method} holds no list "${member}".`);
    for (const item of found) items.push(item);
    if (typeof result.nextCursor === 'string') characters += JSON.stringify(found).length;
    if (characters > MAX_CHARACTERS) throw endless(method, `more than ${MAX_CHARACTERS} characters`);
    if (performance.now() > deadline) throw endless(method, 'page after page without an end in time');
    if (items.length > maxItems) throw endless(method, `more than ${maxItems} entries`);
    if (typeof result.nextCursor !== 'string' || result.nextCursor === '') return items;
    cursor = result.nextCursor;
    if (cursors.has(cursor)) throw endless(method, 'the same page again and again');
    cursors.add(cursor);
  }
  throw endless(method, `more than ${MAX_PAGES} pages`);
}

function endless(method: string, what: string): PatchbayError {
  return new PatchbayError('limit', `The list of ${method} does not end: the server sends ${what}.`);
}
