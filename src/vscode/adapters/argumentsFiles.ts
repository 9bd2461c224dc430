import * as vscode from 'vscode';
import { ARGUMENTS_SCHEME } from '../contributions';

interface File {
  readonly bytes: Uint8Array;
  readonly mtime: number;
}

/**
 * The files behind the documents in which arguments are edited: in memory, so that saving one asks for nothing and leaves
 * nothing on disk. What is not there yet, as after a reload of the window, `load` gives.
 */
export class ArgumentsFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #files = new Map<string, File>();
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changes.event;
  readonly #load: (uri: vscode.Uri) => Promise<string | undefined>;
  readonly #registration: vscode.Disposable;
  #writes = 0;

  constructor(load: (uri: vscode.Uri) => Promise<string | undefined>) {
    this.#load = load;
    this.#registration = vscode.workspace.registerFileSystemProvider(ARGUMENTS_SCHEME, this, { isCaseSensitive: true });
  }

  /** The text as last saved. */
  text(uri: vscode.Uri): string | undefined {
    const file = this.#files.get(uri.toString());
    return file && new TextDecoder().decode(file.bytes);
  }

  put(uri: vscode.Uri, text: string): void {
    this.writeFile(uri, new TextEncoder().encode(text));
    this.#changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  forget(uri: vscode.Uri): void {
    this.#files.delete(uri.toString());
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes, mtime } = await this.#file(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: bytes.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.#file(uri)).bytes;
  }

  writeFile(uri: vscode.Uri, bytes: Uint8Array): void {
    this.#files.set(uri.toString(), { bytes, mtime: ++this.#writes });
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changes.dispose();
    this.#files.clear();
  }

  async #file(uri: vscode.Uri): Promise<File> {
    const known = this.#files.get(uri.toString());
    if (known !== undefined) return known;
    const text = await this.#load(uri);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    if (!this.#files.has(uri.toString())) this.writeFile(uri, new TextEncoder().encode(text));
    return this.#files.get(uri.toString()) as File;
  }
}
