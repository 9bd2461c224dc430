import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/vscode/adapters/logger';
import { createMemory } from '../../../../src/vscode/adapters/memory';
import { createSecrets } from '../../../../src/vscode/adapters/secrets';

type Memento = Parameters<typeof createMemory>[0];
type SecretStorage = Parameters<typeof createSecrets>[0];
type Output = Parameters<typeof createLogger>[0];

function memento() {
  const values = new Map<string, unknown>();
  const state = {
    keys: () => [...values.keys()],
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
  return { values, state: state as unknown as Memento };
}

describe('memory', () => {
  it('keeps approvals with the workspace and everything else with the user', async () => {
    const [global, workspace] = [memento(), memento()];
    const memory = createMemory(global.state, workspace.state);
    await memory.set('approval:/folder:abc', true);
    await memory.set('era:abc', 'modern');
    expect([...global.values.keys()]).toEqual(['era:abc']);
    expect([...workspace.values.keys()]).toEqual(['approval:/folder:abc']);
    expect(memory.get('approval:/folder:abc')).toBe(true);
    expect(memory.get('era:abc')).toBe('modern');
  });
});

describe('secrets', () => {
  it('keeps values under names of their own', async () => {
    const stored = new Map<string, string>([['otherKey', 'x']]);
    const storage = {
      get: async (key: string) => stored.get(key),
      store: async (key: string, value: string) => void stored.set(key, value),
      delete: async (key: string) => void stored.delete(key),
      keys: async () => [...stored.keys()],
    };
    const secrets = createSecrets(storage as unknown as SecretStorage);
    await secrets.set('b', '2');
    await secrets.set('a', '1');
    expect(await secrets.names()).toEqual(['a', 'b']);
    expect(await secrets.get('a')).toBe('1');
    expect(await secrets.get('otherKey')).toBeUndefined();
    await secrets.delete('a');
    expect(await secrets.names()).toEqual(['b']);
    expect(stored.get('otherKey')).toBe('x');
  });
});

describe('logger', () => {
  it('gives a server no way to begin a line of its own', () => {
    const lines: string[] = [];
    const log = createLogger({ info: (message: string) => lines.push(message) } as unknown as Output);
    log.info('stderr: fine\r\n2026-01-01 [error] forged\u2028x');
    log.info('\u001b[2J\u009b31m\u202eback\u200b\tx');
    expect(lines.pop()).toBe('\\u{1b}[2J\\u{9b}31m\\u{202e}back\\u{200b}\tx');
    expect(lines).toEqual(['stderr: fine ⏎ 2026-01-01 [error] forged ⏎ x']);
  });
});
