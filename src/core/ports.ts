import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import type { JsonObject, JsonValue } from '../shared/json';

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
  /** What is set is gone with the process, so that nothing is remembered from one run to the next. Default: it lasts. */
  readonly isPassing?: boolean;
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
  /** Given for a group: id and name are those of the group. Absent: a server. */
  readonly kind?: 'group';
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

/** One value that a server asks for (MCP specification, client/elicitation, "Requested Schema"). Texts are bounded. */
export type ElicitField = ElicitFieldBase &
  (
    | {
        readonly kind: 'text';
        readonly format: 'email' | 'uri' | 'date' | 'date-time' | undefined;
        readonly maxLength: number | undefined;
        readonly default?: string;
      }
    | { readonly kind: 'number'; readonly integer: boolean; readonly default?: number }
    | { readonly kind: 'boolean'; readonly default?: boolean }
    | { readonly kind: 'choice'; readonly options: readonly ElicitOption[]; readonly default?: string }
    | { readonly kind: 'choices'; readonly options: readonly ElicitOption[]; readonly default?: readonly string[] }
  );

export interface ElicitOption {
  readonly value: string;
  readonly label: string;
}

interface ElicitFieldBase {
  /** The member of the answer. */
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly required: boolean;
  /** What is wrong with a value, as one sentence; undefined where it may be sent. */
  check(value: JsonValue): string | undefined;
}

/** A server asks the person for values, or to visit an address. All texts are the server's: show them as text only. */
export type ElicitRequest =
  | {
      readonly mode: 'form';
      readonly serverName: string;
      readonly message: string;
      readonly fields: readonly ElicitField[];
      /** The same as a JSON Schema of an object, made of what was understood only. */
      readonly schema: JsonObject;
    }
  | {
      readonly mode: 'url';
      readonly serverName: string;
      readonly message: string;
      /** https, or http of this machine. Must be shown in full and opened only after consent, never fetched before. */
      readonly url: string;
      readonly host: string;
      /** Whether letters of the host are not what they seem: it has a label in Punycode. */
      readonly isPunycode: boolean;
    };

/** `content` by field name, for an accepted form. `decline`: the person said no; `cancel`: closed without a choice. */
export interface ElicitAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, JsonValue>>;
  /** The person wants no further question of this server: until it connects again each is declined unseen. */
  readonly stopsQuestions?: true;
}

/** A server asks for an answer of a language model (MCP specification, client/sampling). */
export interface SampleRequest {
  readonly serverName: string;
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: readonly JsonObject[] }[];
  readonly systemPrompt: string | undefined;
  readonly maxTokens: number;
  /** Names or families of models, the best first. */
  readonly modelHints: readonly string[];
}

export interface SampleAnswer {
  readonly text: string;
  /** Name of the model that answered. */
  readonly model: string;
  readonly stopReason?: string;
}

/** The person refused, and wants no further question of this server until it connects again. */
export interface SampleRefusal {
  readonly stopsQuestions: true;
}

/** Asks the person. An aborted `signal` means that nobody waits for the answer any more. */
export type Elicit = (request: ElicitRequest, signal: AbortSignal) => Promise<ElicitAnswer>;

/**
 * What a server may ask of the person while it works. Only what is there is declared to servers. At most one question
 * of a server is open at a time; an aborted `signal` means that nobody waits for the answer any more.
 */
export interface Interaction {
  readonly elicit?: Elicit;
  /** Undefined: the person refused. */
  sample?(request: SampleRequest, signal: AbortSignal): Promise<SampleAnswer | SampleRefusal | undefined>;
  /** Folders that servers may know of. */
  roots?(): readonly { readonly uri: string; readonly name: string }[];
  readonly onDidChangeRoots?: Event<void>;
}

/** The browser part of OAuth. Used only for a connect that a person waits for. */
export interface SignIn {
  /** URL of a Client ID Metadata Document that describes this host, where one is published. */
  readonly clientMetadataUrl?: string;
  /** Gets ready to receive one answer. Rejects where that cannot be. */
  start(request: SignInRequest, signal: AbortSignal): Promise<SignInAttempt>;
}

export interface SignInRequest {
  readonly serverName: string;
  /** The authorization server, as text for people. */
  readonly issuer: string;
}

/** One way to an authorization server and back. Dispose it in any case. */
export interface SignInAttempt extends Disposable {
  /** Where the authorization server is to send the browser back to. */
  readonly redirectUrl: string;
  /**
   * Shows the page to the person and resolves to the query of the answer that has the `state` of `url`. Rejects where
   * the person refuses or `signal` aborts.
   */
  authorize(url: URL, signal: AbortSignal): Promise<URLSearchParams>;
}

/** The folders that `${workspaceFolder}` and `${workspaceFolder:name}` mean, and whether they are trusted. */
export interface Workspace {
  folders(): readonly { readonly name: string; readonly path: string }[];
  isTrusted(): boolean;
}

/** Settings of the host that hold for every network transport. Read at each connection. */
export interface NetworkSettings {
  /** URL of the proxy for `proxy: "inherit"`; undefined: none. */
  readonly proxyUrl: string | undefined;
  /** Hosts that are reached without the proxy, as in `NO_PROXY`. */
  readonly noProxy: readonly string[];
}

/** Where each tool call is written down. */
export interface AuditPort {
  readonly sink: {
    /** One record without its line end. Never throws, and waits for nothing. */
    append(line: string): void;
    /** Resolves when all that was appended is written, or cannot be. Never rejects. */
    flush(): Promise<void>;
  };
  /** What a record tells of the arguments: a fingerprint, or what they were, without secrets. Read at each call. */
  readonly arguments: () => 'hash' | 'redacted' | 'off';
}

/** How a value breaks a JSON schema. */
export interface SchemaProblem {
  /** JSON pointer into the value (RFC 6901); empty: the value as a whole. */
  readonly pointer: string;
  readonly message: string;
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
  /** Absent: servers are told that nobody is there to ask. */
  readonly interaction?: Interaction;
  readonly workspace: Workspace;
  /** Absent where there is no browser: who needs to sign in is told so. */
  readonly signIn?: SignIn;
  /** Proxy settings of the host. Absent: none. */
  readonly network?: () => NetworkSettings;
  /** Absent: no audit log is written. */
  readonly audit?: AuditPort;
  /** Holds a value against a schema, for the middleware `validate`. Absent: that refuses each call. */
  readonly validate?: (schema: JsonObject, value: JsonObject, signal: AbortSignal) => Promise<readonly SchemaProblem[]>;
  /** Environment variables that `${env:X}` reads and child processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
}
