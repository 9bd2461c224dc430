/** The shapes that every front (tree, panel, CLI, other extensions) sees of the hub. */
import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import type { CallToolResult, Implementation, Progress, Tool } from '../shared/mcp';
import type { GroupMemberView, GroupView, OpenBreaker, ToolBreaker } from './balancing/groupView';
import type { HistoryEntry } from './calls/history';
import type { OtherLists } from './catalog/otherLists';
import type { ReadResourceOptions, ResourceContents } from './catalog/resourceContents';
import type { ConfigSource, Configuration, ServerEntry } from './config/definition';
import type { Skill, SkillFile } from './connection/skills';
import type { ConnectionState } from './connection/state';
import type { MetricsSnapshot } from './metrics/snapshot';
import type { Middleware, MiddlewareFactory } from './middleware/middleware';
import type { SessionPoolNumbers } from './pool/sessionPool';
import type { Elicit } from './ports';
import type { Exchange } from './traffic/exchange';
import type { CustomLaunch, TransportFactory } from './transports/transport';

/** A tool of one server, as the server sent it, with the name that is unique over all servers. */
export interface CatalogTool {
  readonly tool: Tool;
  /** `<toolPrefix>_<name>`, or the name itself; on a collision `<serverId>_<name>`. */
  readonly callName: string;
}

/** What is known of a server's tools. `cached` is from an earlier connection and may be out of date. */
export interface ToolCatalog {
  readonly status: 'unknown' | 'cached' | 'live';
  readonly tools: readonly CatalogTool[];
  /** Why the last listing failed, where it did. The connection itself may be fine. */
  readonly error?: string;
}

/** One server at one moment: immutable, replaced at every change. */
export interface ServerSnapshot {
  readonly id: string;
  readonly name: string;
  readonly source: ConfigSource;
  /** Given where the entry of a workspace stands in the place of the user's own one with the same id. */
  readonly overrides?: 'user';
  readonly transport: string;
  /** Command line or URL as the file says it: variables and secrets are not filled in. */
  readonly address: string;
  readonly autoConnect: ServerEntry['autoConnect'];
  readonly state: ConnectionState;
  readonly catalog: ToolCatalog;
  /** From the last successful connection; undefined before. */
  readonly negotiated?: {
    readonly era: 'modern' | 'legacy';
    readonly protocolVersion: string;
    readonly serverInfo?: Implementation;
    readonly instructions?: string;
    readonly capabilities: readonly string[];
  };
  readonly processId?: number;
  /** Last measured time to the server and back in ms; only over the network, and only while connected. */
  readonly roundTripMs?: number;
  /** Given while it is disconnected because nobody called it for so many ms (`timeouts.idleMs`): the next call connects again. */
  readonly idleStopMs?: number;
  /** Given where this is a group of servers (`transport` is `group`), which is called like one. */
  readonly group?: {
    readonly strategy: GroupView['strategy'];
    readonly members: readonly Omit<GroupMemberView, 'inFlight'>[];
    /** Why some tools of its members are not tools of the group. */
    readonly warnings: readonly string[];
  };
  /** Given where the entry allows more than one connection. */
  readonly pool?: { readonly min: number; readonly max: number };
  /** Names of the HTTP headers that the entry asks to send, without their values. Absent: none. */
  readonly headerNames?: readonly string[];
  /** Which calls of a person ask first (`tools.confirm`); of a group the strictest of its members. Absent: destructive ones. */
  readonly confirm?: ServerEntry['tools']['confirm'];
  /** Absent: closed, calls go through. */
  readonly breaker?: OpenBreaker;
  /** Tools that are not called at the moment, because they failed again and again. */
  readonly toolBreakers?: readonly ToolBreaker[];
  /** Keys of this entry whose feature is not built yet, as dotted paths. */
  readonly notSupported: readonly string[];
}

/** One server at this moment, as plain JSON. */
export interface ServerNumbersNow {
  readonly server: string;
  readonly pool: SessionPoolNumbers;
  /** Calls that were made and have not ended, those in line included. */
  readonly inFlight: number;
  /** Calls that would go at once under the rate limit; null: there is none. */
  readonly remaining: number | null;
  /** Resources that the open session is subscribed to. */
  readonly subscribed: number;
  /** The first of their addresses. */
  readonly subscribedUris: readonly string[];
}

/** What is open, under way and waiting at this moment. */
export interface HubLoad {
  readonly connections: { readonly open: number; readonly waiting: number; readonly evicted: number };
  readonly calls: { readonly inFlight: number; readonly waiting: number };
  readonly servers: readonly ServerNumbersNow[];
}

/** Numbers since the hub was made, and `now` those of this moment. */
export interface HubMetrics extends MetricsSnapshot {
  readonly now: HubLoad;
}

/** A resource changed. `uri`: as the server names it. */
export interface ResourceUpdate {
  readonly server: string;
  readonly uri: string;
}

/** The last calls over all servers, without secrets. */
export interface CallLog {
  /** Newest first. */
  entries(): readonly HistoryEntry[];
  readonly onDidAdd: Event<HistoryEntry>;
  readonly onDidChange: Event<HistoryEntry>;
  clear(): void;
}

