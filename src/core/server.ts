import { raceAbort } from '../base/abort';
import { type Disposable, DisposableStore } from '../base/disposable';
import { describeError, PatchbayError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { CallToolResult, Tool } from '../shared/mcp';
import { callTool } from './calls/callTool';
import { type OtherLists, readOtherLists } from './catalog/otherLists';
import { isToolIncluded } from './catalog/toolFilter';
import { listTools } from './catalog/toolList';
import type { ServerDefinition, ServerEntry } from './config/definition';
import { describeLaunch, launchFingerprint } from './config/fingerprint';
import { lacksTransport } from './config/notSupported';
import { admit } from './connection/admission';
import { Connection, type OpenContext } from './connection/connection';
import type { EraVerdicts } from './connection/era';
import { startHeartbeat } from './connection/heartbeat';
import { buildLaunch } from './connection/launch';
import { openSession } from './connection/openSession';
import type { Session } from './connection/session';
import type { Credentials } from './credentials';
import type { CallToolOptions, ServerSnapshot } from './hubTypes';
import type { Logger, Ports } from './ports';
import type { TransportRegistry } from './transports/registry';

/** Several `list_changed` in a row cost one listing. */
const RELIST_PAUSE_MS = 200;
const HEARTBEAT_INTERVAL_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;
/** Tool lists above this many characters are not remembered for the next window. */
const MAX_REMEMBERED = 256 * 1024;

export interface ServerDeps {
  readonly ports: Ports;
  readonly registry: TransportRegistry;
  readonly verdicts: EraVerdicts;
  readonly credentials: Credentials;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Values given for `${input:…}`, shared by all servers of the hub. */
  readonly inputs: Map<string, string>;
}

/** What this server contributes to the whole; the hub adds the names that are unique over all servers. */
export interface ServerView extends Omit<ServerSnapshot, 'catalog'> {
  readonly tools: readonly Tool[];
  readonly catalogStatus: 'unknown' | 'cached' | 'live';
  readonly catalogError: string | undefined;
}

/** One configured server over its life: its definition, its connection and what is known of its tools. */
export class Server implements Disposable {
  readonly definition: ServerDefinition;
  readonly #deps: ServerDeps;
  readonly #log: Logger;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  readonly #connection: Connection;
  readonly #toolsKey: string;
  /** What passes `tools.include` and `tools.exclude`; replaced only when the list is another one. */
  #tools: readonly Tool[] = [];
  #catalogStatus: ServerView['catalogStatus'];
  #catalogError: string | undefined;
  #negotiated: ServerSnapshot['negotiated'];
  #sessionStore: DisposableStore | undefined;
  #firstListing: Promise<void> = Promise.resolve();

  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(definition: ServerDefinition, deps: ServerDeps) {
    this.definition = definition;
    this.#deps = deps;
    this.#log = deps.ports.log;
    const { entry } = definition;
    this.#toolsKey = `tools:${entry ? launchFingerprint(definition) : definition.id}`;
    const remembered = deps.ports.memory.get<readonly Tool[]>(this.#toolsKey);
    this.#catalogStatus = Array.isArray(remembered) ? 'cached' : 'unknown';
    if (Array.isArray(remembered)) this.#setTools(remembered);
    this.#connection = new Connection({
      open: (context) => this.#open(context),
      retry: retryPolicy(entry),
      clock: deps.ports.clock,
      random: deps.ports.random,
      log: deps.ports.log,
      enabled: entry?.enabled ?? true,
    });
    this.#store.add(this.#connection.onDidChangeState(() => this.#handleState()));
    this.#store.add(this.#connection.onDidOpenSession((session) => this.#watch(session)));
  }

  get view(): ServerView {
    const { id, name, source, transport, entry, notSupported } = this.definition;
    const processId = this.#connection.session?.processId;
    return {
      id,
      name,
      source,
      transport: transport ?? 'unknown',
      address: entry ? describeLaunch(this.definition).summary : '',
      autoConnect: entry?.autoConnect ?? 'manual',
      state: this.#brokenState() ?? this.#connection.state,
      ...(this.#negotiated ? { negotiated: this.#negotiated } : {}),
      ...(processId === undefined ? {} : { processId }),
      notSupported,
      tools: this.#tools,
      catalogStatus: this.#catalogStatus,
      catalogError: this.#catalogError,
    };
  }

  /** Resolves when connected and the tools were listed once, or failed to be: that is not the connection's failure. */
  async connect(interactive: boolean): Promise<void> {
    this.#requireEntry();
    await this.#connection.connect(interactive);
    await this.#firstListing;
  }

  disconnect(): Promise<void> {
    return this.#connection.disconnect();
  }

  /** Revokes and forgets the sign-in, then disconnects. False: there was none. */
  async signOut(signal: AbortSignal): Promise<boolean> {
    const { ports, inputs, credentials } = this.#deps;
    const launch = await buildLaunch(this.definition, {
      ports,
      inputs,
      interactive: true,
      signal,
      authenticate: () => undefined,
    });
    if (this.#requireEntry().auth.type !== 'oauth' || !('url' in launch)) return false;
    const wasSignedIn = await credentials.signOut(launch, this.#log, signal);
    await this.disconnect();
    return wasSignedIn;
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  stopRetrying(): void {
    this.#connection.stopRetrying();
  }

  async refreshTools(): Promise<void> {
    await this.#list(this.#requireSession());
    if (this.#catalogError) throw new PatchbayError('protocol', this.#catalogError);
  }

  async readOtherLists(): Promise<OtherLists> {
    return readOtherLists(this.#requireSession(), this.#requireEntry().timeouts.requestMs);
  }

  async callTool(name: string, args: Record<string, unknown>, options: CallToolOptions): Promise<CallToolResult> {
    const entry = this.#requireEntry();
    await raceAbort(this.connect(false), options.signal);
    return callTool(this.#requireSession(), name, args, entry.timeouts, options);
  }

  dispose(): void {
    this.#sessionStore?.dispose();
    this.#connection.dispose();
    this.#store.dispose();
  }

  async #open({ signal, interactive, onStep }: OpenContext): Promise<Session> {
    const { ports, registry, verdicts, clientInfo, inputs, credentials } = this.#deps;
    const entry = this.#requireEntry();
    if (lacksTransport(this.definition.notSupported) || !registry.has(this.definition.transport ?? '')) {
      const what = this.definition.notSupported.includes('url')
        ? 'This kind of URL'
        : `The transport "${this.definition.transport}"`;
      throw new PatchbayError('config', `${what} is not supported yet.`, {
        hint: 'A command (stdio) or an http:// or https:// URL is.',
      });
    }
    await admit([this.definition], ports, interactive, signal);
    const launch = await buildLaunch(this.definition, {
      ports,
      inputs,
      interactive,
      signal,
      authenticate: ({ auth }, way, program) =>
        credentials.authenticator(way, {
          auth,
          serverName: this.definition.name,
          // A link that is there opens no browser by itself: it ends, and says what is needed.
          interactive: (reason) => interactive && (reason === 'stepUp' || this.#connection.state.kind === 'connecting'),
          program,
          log: this.#log,
        }),
    });
    return openSession({
      launch,
      createTransport: () => registry.create(launch, { log: this.#log, clock: ports.clock }),
      protocol: entry.protocol,
      verdicts,
      fingerprint: launchFingerprint(this.definition),
      connectMs: entry.timeouts.connectMs,
      clientInfo,
      serverName: this.definition.name,
      interaction: ports.interaction,
      logLevel: entry.debug.level,
      signal,
      clock: ports.clock,
      log: this.#log,
      onStep,
    });
  }

  #handleState(): void {
    // What a server offered says nothing of what it offers once it is gone.
    if (this.#connection.state.kind !== 'connected' && this.#catalogStatus === 'live') this.#catalogStatus = 'cached';
    this.#changeEmitter.fire();
  }

  #watch(session: Session): void {
    const { clock } = this.#deps.ports;
    this.#sessionStore?.dispose();
    const store = new DisposableStore();
    this.#sessionStore = store;
    this.#negotiated = {
      era: session.era,
      protocolVersion: session.protocolVersion,
      ...(session.serverInfo ? { serverInfo: session.serverInfo } : {}),
      ...(session.instructions === undefined ? {} : { instructions: session.instructions }),
      capabilities: Object.keys(session.capabilities),
    };
    let pause: Disposable | undefined;
    store.add(
      session.onDidChangeTools(() => {
        pause?.dispose();
        pause = store.add(clock.setTimeout(() => void this.#list(session), RELIST_PAUSE_MS));
      }),
    );
    store.add(session.onDidClose(() => store.dispose()));
    if (this.definition.transport !== 'stdio') {
      store.add(startHeartbeat({ session, clock, intervalMs: HEARTBEAT_INTERVAL_MS, timeoutMs: HEARTBEAT_TIMEOUT_MS }));
    }
    this.#firstListing = this.#list(session);
  }

  async #list(session: Session): Promise<void> {
    try {
      const { tools, warnings } = await listTools(session, this.#requireEntry().timeouts.requestMs);
      for (const warning of warnings) this.#log.warn(warning);
      this.#setTools(tools);
      this.#catalogStatus = 'live';
      this.#catalogError = undefined;
      await this.#remember(tools);
    } catch (error) {
      if (session.isClosed) return;
      this.#catalogError = `The tools could not be listed: ${describeError(error)}`;
      this.#log.warn(this.#catalogError);
    }
    this.#changeEmitter.fire();
  }

  #setTools(tools: readonly Tool[]): void {
    const { entry } = this.definition;
    if (!entry) return;
    this.#tools = tools.filter(({ name }) => isToolIncluded(name, entry.tools.include, entry.tools.exclude));
  }

  async #remember(tools: readonly Tool[]): Promise<void> {
    const { memory } = this.#deps.ports;
    const text = JSON.stringify(tools);
    if (JSON.stringify(memory.get(this.#toolsKey)) === text) return;
    try {
      await memory.set(this.#toolsKey, text.length <= MAX_REMEMBERED ? tools : undefined);
    } catch (error) {
      this.#log.warn(`The tool list was not remembered: ${describeError(error)}`);
    }
  }

  #brokenState(): ServerSnapshot['state'] | undefined {
    if (this.definition.entry) return undefined;
    const message = this.definition.problems.join(' ');
    return { kind: 'error', error: { kind: 'config', message, retryable: false } };
  }

  #requireEntry(): ServerEntry {
    const { entry, problems, id } = this.definition;
    if (entry) return entry;
    throw new PatchbayError('config', `"${id}" cannot be used as it is configured: ${problems.join(' ')}`, {
      hint: 'Correct the configuration file.',
    });
  }

  #requireSession(): Session {
    const { session } = this.#connection;
    if (session) return session;
    throw new PatchbayError('connectionClosed', `"${this.definition.name}" is not connected.`, {
      hint: 'Connect it first.',
      retryable: true,
    });
  }
}

function retryPolicy(entry: ServerEntry | undefined) {
  const { enabled = false, restartOnCrash = false, ...retry } = entry?.retry ?? {};
  return {
    strategy: 'none' as const,
    initialDelayMs: 0,
    maxDelayMs: 0,
    factor: 1,
    jitter: 0,
    maxAttempts: 0,
    resetAfterMs: 0,
    ...retry,
    enabled: enabled && (entry?.command === undefined || restartOnCrash),
  };
}
