import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../../../src/core/config/parse';

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
const [, block = ''] = /### Credentials\n[\s\S]*?```jsonc\n([\s\S]*?)```/.exec(readme) ?? [];
const examples = block.split('\n').filter((line) => line.startsWith('"auth"'));

describe('the examples of "auth" in the README', () => {
  it('are one line for each kind', () => {
    const types = examples.map((line) => /"type": "(\w+)"/.exec(line)?.[1]);
    expect(new Set(types)).toEqual(new Set(['bearer', 'apiKey', 'basic', 'tokenCommand', 'oauth']));
  });

  it.each(examples)('can be used as they stand: %s', (line) => {
    const text = `{ "servers": { "a": { "url": "https://mcp.example.com/mcp", ${line.replace(/ \/\/ .*$/, '')} } } }`;
    const { servers, diagnostics } = readConfigFile(text, { kind: 'user', path: '/patchbay.json' });
    expect(diagnostics).toEqual([]);
    expect(servers[0]?.entry?.auth.type).not.toBe('none');
  });
});
