import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../shared/json';
import { isJsonObject } from './mergeValues';
import { configFileSchema } from './schema';

const STDIO_BODY = { command: '${2:npx}', args: ['${3:-y}', '${4:package}'] };
const HTTP_BODY = { url: '${2:https://example.com/mcp}' };

/** A leading `^` stands for JSON as it is: only so can a `$` be written that begins no placeholder. */
const SECRET = '^"\\${secret:${1:name}\\}"';
const AUTH_BODIES: readonly (readonly [label: string, body: JsonObject])[] = [
  ['Bearer token', { type: 'bearer', token: SECRET }],
  ['API key in a header', { type: 'apiKey', header: '${2:X-API-Key}', key: SECRET }],
  ['User name and password', { type: 'basic', username: '${2:name}', password: SECRET }],
  ['Token from a program', { type: 'tokenCommand', command: '${1:gh}', args: ['${2:auth}', '${3:token}'] }],
  ['OAuth, with a sign-in in the browser', { type: 'oauth' }],
];

/** JSON Schema (draft-07) of the configuration file, for completion and hover in the editor. */
export function configJsonSchema(): object {
  const written = z.toJSONSchema(configFileSchema, { target: 'draft-7', io: 'input' }) as JsonObject;
  const schema = tidy(withoutTypeUnions(written)) as JsonObject;
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
  ((server.properties as JsonObject).auth as JsonObject).defaultSnippets = AUTH_BODIES.map(([label, body]) =>
    snippet(label, body),
  );
  return { ...schema, title: 'Patchbay configuration', allowComments: true, allowTrailingCommas: true };
}

function snippet(label: string, body: JsonObject): JsonObject {
  return { label, body };
}

/**
 * Writes a choice between objects of a `type` as one object with a condition for each: of a plain union, the editor
 * completes and judges `type` by the one branch that it takes for the best match.
 */
function withoutTypeUnions(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutTypeUnions);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, member && withoutTypeUnions(member)] as const);
  const { oneOf, ...rest } = Object.fromEntries(members);
  const branches = Array.isArray(oneOf) ? oneOf.map(toBranch) : [];
  if (branches.length === 0 || branches.some((branch) => branch === undefined)) return Object.fromEntries(members);
  const known = branches.filter((branch) => branch !== undefined);
  const type = {
    type: 'string',
    enum: known.map(({ name }) => name),
    enumDescriptions: known.map(({ description }) => description),
    description: 'The kind; each has keys of its own.',
  };
  const conditions = known.map(({ name, keys }) => ({
    if: { properties: { type: { const: name } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: keys,
  }));
  return { ...rest, type: 'object', properties: { type }, required: ['type'], allOf: conditions };
}

function toBranch(branch: JsonValue) {
  if (!isJsonObject(branch) || !isJsonObject(branch.properties)) return undefined;
  const { type, ...properties } = branch.properties;
  if (!isJsonObject(type) || typeof type.const !== 'string') return undefined;
  const required = Array.isArray(branch.required) ? branch.required.filter((key) => key !== 'type') : [];
  return { name: type.const, description: type.description ?? '', keys: { properties, required } };
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
