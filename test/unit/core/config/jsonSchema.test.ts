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

  it('says nothing of the bounds of numbers in JavaScript', () => {
    expect(JSON.stringify(schema)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });
});
