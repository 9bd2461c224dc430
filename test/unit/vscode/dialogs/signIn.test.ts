import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSignIn } from '../../../../src/vscode/dialogs/signIn';

const editor = vi.hoisted(() => ({
  opened: [] as unknown[],
  handle: (_uri: object) => {},
  external: (text: string): string => text,
}));
vi.mock('vscode', () => ({
  window: {
    registerUriHandler({ handleUri }: { handleUri(uri: object): void }) {
      editor.handle = handleUri;
      return { dispose() {} };
    },
    withProgress: (_options: object, work: (progress: object, token: object) => unknown) =>
      work({}, { onCancellationRequested: () => ({ dispose() {} }) }),
  },
  env: {
    remoteName: undefined,
    uiKind: 2,
    uriScheme: 'code',
    asExternalUri: async (uri: object) => {
      const text = editor.external(String(uri));
      return { toString: () => text };
    },
    openExternal: async (target: unknown) => editor.opened.push(target) > 0,
  },
  Uri: { parse: (text: string) => ({ toString: () => text }) },
  UIKind: { Desktop: 1, Web: 2 },
  ProgressLocation: { Notification: 15 },
  l10n: { t: (text: string) => text },
}));

const { signal } = new AbortController();
const page = new URL('http://127.0.0.1:9000/authorize?state=s1&redirect_uri=code%3A%2F%2Fx%2Fcallback%3Fa%3D1');

beforeEach(() => {
  editor.opened = [];
  editor.external = (text) => text;
});

describe('a sign-in from a window in the browser', () => {
  const start = () => createSignIn('patchbay.patchbay').start({ serverName: 's', issuer: 'i' }, signal);

  it('is refused at once, with the next step, where the window would change the address of the page', async () => {
    const attempt = await start();
    editor.external = (text) => text.replace('http://127.0.0.1:9000', 'https://window.example/proxy/9000');
    await expect(attempt.authorize(page, signal)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('127.0.0.1:9000'),
      hint: expect.stringContaining('set a token'),
    });
    expect(editor.opened).toEqual([]);
  });

  it.each([
    ['leads it on as it is', (text: string) => text],
    [
      'leads nothing',
      () => {
        throw new Error('not here');
      },
    ],
  ])('opens the very address where the window %s, and takes a refusal as the answer', async (_what, external) => {
    const attempt = await start();
    editor.external = external;
    const answer = attempt.authorize(page, signal);
    await vi.waitFor(() => expect(editor.opened).toEqual([page.href]));
    editor.handle({ path: '/callback', query: 'state=s1&error=access_denied&error_description=No' });
    expect(Object.fromEntries(await answer)).toMatchObject({ error: 'access_denied', error_description: 'No' });
  });
});
