import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../shared/json';
import { isJsonObject } from './mergeValues';
import { configFileSchema } from './schema';

const STDIO_BODY = { command: '${2:npx}', args: ['${3:-y}', '${4:package}'] };
const HTTP_BODY = { url: '${2:https://example.com/mcp}' };

/** JSON Schema (draft-07) of the configuration file, for completion and hover in the editor. */
export function configJsonSchema(): object {
  const schema = tidy(z.toJSONSchema(configFileSchema, { target: 'draft-7', io: 'input' }) as JsonObject) as JsonObject;
  const servers = (schema.properties as JsonObject).servers as JsonObject;
  const server = servers.additionalProperties as JsonObject;
  servers.defaultSnippets = [
    snippet('Server that is started here (stdio)', { '${1:name}': STDIO_BODY }),
    snippet('Server at an address (HTTP)', { '${1:name}': HTTP_BODY }),
  ];
  server.defaultSnippets = [
    snippet('Server that is started here (stdio)', STDIO_BODY),
    snippet('Server at an address (HTTP)', HTTP_BODY),
  ];
  return { ...schema, title: 'Patchbay configuration', allowComments: true, allowTrailingCommas: true };
}

function snippet(label: string, body: JsonObject): JsonObject {
  return { label, body };
}

/**
 * Drops the bounds of safe integers, which say nothing to a person, restates a section's defaults only inside it, and
 * leaves unknown keys to our own findings, which name the nearest known one: the editor would mark them a second time.
 */
function tidy(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, member]) =>
      !(key === 'maximum' && member === Number.MAX_SAFE_INTEGER) &&
      !(key === 'minimum' && member === Number.MIN_SAFE_INTEGER) &&
      !(key === 'additionalProperties' && member === false) &&
      !(key === 'default' && isJsonObject(member) && Object.keys(member).length === 0),
  );
  return Object.fromEntries(kept.map(([key, member]) => [key, member === undefined ? member : tidy(member)]));
}
