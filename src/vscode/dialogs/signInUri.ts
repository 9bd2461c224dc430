import * as vscode from 'vscode';
import { type Disposable, toDisposable } from '../../base/disposable';

const CALLBACK_PATH = '/callback';

/**
 * Answers of authorization servers that come as a URI of the editor, for windows whose machine the browser cannot reach.
 * An extension has one handler, so it is registered with the first use and kept.
 */
export class UriAnswers implements Disposable {
  readonly #waiting = new Map<string, (query: URLSearchParams) => void>();
  readonly #extensionId: string;
  #handler: vscode.Disposable | undefined;

  constructor(extensionId: string) {
    this.#extensionId = extensionId;
  }

  /** The URL that leads to this window, as a browser reaches it. */
  async redirectUrl(): Promise<string> {
    this.#handler ??= vscode.window.registerUriHandler({ handleUri: (uri) => this.#handle(uri) });
    const uri = vscode.Uri.parse(`${vscode.env.uriScheme}://${this.#extensionId}${CALLBACK_PATH}`);
    return (await vscode.env.asExternalUri(uri)).toString(true);
  }

  /** Calls back once for the answer with this `state`. */
  expect(state: string, onAnswer: (query: URLSearchParams) => void): Disposable {
    this.#waiting.set(state, onAnswer);
    return toDisposable(() => this.#waiting.delete(state));
  }

  dispose(): void {
    this.#handler?.dispose();
    this.#waiting.clear();
  }

  #handle(uri: vscode.Uri): void {
    if (uri.path !== CALLBACK_PATH) return;
    const query = new URLSearchParams(uri.query);
    const state = query.get('state') ?? '';
    const onAnswer = this.#waiting.get(state);
    this.#waiting.delete(state);
    onAnswer?.(query);
  }
}
