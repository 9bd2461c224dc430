import { raceAbort } from '../base/abort';
import { type Deferred, deferred } from '../base/deferred';
import { type Disposable, DisposableStore } from '../base/disposable';
import { isPatchbayError, PatchbayError, toError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { CallToolResult, Tool } from '../shared/mcp';
import { callTool } from './calls/callTool';
import { type OtherLists, readOtherLists } from './catalog/otherLists';
import { ToolCatalog } from './catalog/toolCatalog';
import { isToolIncluded } from './catalog/toolFilter';
import type { ServerDefinition, ServerEntry } from './config/definition';
import { describeLaunch, launchFingerprint } from './config/fingerprint';
import { isSameLaunch } from './config/sameLaunch';
import { admit } from './connection/admission';
import { Connection, type OpenContext, type RetryPolicy } from './connection/connection';
import type { EraVerdicts } from './connection/era';
import { formatDuration } from './connection/failures';
import { isDebugged, startHeartbeat } from './connection/heartbeat';
import { buildLaunch, type LaunchOptions } from './connection/launch';
import { openSession } from './connection/openSession';
import type { Session } from './connection/session';
import { listSkills, readSkill, type Skill, type SkillFile } from './connection/skills';
import type { Credentials } from './credentials';
import type { CallToolOptions, ServerSnapshot } from './hubTypes';
import { serverLogs } from './leveledLog';
import type { Logger, Ports } from './ports';
import { redactError, redactedLog } from './redacted';
import { Redactor } from './traffic/redactor';
import { TrafficLog } from './traffic/trafficLog';
import type { TransportRegistry } from './transports/registry';
import { tapTransport } from './transports/tap';

const HEARTBEAT_INTERVAL_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;

export interface ServerDeps {
  readonly ports: Ports;
  readonly registry: TransportRegistry;
  readonly verdicts: EraVerdicts;
  readonly credentials: Credentials;
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Values given for `${input:…}`, by the file that asks and the id: two files do not share what a person typed. */
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
  readonly traffic: TrafficLog;
  readonly #deps: ServerDeps;
  readonly #redactor = new Redactor();
  readonly #log: Logger;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<void>());
  readonly #connection: Connection;
  readonly #catalog: ToolCatalog;
  #definition: ServerDefinition;
  #negotiated: ServerSnapshot['negotiated'];
  #roundTripMs: number | undefined;
  #firstListing: Promise<void> = Promise.resolve();
  /** Connects that a person waits for at this moment. */
  #awaited = 0;
  #callsInFlight = 0;
  #idle: Deferred<void> | undefined;

  readonly onDidChange: Event<void> = this.#changeEmitter.event;

  constructor(definition: ServerDefinition, deps: ServerDeps) {
    const { ports } = deps;
    const { clock, memory, random } = ports;
    this.#definition = definition;
    this.#deps = deps;
    const { entry } = definition;
    const whole = redactedLog(ports.log, definition.id, this.#redactor);
    const { log, connections } = entry ? serverLogs(whole, entry.debug) : { log: whole, connections: whole };
    this.#log = log;
    this.traffic = this.#store.add(new TrafficLog({ redactor: this.#redactor, clock }));
    const memoryKey = `tools:${entry ? launchFingerprint(definition) : definition.id}`;
    this.#catalog = this.#store.add(new ToolCatalog({ memory, memoryKey, clock, log }, toolFilter(entry)));
    this.#connection = this.#store.add(
      new Connection({
        open: (context) => this.#open(context),
        retry: () => retryPolicy(this.#definition.entry),
        describe: (error) => this.#describe(error),
        logState: (text) => connections.info(text),
        clock,
        random,
        log,
        enabled: entry?.enabled ?? true,
      }),
    );
    this.#store.add(this.#connection.onDidChangeState(() => this.#handleState()));
    this.#store.add(this.#connection.onDidOpenSession((session) => this.#watch(session)));
    this.#store.add(this.#catalog.onDidChange(() => this.#changeEmitter.fire()));
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  get view(): ServerView {
    const { id, name, source, transport, entry, notSupported } = this.#definition;
    const processId = this.#connection.session?.processId;
    return {
      id,
      name,
      source,
      transport: transport ?? 'unknown',
      address: entry ? describeLaunch(this.#definition).summary : '',
      autoConnect: entry?.autoConnect ?? 'manual',
      state: this.#brokenState() ?? this.#connection.state,
      ...(this.#negotiated ? { negotiated: this.#negotiated } : {}),
      ...(processId === undefined ? {} : { processId }),
      ...(this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }),
      notSupported,
      tools: this.#catalog.tools,
      catalogStatus: this.#catalog.status,
      catalogError: this.#catalog.failure && this.#describe(this.#catalog.failure).message,
    };
  }

  /** Whether a connection is there or on its way: what a changed definition should bring back. */
  get isWanted(): boolean {
    const { kind } = this.#connection.state;
    return kind === 'connected' || kind === 'connecting' || kind === 'reconnecting';
  }

  /** Takes over a definition that starts or contacts the same thing. False, and nothing done, where it does not. */
  redefine(definition: ServerDefinition): boolean {
    if (!isSameLaunch(this.#definition, definition)) return false;
    this.#definition = definition;
    this.#catalog.filter = toolFilter(definition.entry);
    return true;
  }

  /** Resolves when connected and the tools were listed once, or failed to be: that is not the connection's failure. */
  async connect(interactive: boolean): Promise<void> {
    this.#requireEntry();
    if (interactive) this.#awaited++;
    try {
      await this.#connection.connect(interactive);
      await this.#firstListing;
    } finally {
      if (interactive) this.#awaited--;
    }
  }

  disconnect(): Promise<void> {
    return this.#connection.disconnect();
  }

  /** Resolves when no call is under way. */
  drain(): Promise<void> {
    if (this.#callsInFlight === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }

  /** Disconnects for good; asked again meanwhile, by force. Resolves when nothing is left. */
  async end(): Promise<void> {
    await this.#connection.end();
    this.#store.dispose();
  }

  /** Revokes and forgets the sign-in, then disconnects. False: there was none. */
  async signOut(signal: AbortSignal): Promise<boolean> {
    let { auth } = this.#requireEntry();
    const launch = await buildLaunch(this.#definition, {
      ...this.#launchOptions(true, signal),
      authenticate: (resolved) => {
        auth = resolved.auth;
        return undefined;
      },
    });
    if (auth.type !== 'oauth' || !('url' in launch)) return false;
    const wasSignedIn = await this.#deps.credentials.signOut(launch, auth, this.#log, signal);
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
    const { requestMs } = this.#requireEntry().timeouts;
    await this.#catalog.refresh(this.#requireSession(), requestMs).catch((error) => {
      throw this.#describe(error);
    });
  }

  async readOtherLists(): Promise<OtherLists> {
    return readOtherLists(this.#requireSession(), this.#requireEntry().timeouts.requestMs);
  }

  async listSkills(): Promise<readonly Skill[]> {
    return listSkills(this.#requireSession(), this.#requireEntry().timeouts.requestMs, this.#log);
  }

  async readSkill(skill: Skill, path?: string): Promise<SkillFile> {
    return readSkill(this.#requireSession(), this.#requireEntry().timeouts.requestMs, skill, path);
  }

  async callTool(name: string, args: Record<string, unknown>, options: CallToolOptions): Promise<CallToolResult> {
    const { timeouts, tools } = this.#requireEntry();
    if (!isToolIncluded(name, tools.include, tools.exclude)) {
      throw new PatchbayError('security', `The tool "${name}" of "${this.#definition.name}" is left out.`, {
        hint: 'See "tools.include" and "tools.exclude" of the server.',
      });
    }
    this.#callsInFlight += 1;
    try {
      await this.#connectForCall(options.timeoutMs ?? timeouts.toolMs, options.signal);
      return await callTool(this.#requireSession(), name, args, timeouts, options);
    } catch (error) {
      throw this.#describe(error);
    } finally {
      this.#callsInFlight -= 1;
      if (this.#callsInFlight === 0) this.#idle?.resolve();
    }
  }

  dispose(): void {
    this.end().catch((error) => this.#log.warn(toError(error).message));
  }

  /** Waits for a reconnect as long as for the call, and not at all where only a person can help. */
  async #connectForCall(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { state } = this.#connection;
    if (state.kind === 'connected') return;
    if (state.kind === 'authRequired') {
      const { kind, message, code } = state.error;
      throw new PatchbayError(kind, message, code === undefined ? {} : { code });
    }
    if (state.kind !== 'reconnecting') {
      await raceAbort(this.#connection.connect(false), signal);
      return;
    }
    const late = new AbortController();
    const timer = this.#deps.ports.clock.setTimeout(
      () =>
        late.abort(
          new PatchbayError(
            'timeout',
            `"${this.#definition.name}" was not there within ${formatDuration(timeoutMs)}.`,
            {
              retryable: true,
              hint: 'Its state says why.',
            },
          ),
        ),
      timeoutMs || Number.MAX_SAFE_INTEGER,
    );
    try {
      await raceAbort(this.#connection.connect(false), AbortSignal.any([late.signal, ...(signal ? [signal] : [])]));
    } finally {
      timer.dispose();
    }
  }

  async #open({ signal, force, interactive, onStep }: OpenContext): Promise<Session> {
    const { ports, registry, verdicts, clientInfo } = this.#deps;
    const { clock, interaction, network } = ports;
    const log = this.#log;
    const entry = this.#requireEntry();
    this.#requireTransport();
    await admit([this.#definition], ports, interactive, signal);
    const launch = await buildLaunch(this.#definition, this.#launchOptions(interactive, signal));
    const tap = { traffic: this.traffic, log, redact: this.#redactor, messages: entry.debug.logMessages };
    const context = { log, clock, ...(network ? { network } : {}) };
    return openSession({
      launch,
      createTransport: (way) => tapTransport(registry.create(way, context), tap),
      protocol: entry.protocol,
      verdicts,
      fingerprint: launchFingerprint(this.#definition),
      connectMs: entry.timeouts.connectMs,
      clientInfo,
      serverName: this.#definition.name,
      interaction,
      logLevel: entry.debug.level,
      signal,
      force,
      clock,
      log,
      onStep,
    });
  }

  #launchOptions(interactive: boolean, signal: AbortSignal): LaunchOptions {
    const { ports, inputs, credentials } = this.#deps;
    return {
      ports,
      inputs,
      interactive,
      signal,
      onSecret: (value) => this.#redactor.add([value]),
      authenticate: ({ auth }, way, program) =>
        credentials.authenticator(way, {
          auth,
          serverName: this.#definition.name,
          // A link that is there opens no browser by itself: it ends, and says what is needed.
          interactive: (reason) => interactive && (reason === 'stepUp' || this.#awaited > 0),
          program,
          log: this.#log,
        }),
    };
  }

  #handleState(): void {
    if (this.#connection.state.kind !== 'connected') {
      this.#catalog.detach();
      this.#roundTripMs = undefined;
    }
    this.#changeEmitter.fire();
  }

  #watch(session: Session): void {
    const { serverInfo, instructions } = session;
    this.#negotiated = {
      era: session.era,
      protocolVersion: session.protocolVersion,
      ...(serverInfo ? { serverInfo } : {}),
      ...(instructions === undefined ? {} : { instructions }),
      capabilities: Object.keys(session.capabilities),
    };
    const { command, args } = this.#requireEntry();
    // A process at a breakpoint is silent because a person wants it so.
    if (command === undefined || !isDebugged(command, args)) {
      const { clock } = this.#deps.ports;
      const heartbeat = startHeartbeat({
        session,
        clock,
        intervalMs: HEARTBEAT_INTERVAL_MS,
        timeoutMs: HEARTBEAT_TIMEOUT_MS,
        onAnswer: (durationMs) => {
          this.#roundTripMs = Math.round(session.roundTripMs ?? durationMs);
          this.#changeEmitter.fire();
        },
      });
      session.onDidClose(() => heartbeat.dispose());
    }
    this.#firstListing = this.#catalog.attach(session, this.#requireEntry().timeouts.requestMs);
  }

  /** Any error as people may read it: one of ours, without secrets. */
  #describe(error: unknown): PatchbayError {
    const known = isPatchbayError(error)
      ? error
      : new PatchbayError('transport', toError(error).message, { retryable: true, cause: error });
    return redactError(known, this.#redactor);
  }

  #brokenState(): ServerSnapshot['state'] | undefined {
    if (this.#definition.entry) return undefined;
    const message = this.#definition.problems.join(' ');
    return { kind: 'error', error: { kind: 'config', message, retryable: false } };
  }

  #requireTransport(): void {
    const { transport } = this.#definition;
    if (this.#deps.registry.has(transport ?? '')) return;
    throw new PatchbayError('config', `The transport "${transport}" is not supported.`, {
      hint: `There are ${this.#deps.registry.types().join(', ')}, and those that other extensions bring.`,
    });
  }

  #requireEntry(): ServerEntry {
    const { entry, problems, id } = this.#definition;
    if (entry) return entry;
    throw new PatchbayError('config', `"${id}" cannot be used as it is configured: ${problems.join(' ')}`, {
      hint: 'Correct the configuration file.',
    });
  }

  #requireSession(): Session {
    const { session } = this.#connection;
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

function retryPolicy(entry: ServerEntry | undefined): RetryPolicy {
  const none = { strategy: 'none', initialDelayMs: 0, maxDelayMs: 0, factor: 1, jitter: 0, maxAttempts: 0 } as const;
  if (!entry) return { ...none, enabled: false, resetAfterMs: 0 };
  const { enabled, restartOnCrash, ...retry } = entry.retry;
  return { ...retry, enabled: enabled && (entry.command === undefined || restartOnCrash) };
}
