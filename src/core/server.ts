import { type Disposable, DisposableStore } from '../base/disposable';
import { isPatchbayError, PatchbayError, toError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { JsonObject } from '../shared/json';
import type { CallToolResult, Tool } from '../shared/mcp';
import type { MemberView } from './balancing/groupView';
import type { FairLimiter } from './calls/fairLimiter';
import type { CallEnd, CallStart } from './calls/history';
import { type MemberCallOptions, ServerCalls } from './calls/serverCalls';
import { PatternSubscriptions } from './catalog/resourceSubscriptions';
import { ToolCatalog } from './catalog/toolCatalog';
import { isToolIncluded } from './catalog/toolFilter';
import { toolTimeoutMs } from './catalog/toolTimeout';
import type { GlobalSettings, ServerDefinition, ServerEntry } from './config/definition';
import { launchFingerprint } from './config/fingerprint';
import { isSameLaunch } from './config/sameLaunch';
import { buildLaunch, type LaunchOptions } from './connection/launch';
import type { Session } from './connection/session';
import type { ServerNumbersNow, ServerSnapshot } from './hubTypes';
import { serverLogs } from './leveledLog';
import type { MetricsRecorder } from './metrics/recorder';
import { rateLimitOf } from './middleware/rateLimit';
import type { Logger } from './ports';
import { redactError, redactedLog } from './redacted';
import { requireEntry } from './requireEntry';
import type { ServerMiddleware } from './serverMiddleware';
import { ServerReads } from './serverReads';
import { ServerSessions } from './serverSessions';
import { breakersOf, negotiatedBy, type ServerView, stateOf, viewOf } from './serverView';
import { type OpenerDeps, SessionOpener } from './sessionOpener';
import { Redactor } from './traffic/redactor';
import { TrafficLog } from './traffic/trafficLog';

export interface ServerDeps extends OpenerDeps {
  readonly settings: () => GlobalSettings;
  /** Shared by all servers. */
  readonly limiter: FairLimiter;
  /** What is around the calls of a server. */
  readonly middleware: (server: MiddlewareUser) => ServerMiddleware;
  /** Told of each call; what it returns is told how the call ended. */
  readonly beginCall: (call: CallStart) => (end: CallEnd) => void;
  readonly metrics: MetricsRecorder;
}

/** What middleware may know of the server that names it. */
export interface MiddlewareUser {
  /** As it is at this moment. */
  readonly definition: () => ServerDefinition;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly tool: (name: string) => Tool | undefined;
}

/** Of the resources that are subscribed to, as they are shown: addresses, and characters of each. */
const MAX_SHOWN_URIS = 10;
const MAX_SHOWN_URI = 500;

/** One configured server over its life: its definition, its sessions, its calls and what is known of its tools. */
export class Server implements Disposable {
  readonly traffic: TrafficLog;
  readonly reads: ServerReads;
  readonly #deps: ServerDeps;
  readonly #redactor = new Redactor();
  readonly #log: Logger;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  readonly #opener: SessionOpener;
  readonly #sessions: ServerSessions;
  readonly #catalog: ToolCatalog;
  readonly #middleware: ServerMiddleware;
  readonly #calls: ServerCalls;
  readonly #subscriptions: PatternSubscriptions;
  #definition: ServerDefinition;
  #negotiated: ServerSnapshot['negotiated'];
  #firstListing: Promise<void> = Promise.resolve();
  /** Connects that a person waits for at this moment. */
  #awaited = 0;

  readonly onDidChange: Event<void> = this.#changeEmitter.event;
  /** A resource that matches `resources` of the entry, or one below it, is another one now. */
  readonly onDidUpdateResource: Event<{ readonly uri: string }>;

  constructor(definition: ServerDefinition, deps: ServerDeps) {
    const { ports } = deps;
    const { clock, memory } = ports;
    this.#definition = definition;
    this.#deps = deps;
    const { entry } = definition;
    const whole = redactedLog(ports.log, definition.id, this.#redactor);
    const { log, connections } = entry ? serverLogs(whole, entry.debug) : { log: whole, connections: whole };
    this.#log = log;
    this.traffic = this.#store.add(new TrafficLog({ redactor: this.#redactor, clock }));
    const memoryKey = `tools:${entry ? launchFingerprint(definition) : definition.id}`;
    this.#catalog = this.#store.add(new ToolCatalog({ memory, memoryKey, clock, log }, toolFilter(entry)));
    this.#opener = new SessionOpener({
      deps,
      definition: () => this.#definition,
      traffic: this.traffic,
      redactor: this.#redactor,
      log,
      isAwaited: () => this.#awaited > 0,
    });
    this.#sessions = this.#store.add(
      new ServerSessions({
        deps,
        definition: () => this.#definition,
        pool: () => deps.settings().pool,
        opener: this.#opener,
        isSubscribed: () => this.#subscriptions.uris.length > 0,
        describe: (error) => this.#describe(error),
        metrics: deps.metrics,
        log,
        connections,
      }),
    );
    const tool = (name: string) => this.#catalog.tools.find((one) => one.name === name);
    this.#middleware = this.#store.add(
      deps.middleware({ definition: () => this.#definition, log, redactor: this.#redactor, tool }),
    );
    this.#calls = this.#store.add(
      new ServerCalls({
        serverId: definition.id,
        entry: () => requireEntry(this.#definition),
        rateLimit: () => this.#definition.entry && rateLimitOf(this.#definition.entry),
        limiter: deps.limiter,
        lease: (signal, connecting) => this.#sessions.lease(signal, connecting),
        tool,
        around: () => this.#middleware.around(),
        describe: (error) => this.#describe(error),
        begin: (tool, args, group) =>
          deps.beginCall({ server: definition.id, group, tool, arguments: args, redactor: this.#redactor }),
        clock,
      }),
    );
    this.reads = new ServerReads({
      session: () => this.#requireSession(),
      timeoutMs: () => this.#requestMs,
      describe: (error) => this.#describe(error),
      ended: () => this.#sessions.requestEnded(),
      log,
    });
    const patterns = entry?.resources ?? [];
    this.#subscriptions = this.#store.add(new PatternSubscriptions({ clock, log, patterns }));
    this.onDidUpdateResource = this.#subscriptions.onDidUpdate;
    const changed = () => this.#changeEmitter.fire();
    this.#store.add(this.#sessions.onDidChangeState(() => this.#handleState()));
    this.#store.add(this.#sessions.onDidMeasure(changed));
    this.#store.add(this.#sessions.onDidOpenSession((session) => this.#watch(session)));
    this.#store.add(this.#catalog.onDidChange(changed));
    this.#store.add(this.#calls.onDidChangeBreakers(changed));
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get view(): ServerView {
    return viewOf({
      definition: this.#definition,
      sessions: this.#sessions,
      calls: this.#calls,
      catalog: this.#catalog,
      negotiated: this.#negotiated,
      describe: (error) => this.#describe(error),
    });
  }

  /** What a group that this server is a member of sees of it. */
  get memberView(): MemberView {
    const { id, entry } = this.#definition;
    const { tools, status } = this.#catalog;
    return {
      id,
      state: stateOf(this.#definition, this.#sessions),
      autoConnect: entry?.autoConnect ?? 'manual',
      catalogStatus: status,
      tools,
      toolMs: (tool) => (entry ? toolTimeoutMs(entry, tool) : 0),
      inFlight: this.#calls.inFlight,
      ...breakersOf(this.#calls),
    };
  }

  /** Which calls of a person ask first. */
  get confirm(): ServerEntry['tools']['confirm'] {
    return this.#definition.entry?.tools.confirm ?? 'destructive';
  }

  /** Whether a connection is there or on its way: what a changed definition should bring back. */
  get isWanted(): boolean {
    const { kind } = this.#sessions.state;
    return kind === 'connected' || kind === 'connecting' || kind === 'reconnecting';
  }

  /** Numbers of this moment. `remaining`: calls that would go at once under the rate limit. */
  get numbers(): ServerNumbersNow {
    const { inFlight, remaining } = this.#calls;
    return {
      server: this.#definition.id,
      pool: this.#sessions.pool.numbers,
      inFlight,
      remaining: remaining ?? null,
      subscribed: this.#subscriptions.uris.length,
      subscribedUris: this.#subscriptions.uris.slice(0, MAX_SHOWN_URIS).map((uri) => uri.slice(0, MAX_SHOWN_URI)),
    };
  }

  /** Takes over a definition that starts or contacts the same thing. False, and nothing done, where it does not. */
  redefine(definition: ServerDefinition): boolean {
    if (!isSameLaunch(this.#definition, definition)) return false;
    this.#definition = definition;
    this.#catalog.filter = toolFilter(definition.entry);
    this.#subscriptions.setPatterns(definition.entry?.resources ?? []);
    this.applySettings();
    return true;
  }

  /** Lets those go on who wait for a limit that may be another one now. */
  applySettings(): void {
    this.#calls.recheck();
    this.#sessions.applySettings();
  }

  /** A name of middleware means another thing now. */
  forgetMiddleware(name: string): void {
    this.#middleware.forget(name);
  }

  /** Resolves when connected and the tools were listed once, or failed to be: that is not the connection's failure. */
  async connect(interactive: boolean, signal?: AbortSignal): Promise<void> {
    requireEntry(this.#definition);
    if (interactive) {
      this.#awaited++;
      this.#calls.resetBreakers();
    }
    try {
      await this.#sessions.connect(interactive, signal);
      await this.#firstListing;
    } finally {
      if (interactive) this.#awaited--;
    }
  }

  disconnect(): Promise<void> {
    this.failWaiting();
    return this.#sessions.disconnect();
  }

  /** Calls that wait for anything but their answer fail at once, and none is made again. */
  failWaiting(): void {
    this.#calls.failWaiting();
  }

  /** Resolves when no call is under way. */
  drain(): Promise<void> {
    return this.#calls.drain();
  }

  /** Disconnects for good; asked again meanwhile, by force. Resolves when nothing is left. */
  async end(): Promise<void> {
    this.failWaiting();
    await this.#sessions.end();
    this.#store.dispose();
  }

  /** Revokes and forgets the sign-in, then disconnects. False: there was none. */
  async signOut(signal: AbortSignal): Promise<boolean> {
    let { auth } = requireEntry(this.#definition);
    const { source } = this.#definition;
    const onSecret = (value: string) => this.#redactor.addPassing(value);
    try {
      const authenticate: LaunchOptions['authenticate'] = (resolved) => {
        auth = resolved.auth;
        return undefined;
      };
      const launch = await buildLaunch(this.#definition, { ...this.#opener.launchOptions(true, signal), authenticate });
      if (auth.type !== 'oauth' || !('url' in launch)) return false;
      const wasSignedIn = await this.#deps.credentials.signOut(
        launch,
        { auth, source, log: this.#log, onSecret },
        signal,
      );
      await this.disconnect();
      return wasSignedIn;
    } catch (error) {
      throw this.#describe(error);
    }
  }

  retryNow(): void {
    this.#sessions.retryNow();
  }

  stopRetrying(): void {
    this.#sessions.stopRetrying();
  }

  checkNow(): void {
    this.#sessions.checkNow();
  }

  /** Closes the connections beyond the first, each after its calls. */
  clearPool(): void {
    this.#sessions.pool.clear();
  }

  reap(maxIdleMs: number): void {
    this.#sessions.pool.reap(maxIdleMs);
  }

  refreshTools(): Promise<void> {
    return this.reads.run((session, timeoutMs) => this.#catalog.refresh(session, timeoutMs));
  }

  async callTool(name: string, args: Record<string, unknown>, options: MemberCallOptions): Promise<CallToolResult> {
    const { tools } = requireEntry(this.#definition);
    if (!isToolIncluded(name, tools.include, tools.exclude)) {
      throw new PatchbayError('security', `The tool "${name}" of "${this.#definition.name}" is left out.`, {
        hint: 'See "tools.include" and "tools.exclude" of the server.',
      });
    }
    return this.#calls.call(name, args as JsonObject, options);
  }

  dispose(): void {
    this.end().catch((error) => this.#log.warn(toError(error).message));
  }

  get #requestMs(): number {
    return requireEntry(this.#definition).timeouts.requestMs;
  }

  #handleState(): void {
    if (this.#sessions.state.kind !== 'connected') {
      this.#catalog.detach();
      this.#subscriptions.detach();
    }
    this.#changeEmitter.fire();
  }

  #watch(session: Session): void {
    this.#negotiated = negotiatedBy(session);
    this.#firstListing = this.#catalog.attach(session, this.#requestMs);
    void this.#subscriptions.attach(session, this.#requestMs);
  }

  /** Any error as people may read it: one of ours, without secrets. */
  #describe(error: unknown): PatchbayError {
    const known = isPatchbayError(error)
      ? error
      : new PatchbayError('transport', toError(error).message, { retryable: true, cause: error });
    return redactError(known, this.#redactor);
  }

  #requireSession(): Session {
    const { session } = this.#sessions;
    if (session) return session;
    throw new PatchbayError('connectionClosed', `"${this.#definition.name}" is not connected.`, {
      hint: 'Connect it first.',
      retryable: true,
    });
  }
}

function toolFilter(entry: ServerEntry | undefined) {
  return entry ? entry.tools : { include: [], exclude: [] };
}
