export interface CodeServerOptions {
  /** Folder or .code-workspace file to open. */
  readonly workspace: string;
  /** Extension to install. */
  readonly vsix?: string;
  /** User settings above QUIET_SETTINGS. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: a free one. */
  readonly port?: number;
  /** Above the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts further extensions into the folder. */
  readonly prepareExtensions?: (folder: string) => Promise<unknown>;
  /** Gives the start up: rejects when all that was started is gone again. */
  readonly signal?: AbortSignal;
}

export interface CodeServer {
  readonly origin: string;
  /** Address of the window with the workspace. */
  readonly url: string;
  readonly processId: number;
  readonly userData: string;
  readonly extensions: string;
  /** Its last lines. */
  log(): string;
  readonly exited: Promise<number | null>;
  /** Ends it and all below it, and deletes its folders. Idempotent. */
  stop(): Promise<void>;
}

export const QUIET_SETTINGS: Readonly<Record<string, unknown>>;
export function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
