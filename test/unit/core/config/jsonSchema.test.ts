import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../../../src/core/config/jsonSchema';

interface SchemaNode {
  readonly [key: string]: unknown;
  readonly properties?: Record<string, SchemaNode>;
  readonly additionalProperties?: SchemaNode | boolean;
}

function* nodes(node: unknown): Generator<SchemaNode> {
  if (typeof node !== 'object' || node === null) return;
  yield node as SchemaNode;
  for (const child of Object.values(node)) yield* nodes(child);
}

const schema = configJsonSchema() as SchemaNode;
const server = schema.properties?.servers?.additionalProperties as SchemaNode;

describe('configJsonSchema', () => {
  it('is draft-07 without required keys at the top', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema.required).toBeUndefined();
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('leaves unknown keys to the findings that name the nearest known one', () => {
    for (const node of nodes(schema)) expect(node.additionalProperties).not.toBe(false);
  });

  it('describes every key', () => {
    const bare = [...nodes(schema)].flatMap(({ properties }) =>
      Object.entries(properties ?? {})
        .filter(
          ([key, value]) =>
            typeof value === 'object' && !('description' in value) && !('const' in value) && key !== 'properties',
        )
        .map(([key]) => key),
    );
    expect(bare).toEqual([]);
  });

  it('offers defaults, choices, examples and snippets', () => {
    expect(server.properties?.autoConnect).toMatchObject({
      default: 'onDemand',
      enum: ['startup', 'onDemand', 'manual'],
    });
    expect(server.properties?.timeouts?.properties?.toolMs).toMatchObject({
      type: 'integer',
      minimum: 0,
      default: 30_000,
    });
    expect(JSON.stringify(server.properties?.url)).toContain('"https://api.example.com/mcp"');
    expect(JSON.stringify(server.properties?.command)).toContain('"examples":["npx"');
    expect(schema.properties?.servers?.defaultSnippets).toHaveLength(2);
    expect(server.defaultSnippets).toHaveLength(2);
  });

  describe.each([
    [
      'auth',
      () => server.properties?.auth,
      ['none', 'bearer', 'apiKey', 'basic', 'tokenCommand', 'oauth'],
      ['bearer', 'token'],
    ],
    [
      'inputs',
      () => schema.properties?.inputs?.items as SchemaNode,
      ['promptString', 'pickString'],
      ['pickString', 'options'],
    ],
  ] as const)('the types of %s', (_, find, types, [kind, key]) => {
    const node = find() as SchemaNode;
    const conditions = node.allOf as { if: SchemaNode; then: SchemaNode }[];

    it('are all offered and explained at one place, so that the editor judges a wrong one by all of them', () => {
      expect(node).not.toHaveProperty('oneOf');
      const type = node.properties?.type as { enum: string[]; enumDescriptions: string[] };
      expect(type.enum).toEqual(types);
      expect(type.enumDescriptions).toHaveLength(types.length);
      expect(type.enumDescriptions).not.toContain('');
    });

    it('bring the keys of each only where that type is written', () => {
      expect(conditions).toHaveLength(types.length);
      const own = conditions.find(({ if: { properties } }) => properties?.type?.const === kind);
      expect(own?.if.required).toEqual(['type']);
      expect(own?.then.required).toContain(key);
      expect(own?.then.properties?.[key]).toHaveProperty('description');
      expect(node.properties).not.toHaveProperty(key);
    });
  });

  it('offers one snippet for each kind of credentials, which keeps the secret out of the file', () => {
    const snippets = server.properties?.auth?.defaultSnippets as { body: { type: string } }[];
    expect(snippets.map(({ body }) => body.type)).toEqual(['bearer', 'apiKey', 'basic', 'tokenCommand', 'oauth']);
    expect(JSON.stringify(snippets)).toContain(JSON.stringify('^"\\${secret:${1:name}\\}"').slice(1, -1));
  });

  it('says nothing of the bounds of numbers in JavaScript', () => {
    expect(JSON.stringify(schema)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });
});
