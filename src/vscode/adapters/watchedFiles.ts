import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { RefreshQueue } from '../refreshQueue';

/** Editors write a file in several steps; one change is announced after they are done. */
const CHANGE_DELAY_MS = 100;

export interface WatchedPlaces {
  /** Asked again whenever workspace folders come or go. */
  readonly patterns: () => readonly vscode.GlobPattern[];
  readonly isOne: (uri: vscode.Uri) => boolean;
}

/** Announces that a file was saved, made or removed, that a folder was added or that trust was given; after `start` only. */
export class WatchedFiles implements vscode.Disposable {
  readonly #places: WatchedPlaces;
  readonly #store = new DisposableStore();
  readonly #queue: RefreshQueue<undefined>;
  #watchers: DisposableStore | undefined;

  constructor(places: WatchedPlaces, clock: Clock, onChange: () => void) {
    this.#places = places;
    this.#queue = this.#store.add(new RefreshQueue(clock, CHANGE_DELAY_MS, onChange));
  }

  start(): void {
    if (this.#watchers || this.#store.isDisposed) return;
    this.#store.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (this.#places.isOne(uri)) this.announce();
      }),
    );
    this.#store.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#watch();
        this.announce();
      }),
    );
    // What a workspace may do depends on its trust.
    this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.announce()));
    this.#watch();
  }

  /** Announces a change without waiting for the file system to report it. */
  announce(): void {
    this.#queue.addAll();
  }

  dispose(): void {
    this.#watchers?.dispose();
    this.#store.dispose();
  }

  #watch(): void {
    this.#watchers?.dispose();
    const watchers = new DisposableStore();
    this.#watchers = watchers;
    for (const pattern of this.#places.patterns()) {
      const watcher = watchers.add(vscode.workspace.createFileSystemWatcher(pattern));
      watchers.add(watcher.onDidCreate(() => this.announce()));
      watchers.add(watcher.onDidChange(() => this.announce()));
      watchers.add(watcher.onDidDelete(() => this.announce()));
    }
  }
}
