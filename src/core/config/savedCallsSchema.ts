import { z } from 'zod';
import type { JsonObject } from '../../shared/json';
import { savedCallsSchema } from './schema/savedCalls';

/** JSON Schema (draft-07) of the file with the saved calls, for completion and hover in the editor. */
export function savedCallsJsonSchema(): object {
  const schema = z.toJSONSchema(savedCallsSchema, { target: 'draft-7', io: 'input' }) as JsonObject;
  const list = (schema.properties as JsonObject).calls as JsonObject;
  const body = { name: '${1:name}', server: '${2:server}', tool: '${3:tool}', arguments: {} };
  list.defaultSnippets = [{ label: 'List with one call', body: [body] }];
  (list.items as JsonObject).defaultSnippets = [{ label: 'Call of a tool', body }];
  return { ...schema, title: 'Saved calls of Patchbay', allowComments: true, allowTrailingCommas: true };
}
