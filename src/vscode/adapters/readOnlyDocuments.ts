import * as vscode from 'vscode';

const SCHEME = 'patchbay-report';

/** Read-only documents that this extension writes itself: closing one asks for nothing. */
export class ReadOnlyDocuments implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.#changes.event,
    provideTextDocumentContent: (uri) => this.#texts.get(uri.path) ?? '',
  });

  /** The document of that name, which is the title of its tab, with this text from now on. */
  put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changes.fire(uri);
    return uri;
  }

  dispose(): void {
    this.#provider.dispose();
    this.#changes.dispose();
    this.#texts.clear();
  }
}
