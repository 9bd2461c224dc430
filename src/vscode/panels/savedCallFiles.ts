import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { describeError, PatchbayError } from '../../base/errors';
import { Emitter, type Event } from '../../base/event';
import type { SavedCall, SavedCallKey, SavedCallsProblem } from '../../core/index';
import type { JsonObject } from '../../shared/json';
import { editConfigFile, showConfigFile } from '../adapters/configDocument';
import { readTextFile } from '../adapters/textFile';
import { WatchedFiles } from '../adapters/watchedFiles';
import { savedCallsName } from '../contributions';
import { oneLine } from '../plainText';
import { argumentsOf } from './savedCallViews';

const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** The saved calls of one workspace folder. */
export interface FolderCalls {
  readonly folder: vscode.WorkspaceFolder;
  readonly calls: readonly SavedCall[];
  readonly problems: readonly SavedCallsProblem[];
  /** Whether the file must not be changed before somebody corrects it by hand. */
  readonly broken: boolean;
}

/** The files with saved calls, one in each workspace folder. Everything in them comes from the workspace. */
export class SavedCallFiles implements vscode.Disposable {
  readonly #core: () => Promise<typeof import('../../core/index')>;
  readonly #store = new DisposableStore();
  readonly #changes = this.#store.add(new Emitter<void>());
  readonly #watched: WatchedFiles;

  /** Fires after a file was changed by anybody, a folder was added or trust was given; only after the first `readAll`. */
  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(core: () => Promise<typeof import('../../core/index')>, clock: Clock) {
    this.#core = core;
    const places = {
      patterns: () => folders().map((folder) => new vscode.RelativePattern(folder, savedCallsName)),
      isOne: (uri: vscode.Uri) => folders().some((folder) => uriIn(folder).toString() === uri.toString()),
    };
    this.#watched = this.#store.add(new WatchedFiles(places, clock, () => this.#changes.fire()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Reads the file of each folder, in their order; folders without one are left out. Starts watching. */
  async readAll(): Promise<FolderCalls[]> {
    this.#watched.start();
    const read = await Promise.all(folders().map((folder) => this.read(folder)));
    return read.filter((file) => file !== undefined);
  }

  async read(folder: vscode.WorkspaceFolder): Promise<FolderCalls | undefined> {
    const { readSavedCalls } = await this.#core();
    try {
      const text = await readTextFile(uriIn(folder), MAX_FILE_BYTES);
      return text === undefined ? undefined : { folder, ...readSavedCalls(text) };
    } catch (error) {
      const message = describeError(error);
      return { folder, calls: [], problems: [{ message, offset: 0, length: 0, line: 0, column: 0 }], broken: true };
    }
  }

  /** The saved calls of a folder that can be changed. Rejects where something in its file could be lost. */
  async readEditable(folder: vscode.WorkspaceFolder): Promise<readonly SavedCall[]> {
    const [{ requireEditable }, file] = await Promise.all([this.#core(), this.read(folder)]);
    if (file === undefined) return [];
    requireEditable(file);
    return file.calls;
  }

  /** Adds a call, or replaces the arguments of the one with that key. Rejects where something in the file could be lost. */
  async save(folder: vscode.WorkspaceFolder, key: SavedCallKey, argumentsJson: string): Promise<void> {
    const { setSavedCall } = await this.#core();
    await this.#edit(folder, (text) => setSavedCall(text, key, argumentsJson));
  }

  async rename(folder: vscode.WorkspaceFolder, key: SavedCallKey, name: string): Promise<void> {
    const { renameSavedCall } = await this.#core();
    await this.#edit(folder, (text) => renameSavedCall(text, key, name));
  }

  async remove(folder: vscode.WorkspaceFolder, key: SavedCallKey): Promise<void> {
    const { removeSavedCall } = await this.#core();
    await this.#edit(folder, (text) => removeSavedCall(text, key));
  }

  /** Opens the file in an editor, at an offset where one is given. */
  async open(folder: vscode.WorkspaceFolder, offset?: number): Promise<void> {
    await showConfigFile(uriIn(folder), offset === undefined ? undefined : { offset, length: 0 });
  }

  async #edit(folder: vscode.WorkspaceFolder, edit: (text: string) => string): Promise<void> {
    await editConfigFile(uriIn(folder), edit);
    // The file system may report it late.
    this.#watched.announce();
  }
}

/** The path of a folder's file as a person knows it. */
export function savedCallsPath(folder: vscode.WorkspaceFolder): string {
  return folders().length > 1 ? `${folder.name}/${savedCallsName}` : savedCallsName;
}

/** Throws where the arguments may not or cannot be used. */
export function usableArguments(call: SavedCall): JsonObject {
  if (!vscode.workspace.isTrusted) {
    throw new PatchbayError('security', 'In Restricted Mode the saved calls of this workspace are only listed.', {
      hint: 'Trust the workspace to use them.',
    });
  }
  const usable = argumentsOf(call);
  if (usable.ok) return usable.args;
  throw new PatchbayError('config', `The arguments of “${oneLine(call.name, 100)}” cannot be used: ${usable.message}`);
}

/** The open folder of that URI. Throws where it was closed meanwhile. */
export function folderOf(uri: string): vscode.WorkspaceFolder {
  const folder = folders().find((open) => open.uri.toString() === uri);
  if (folder === undefined) throw new PatchbayError('config', 'The folder with this saved call is no longer open.');
  return folder;
}

function folders(): readonly vscode.WorkspaceFolder[] {
  return vscode.workspace.workspaceFolders ?? [];
}

function uriIn(folder: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.joinPath(folder.uri, savedCallsName);
}
