import { describe, expect, it, vi } from 'vitest';
import * as core from '../../../../src/core/index';
import type { ConfigFiles } from '../../../../src/vscode/adapters/configFiles';
import type { ConfigProblems } from '../../../../src/vscode/adapters/configProblems';
import { ConfigurationReader } from '../../../../src/vscode/adapters/configuration';

const trust = vi.hoisted(() => ({ isTrusted: false }));
vi.mock('vscode', () => ({ workspace: trust }));

const text = (command: string) => JSON.stringify({ servers: { a: { command } } });
const workspace = { kind: 'workspace', folder: 'w', folderPath: '/w', path: '/w/.vscode/patchbay.json' } as const;
const files = {
  readAll: async () => [
    { source: { kind: 'user', path: '/u/patchbay.json' } as const, text: text('mine') },
    { source: workspace, text: text('theirs') },
  ],
};

describe('ConfigurationReader', () => {
  it('lets a workspace replace an entry of the user only once it is trusted', async () => {
    const published: number[] = [];
    const problems = { publish: (found: readonly unknown[]) => published.push(found.length) };
    const reader = new ConfigurationReader(
      core,
      files as unknown as ConfigFiles,
      problems as unknown as ConfigProblems,
    );
    expect((await reader.read()).servers.get('a')?.entry?.command).toBe('mine');
    trust.isTrusted = true;
    expect((await reader.read()).servers.get('a')?.entry?.command).toBe('theirs');
    expect(published).toEqual([1, 0]);
  });
});