export interface CallToolOptions {
  readonly signal?: AbortSignal;
  /**
   * For the call in all, in place of what the server's entry says: connecting counts and progress does not start it
   * again, but a question to the person lets it stand still. 0: no limit.
   */
  readonly timeoutMs?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Told which server answered: of a group, the member. */
  readonly onMember?: (server: string) => void;
  /**
   * Asks the person in place of the host's own `interaction`, where it is clear that a question of the server belongs to
   * this call. Not called where the host lets nobody be asked.
   */
  readonly elicit?: Elicit;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** Whether a person is there to answer questions (approval, secrets). Default false: the state becomes `needsInput`. */
  readonly interactive?: boolean;
}

/** The last exchanges with one server, oldest first, without credentials. */
export interface Traffic {
  snapshot(): readonly Exchange[];
  readonly onDidAdd: Event<Exchange>;
  readonly onDidFinish: Event<Exchange>;
  clear(): void;
  /** One JSON object a line. */
  toJsonLines(): string;
}

/** Every server of one configuration, connected and callable. The only way down for every front. */
export interface Hub extends Disposable {
  servers(): readonly ServerSnapshot[];
  server(id: string): ServerSnapshot | undefined;
  /** Fires once for each server whose snapshot was replaced. */
  readonly onDidChangeServers: Event<ServerSnapshot>;
  /** Fires when servers were added or removed. */
  readonly onDidChangeServerList: Event<void>;
  /**
   * Resolves when the server is connected and its tools are listed; joins an attempt that is under way.
   * Rejects with a `PatchbayError` when the attempt failed; the state then says the same.
   */
  connect(id: string, options?: ConnectOptions): Promise<void>;
  /** Ends the connection and any retry; resolves when nothing of it is left. Idempotent. */
  disconnect(id: string): Promise<void>;
  /** Disconnects, then connects with a fresh transport. */
  reconnect(id: string, options?: ConnectOptions): Promise<void>;
  /** Starts the attempt that `reconnecting` waits for now. */
  retryNow(id: string): void;
  /** Leaves `reconnecting` for `error`. */
  stopRetrying(id: string): void;
  /** Connects each enabled server, in parallel; resolves when each has its verdict. Never rejects. */
  connectAll(options?: ConnectOptions): Promise<void>;
  disconnectAll(): Promise<void>;
  /**
   * Ends an OAuth sign-in: the authorization server is told, tokens and registration are forgotten, the connection ends.
   * False: nobody was signed in.
   */
  signOut(id: string, signal?: AbortSignal): Promise<boolean>;
  /** Lists the tools again. Rejects when the server is not connected or the list fails. */
  refreshTools(id: string): Promise<void>;
  /** Resources, resource templates and prompts as the server lists them. Rejects when the server is not connected. */
  readOtherLists(id: string): Promise<OtherLists>;
  /** Reads one resource by the address that the server gave it. Rejects when the server is not connected. */
  readResource(id: string, uri: string, options?: ReadResourceOptions): Promise<ResourceContents>;
  /** What the server declares as skills (SEP-2640); no file is read. Empty where it has none. */
  listSkills(id: string): Promise<readonly Skill[]>;
  /**
   * One file of a listed skill, by default its `SKILL.md`. Rejects with an error of kind `security` where the file is not
   * what was listed.
   */
  readSkill(id: string, skill: Skill, path?: string): Promise<SkillFile>;
  /** Connects first where the server is not connected. `isError` results resolve; they are the tool's answer. */
  callTool(id: string, tool: string, args: Record<string, unknown>, options?: CallToolOptions): Promise<CallToolResult>;
  /**
   * Makes servers with `"transport": type` connectable (`CustomLaunch`). Disposing takes the transport out again for later
   * connections. Throws a `config` error where `type` is taken.
   */
  registerTransport(type: string, factory: TransportFactory<CustomLaunch>): Disposable;
  /** Makes a name usable in `middleware` of servers. Throws a `config` error where it is taken or is no name. */
  registerMiddleware(name: string, middleware: Middleware | MiddlewareFactory): Disposable;
  /** Calls, connections and the pool in numbers since the hub was made, as plain JSON. */
  metrics(): HubMetrics;
  /** The part of `metrics` that costs nothing to ask for, again and again. */
  load(): HubLoad;
  /** The last calls, as far as they are remembered. */
  readonly calls: CallLog;
  /** Closes connections beyond the first of a server, each after its calls; without an id those of all servers. */
  clearPool(id?: string): void;
  /** Looks at once whether each connection is there, and tries again what waits for its next attempt. */
  checkNow(): void;
  /** Fires when a resource that matches `resources` of a server, or one below it, is another one now. */
  readonly onDidUpdateResource: Event<ResourceUpdate>;
  /** What went over the wire, as long as the server's entry starts the same thing. */
  traffic(id: string): Traffic;
  /** Applies the difference: unchanged servers keep their connections, removed ones close. */
  update(configuration: Configuration): void;
  /**
   * Ends everything and resolves when no process and no socket is left; called again meanwhile, it ends them by force.
   * `dispose` does the same as the first call without waiting.
   */
  close(): Promise<void>;
}
