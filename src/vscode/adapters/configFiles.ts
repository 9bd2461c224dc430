import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { describeError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { ConfigSource } from '../../core/config/definition';
import type { Logger } from '../../core/ports';
import { userConfigName, workspaceConfigName } from '../contributions';
import { readTextFile } from './textFile';
import { WatchedFiles } from './watchedFiles';
import { pathOf } from './workspace';

export type ConfigFileSource = Exclude<ConfigSource, { kind: 'adHoc' }>;

/** A configuration file as it is saved on disk. */
export interface ConfigFileText {
  readonly source: ConfigFileSource;
  readonly text: string;
}

const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Where the configuration stands: the user's file, then one in each workspace folder. */
export class ConfigFiles implements vscode.Disposable {
  readonly #userUri: vscode.Uri;
  readonly #log: Logger;
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #watched: WatchedFiles;
  readonly #texts = new Map<string, { uri: vscode.Uri; text: string }>();

  /** Fires after a file was saved, made, removed, a folder was added or trust was given; only after the first `readAll`. */
  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(globalStorageUri: vscode.Uri, clock: Clock, log: Logger) {
    this.#userUri = vscode.Uri.joinPath(globalStorageUri, userConfigName);
    this.#log = log;
    this.#watched = this.#store.add(
      new WatchedFiles({ patterns: () => this.#patterns(), isOne: (uri) => this.isConfigFile(uri) }, clock, () =>
        this.#changes.fire(),
      ),
    );
  }

  dispose(): void {
    this.#store.dispose();
  }

  get userUri(): vscode.Uri {
    return this.#userUri;
  }

  workspaceUri(folder: vscode.WorkspaceFolder): vscode.Uri {
    return vscode.Uri.joinPath(folder.uri, workspaceConfigName);
  }

  /** Reads every file that exists, the user's first. One that cannot be read is logged and left out. Starts watching. */
  async readAll(): Promise<ConfigFileText[]> {
    this.#watched.start();
    const read = await Promise.all(
      this.#places().map(async ({ source, uri }) => ({ source, uri, text: await this.#read(uri) })),
    );
    this.#texts.clear();
    const files: ConfigFileText[] = [];
    for (const { source, uri, text } of read) {
      if (text === undefined) continue;
      this.#texts.set(source.path, { uri, text });
      files.push({ source, text });
    }
    return files;
  }

  /** Whether some file may hold a server with `autoConnect: "startup"`. Costs one look at each file, and parses nothing. */
  async mentionsStartup(): Promise<boolean> {
    const texts = await Promise.all(this.#places().map(({ uri }) => this.#read(uri)));
    return texts.some((text) => text?.includes('"startup"'));
  }

  /** Announces a change without waiting for the file system to report it. */
  announceChange(): void {
    this.#watched.announce();
  }

  /** The file that a `ConfigSource` or `ConfigDiagnostic` names by path. */
  uriOf(path: string): vscode.Uri {
    const known = this.#places().find(({ source }) => source.path === path);
    return known?.uri ?? vscode.Uri.file(path);
  }

  /** The text that the last `readAll` saw in the file of that path. */
  textOf(path: string): string | undefined {
    return this.#texts.get(path)?.text;
  }

  /** Whether a file is one of the configuration files. */
  isConfigFile(uri: vscode.Uri): boolean {
    return this.#places().some((place) => place.uri.toString() === uri.toString());
  }

  #places(): { source: ConfigFileSource; uri: vscode.Uri }[] {
    const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => {
      const uri = this.workspaceUri(folder);
      return {
        uri,
        source: { kind: 'workspace', folder: folder.name, folderPath: pathOf(folder.uri), path: pathOf(uri) } as const,
      };
    });
    return [{ uri: this.#userUri, source: { kind: 'user', path: pathOf(this.#userUri) } }, ...folders];
  }

  async #read(uri: vscode.Uri): Promise<string | undefined> {
    try {
      return await readTextFile(uri, MAX_FILE_BYTES);
    } catch (error) {
      this.#log.error(`${pathOf(uri)} is left out: ${describeError(error)}`);
      return undefined;
    }
  }

  #patterns(): vscode.GlobPattern[] {
    return [
      new vscode.RelativePattern(vscode.Uri.joinPath(this.#userUri, '..'), userConfigName),
      ...(vscode.workspace.workspaceFolders ?? []).map(
        (folder) => new vscode.RelativePattern(folder, workspaceConfigName),
      ),
    ];
  }
}
