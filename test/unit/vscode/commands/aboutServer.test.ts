import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../../../../src/base/errors';
import { aboutServer, causeOf, ServerFailure } from '../../../../src/vscode/commands/aboutServer';

const server = { id: 'broken', name: 'Broken on purpose' };

describe('aboutServer', () => {
  it('puts the name of the server before what went wrong, once', async () => {
    const cause = new PatchbayError('transport', 'Command not found: "x".', { hint: 'Install it.' });
    const failure = await aboutServer(server, () => Promise.reject(cause)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServerFailure);
    expect(String(failure)).toContain('Broken on purpose: Command not found: "x". Install it.');
    expect(causeOf(failure)).toBe(cause);
    const named = new ServerFailure(server, new Error('Broken on purpose is disabled.'));
    expect(named.message).toBe('Broken on purpose is disabled.');
  });

  it('gives what the work gives', async () => {
    await expect(aboutServer(server, async () => 42)).resolves.toBe(42);
    expect(causeOf('text')).toBe('text');
  });
});
