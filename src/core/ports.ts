import type { Clock } from '../base/clock';

/** Where log lines go. One line a call; the host adds time and level. Never given a secret. */
export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Secrets by name, as `${secret:name}` uses them. Backed by SecretStorage in VS Code. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Small JSON facts that outlive a window: era verdicts, approvals, last seen tools. Never a secret. */
export interface Memory {
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): Promise<void>;
}

/** A value that the configuration asks a person for: `${input:id}` or a `${secret:name}` not stored yet. */
export interface ValueRequest {
  readonly kind: 'input' | 'secret';
  readonly id: string;
  readonly description: string;
  readonly password: boolean;
  readonly default?: string;
  /** Where given, the person picks one of these. */
  readonly options?: readonly string[];
  /** The server that needs it, for the prompt. */
  readonly serverName: string;
}

/** What a workspace entry is about to run or contact, shown to the person before the first time. */
export interface ApprovalRequest {
  readonly serverId: string;
  readonly serverName: string;
  /** One line of text: the command with its arguments, or the URL. */
  readonly summary: string;
  /** Further lines: folder, names of environment variables. */
  readonly details: readonly string[];
  readonly fingerprint: string;
}

/** Questions to the person. Every method may be refused: undefined or false means "not now". */
export interface Prompts {
  askValue(request: ValueRequest, signal: AbortSignal): Promise<string | undefined>;
  approve(requests: readonly ApprovalRequest[], signal: AbortSignal): Promise<boolean>;
}

/** The folders that `${workspaceFolder}` and `${workspaceFolder:name}` mean, and whether they are trusted. */
export interface Workspace {
  folders(): readonly { readonly name: string; readonly path: string }[];
  isTrusted(): boolean;
}

/** All that the core asks of its host. Every member has a default for plain Node in `createHub`. */
export interface Ports {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  readonly secrets: SecretStore;
  readonly memory: Memory;
  readonly prompts: Prompts;
  readonly workspace: Workspace;
  /** Environment variables that `${env:X}` reads and child processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
}
