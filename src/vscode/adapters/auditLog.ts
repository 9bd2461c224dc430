import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { AuditPort, Logger } from '../../core/ports';
import { auditArgumentsSetting } from '../contributions';

type Core = typeof import('../../core/index');

const MAX_BYTES = 5_000_000;
const MAX_FILES = 5;

/** The audit log in the extension's own folder, shared by all windows: one line for each tool call. */
export class AuditLog implements vscode.Disposable {
  readonly path: string;
  readonly setting = auditArgumentsSetting;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #subscription: vscode.Disposable;
  #arguments = readSetting();
  #sink: AuditPort['sink'] | undefined;

  constructor(globalStorage: vscode.Uri, clock: Clock, log: Logger) {
    this.path = join(globalStorage.fsPath, 'audit.jsonl');
    this.#clock = clock;
    this.#log = log;
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(auditArgumentsSetting)) this.#arguments = readSetting();
    });
  }

  get isOff(): boolean {
    return this.#arguments === 'off';
  }

  /** For the engine, whose bundle has the code that writes the file. */
  port({ createAuditFile }: Pick<Core, 'createAuditFile'>): AuditPort {
    const options = { path: this.path, maxBytes: MAX_BYTES, maxFiles: MAX_FILES, clock: this.#clock, log: this.#log };
    this.#sink ??= createAuditFile(options);
    return { sink: this.#sink, arguments: () => this.#arguments };
  }

  /** Resolves when all calls so far are in the file, or cannot be. */
  async flush(): Promise<void> {
    await this.#sink?.flush();
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** Anything that is no known value tells the least but still that there was a call. */
function readSetting(): 'hash' | 'redacted' | 'off' {
  const value = vscode.workspace.getConfiguration().get<unknown>(auditArgumentsSetting);
  return value === 'redacted' || value === 'off' ? value : 'hash';
}
