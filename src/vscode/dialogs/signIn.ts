import * as vscode from 'vscode';
import { raceAbort } from '../../base/abort';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { PatchbayError } from '../../base/errors';
import type { SignIn, SignInAttempt, SignInRequest } from '../../core/ports';
import { SIGN_IN_GIVEN_UP } from '../contributions';
import { oneLine } from '../plainText';
import { listenForAnswer } from './signInLoopback';
import { UriAnswers } from './signInUri';

/**
 * Signs in with the person's browser. The answer comes to a port of this machine where the browser runs on it too, else
 * to a URI of the editor. Nothing is registered or opened before the first sign-in.
 */
export function createSignIn(extensionId: string): SignIn & Disposable {
  const answers = new UriAnswers(extensionId);
  return {
    start: (request) => (isBrowserHere() ? startOnPort(request) : startOnUri(request, answers)),
    dispose: () => answers.dispose(),
  };
}

function isBrowserHere(): boolean {
  return vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
}

async function startOnPort(request: SignInRequest): Promise<SignInAttempt> {
  const { t } = vscode.l10n;
  const loopback = await listenForAnswer({
    done: t('You are signed in. You can close this page.'),
    failed: t('Signing in did not work. The editor says why.'),
  });
  return {
    redirectUrl: loopback.url,
    authorize: (url, signal) => show(request, url, loopback.wait(stateOf(url)), signal),
    dispose: () => loopback.dispose(),
  };
}

async function startOnUri(request: SignInRequest, answers: UriAnswers): Promise<SignInAttempt> {
  const store = new DisposableStore();
  return {
    redirectUrl: await answers.redirectUrl(),
    async authorize(url, signal) {
      await requireSameAddress(url);
      const answer = new Promise<URLSearchParams>((resolve) => {
        store.add(answers.expect(stateOf(url), resolve));
      });
      return show(request, url, answer, signal);
    },
    dispose: () => store.dispose(),
  };
}

/**
 * A window of another machine leads addresses of its own machine through itself, and encodes their query anew on the way:
 * the page would get another `redirect_uri`, and the answer would never come. Rejects where it would do that.
 */
async function requireSameAddress(url: URL): Promise<void> {
  const uri = vscode.Uri.parse(url.href);
  // Hosts that lead nothing through themselves may not answer at all.
  const opened = await Promise.resolve(vscode.env.asExternalUri(uri)).catch(() => uri);
  if (opened.toString() === uri.toString()) return;
  const server = oneLine(url.host, 120);
  throw new PatchbayError(
    'auth',
    `The authorization server ${server} is on the machine of the editor, and this window changes its address on the way to your browser, so that no sign-in can come back.`,
    { hint: 'Give it a name that your browser reaches, use VS Code on that machine, or set a token for this server.' },
  );
}

function stateOf(url: URL): string {
  return url.searchParams.get('state') ?? '';
}

/** Opens the page; a notification says what is waited for and takes a change of mind. */
async function show(
  { serverName, issuer }: SignInRequest,
  url: URL,
  answer: Promise<URLSearchParams>,
  signal: AbortSignal,
): Promise<URLSearchParams> {
  const { t } = vscode.l10n;
  const title = t('Signing in to “{0}” at {1} in the browser…', oneLine(serverName, 80), oneLine(issuer, 120));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_, token) => {
    const given = new AbortController();
    const cancellation = token.onCancellationRequested(() => given.abort(unfinished(serverName)));
    try {
      // As text: a parsed URI would be encoded anew, and another redirect_uri or state would arrive.
      const target = url.href as unknown as vscode.Uri;
      if (!(await vscode.env.openExternal(target))) throw unfinished(serverName);
      return await raceAbort(answer, AbortSignal.any([signal, given.signal]));
    } finally {
      cancellation.dispose();
    }
  });
}

function unfinished(serverName: string): PatchbayError {
  return new PatchbayError('auth', `Signing in to "${serverName}" was not finished.`, {
    code: SIGN_IN_GIVEN_UP,
    hint: 'Connect to sign in.',
  });
}
