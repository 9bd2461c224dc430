import { cancellation } from '../base/abort';
import { type Disposable, DisposableStore } from '../base/disposable';
import { PatchbayError, toError } from '../base/errors';
import { Emitter } from '../base/event';
import { watchForSleep } from '../base/sleepWatch';
import type { JsonObject } from '../shared/json';
import type { CallToolResult } from '../shared/mcp';
import { CallMiddleware } from './callMiddleware';
import { CallRecords } from './callRecords';
import { FairLimiter } from './calls/fairLimiter';
import type { OtherLists } from './catalog/otherLists';
import type { ReadResourceOptions, ResourceContents } from './catalog/resourceContents';
import type { Configuration, ServerDefinition } from './config/definition';
import { diffConfigurations } from './config/diff';
import { admit } from './connection/admission';
import { EraVerdicts } from './connection/era';
import type { Skill, SkillFile } from './connection/skills';
import { Credentials } from './credentials';
import { HubGroups } from './hubGroups';
import type {
  CallToolOptions,
  ConnectOptions,
  Hub,
  HubLoad,
  HubMetrics,
  ResourceUpdate,
  ServerSnapshot,
  Traffic,
} from './hubTypes';
import { MetricsRecorder } from './metrics/recorder';
import type { Middleware, MiddlewareFactory } from './middleware/middleware';
import { ConnectionBudget } from './pool/connectionBudget';
import type { Ports } from './ports';
import { Server, type ServerDeps } from './server';
import type { ServerView } from './serverView';
import { Snapshots } from './snapshots';
import type { TransportRegistry } from './transports/registry';
import type { CustomLaunch, TransportFactory } from './transports/transport';

const MIN_SWEEP_MS = 1000;

/** A `Hub` over one configuration. Holds the servers, hands each call to its server and publishes the snapshots. */
export class ServerHub implements Hub {
  readonly #ports: Ports;
  readonly #deps: Omit<ServerDeps, 'ports'>;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<ServerSnapshot>());
  readonly #listEmitter = this.#store.add(new Emitter<void>());
  readonly #resourceEmitter = this.#store.add(new Emitter<ResourceUpdate>());
  readonly #memberEmitter = this.#store.add(new Emitter<string>());
  readonly #groups: HubGroups;
  readonly #middleware: CallMiddleware;
  readonly #records: CallRecords;
  readonly #servers = new Map<string, Server>();
  readonly #snapshots = new Snapshots((id) =>
    // A group has the names of its members: it must not take them away from those.
    this.#groups.has(id) ? id : this.#configuration.servers.get(id)?.entry?.toolPrefix,
  );
  /** Servers that were removed or replaced and are still closing. */
  readonly #closing = new Map<Server, Promise<void>>();
  #configuration: Configuration;
  #isClosed = false;
  #sweep: Disposable | undefined;

  readonly onDidChangeServers = this.#changeEmitter.event;
  readonly onDidChangeServerList = this.#listEmitter.event;
  readonly onDidUpdateResource = this.#resourceEmitter.event;

  constructor(configuration: Configuration, ports: Ports, registry: TransportRegistry, version: string) {
    const { clock } = ports;
    const settings = () => this.#configuration.settings;
    const metrics = new MetricsRecorder(() => settings().metrics, clock);
    this.#ports = ports;
    this.#configuration = configuration;
    this.#middleware = new CallMiddleware(ports);
    this.#records = this.#store.add(new CallRecords(ports, metrics));
    this.#deps = {
      registry,
      credentials: new Credentials(ports, ports.network),
      verdicts: new EraVerdicts(ports.memory, () => clock.now()),
      clientInfo: { name: 'patchbay', version },
      inputs: new Map(),
      settings,
      keepAlive: () => settings().pool.keepAlive,
      budget: new ConnectionBudget(() => settings().pool, clock),
      limiter: new FairLimiter({
        limit: () => settings().tools.maxConcurrentCalls,
        keyLimit: (id) => this.#servers.get(id)?.definition.entry?.limits.maxConcurrentCalls,
        expected: () => this.#wantedIds(),
      }),
      middleware: (user) => this.#middleware.of(user),
      beginCall: (call) => this.#records.begin(call),
      metrics,
    };
    this.#store.add(
      this.#middleware.onDidChange((name) => {
        for (const server of this.#servers.values()) server.forgetMiddleware(name);
      }),
    );
    this.#groups = this.#store.add(
      new HubGroups({
        server: (id) => this.#servers.get(id),
        onDidChangeServer: this.#memberEmitter.event,
        clock,
        ports,
        metrics,
      }),
    );
    this.#store.add(this.#groups.onDidChange(() => this.#publish(this.#snapshots.update(this.#groups.views()))));
    this.#store.add(watchForSleep(clock, () => this.checkNow()));
    this.#sweepLater();
    for (const definition of configuration.servers.values()) this.#add(definition);
    this.#groups.update(configuration.groups);
    this.#publish();
  }

  servers(): readonly ServerSnapshot[] {
    return this.#snapshots.all();
  }

  server(id: string): ServerSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  async connect(id: string, { interactive = false, signal }: ConnectOptions = {}): Promise<void> {
    if (this.#isGroup(id)) await this.#groups.connect(id, { interactive, ...(signal ? { signal } : {}) });
    else await this.#require(id).connect(interactive, signal);
  }

  async disconnect(id: string): Promise<void> {
    if (this.#groups.has(id)) this.#groups.failWaiting(id);
    await this.#each(id, (server) => server.disconnect());
  }

  async reconnect(id: string, options: ConnectOptions = {}): Promise<void> {
    await this.disconnect(id);
    await this.connect(id, options);
  }

  retryNow(id: string): void {
    void this.#each(id, (server) => server.retryNow());
  }

  stopRetrying(id: string): void {
    void this.#each(id, (server) => server.stopRetrying());
  }

  async connectAll(options: ConnectOptions = {}): Promise<void> {
    const servers = [...this.#servers.values()].filter(({ view }) => view.state.kind !== 'disabled');
    const interactive = options.interactive ?? false;
    const approved = await this.#admitAll(servers, interactive, options.signal);
    await Promise.allSettled(
      servers.map(({ definition: { id, source } }) =>
        this.connect(id, { ...options, interactive: interactive && (approved || source.kind !== 'workspace') }),
      ),
    );
  }

  async disconnectAll(): Promise<void> {
    this.#groups.failWaiting();
    await Promise.all([...this.#servers.values()].map((server) => server.disconnect()));
  }

  async signOut(id: string, signal = new AbortController().signal): Promise<boolean> {
    return this.#require(id).signOut(signal);
  }

  async refreshTools(id: string): Promise<void> {
    if (this.#isGroup(id)) await this.#groups.refreshTools(id);
    else await this.#require(id).refreshTools();
  }

  async readOtherLists(id: string): Promise<OtherLists> {
    if (this.#isGroup(id)) return { resources: [], resourceTemplates: [], prompts: [] };
    return this.#require(id).reads.otherLists();
  }

  async readResource(id: string, uri: string, options: ReadResourceOptions = {}): Promise<ResourceContents> {
    return this.#require(id).reads.resource(uri, options);
  }

  async listSkills(id: string): Promise<readonly Skill[]> {
    return this.#require(id).reads.skills();
  }

  async readSkill(id: string, skill: Skill, path?: string): Promise<SkillFile> {
    return this.#require(id).reads.skill(skill, path);
  }

  async callTool(
    id: string,
    tool: string,
    args: Record<string, unknown>,
    options: CallToolOptions = {},
  ): Promise<CallToolResult> {
    if (options.signal?.aborted) throw cancellation(options.signal);
    if (this.#isGroup(id)) return this.#groups.callTool(id, tool, args as JsonObject, options);
    const result = await this.#require(id).callTool(tool, args, options);
    options.onMember?.(id);
    return result;
  }

  registerMiddleware(name: string, middleware: Middleware | MiddlewareFactory): Disposable {
    return this.#middleware.register(name, middleware);
  }

  get calls(): CallRecords['history'] {
    return this.#records.history;
  }

  metrics(): HubMetrics {
    return { ...this.#deps.metrics.snapshot(), now: this.load() };
  }

  load(): HubLoad {
    const { budget, limiter } = this.#deps;
    return {
      connections: { open: budget.open, waiting: budget.waiting, evicted: budget.evicted },
      calls: { inFlight: limiter.inFlight, waiting: limiter.waiting },
      servers: [...this.#servers.values()].map(({ numbers }) => numbers),
    };
  }

  clearPool(id?: string): void {
    for (const server of id === undefined ? this.#servers.values() : [this.#require(id)]) server.clearPool();
  }

  checkNow(): void {
    for (const server of this.#servers.values()) server.checkNow();
  }

  traffic(id: string): Traffic {
    return this.#require(id).traffic;
  }

  registerTransport(type: string, factory: TransportFactory<CustomLaunch>): Disposable {
    return this.#deps.registry.register<CustomLaunch>(type, factory);
  }

  update(configuration: Configuration): void {
    if (this.#isClosed) return;
    const { removed, changed } = diffConfigurations(this.#configuration, configuration);
    const before = this.#snapshots.ids.join();
    this.#configuration = configuration;
    for (const id of removed) {
      this.#servers.get(id)?.failWaiting();
      void this.#remove(id);
    }
    for (const id of changed) this.#change(id, configuration.servers.get(id));
    for (const [id, definition] of configuration.servers) if (!this.#servers.has(id)) this.#add(definition);
    this.#groups.update(configuration.groups);
    this.#deps.budget.recheck();
    this.#deps.limiter.recheck();
    for (const server of this.#servers.values()) server.applySettings();
    this.#publish();
    if (removed.length > 0 || before !== this.#snapshots.ids.join()) this.#listEmitter.fire();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const server of this.#servers.values()) this.#end(server);
    this.#servers.clear();
    // For those that are closing already, this is the second time: now by force.
    for (const server of this.#closing.keys()) server.end().catch(() => {});
    while (this.#closing.size > 0) await Promise.all(this.#closing.values());
    this.#sweep?.dispose();
    await this.#records.flush();
    this.#store.dispose();
  }

  dispose(): void {
    void this.close().catch((error) => this.#ports.log.warn(toError(error).message));
  }

  /** Closes further connections that nobody used for long, at the pace of the configuration. */
  #sweepLater(): void {
    const { cleanupIntervalMs, maxIdleMs } = this.#configuration.settings.pool;
    this.#sweep = this.#ports.clock.setTimeout(
      () => {
        for (const server of this.#servers.values()) server.reap(maxIdleMs);
        this.#sweepLater();
      },
      Math.max(cleanupIntervalMs, MIN_SWEEP_MS),
    );
  }

  /** One question about all servers that need an approval. Who is refused says so in its own state. */
  async #admitAll(servers: readonly Server[], interactive: boolean, signal?: AbortSignal): Promise<boolean> {
    const usable = servers.map(({ definition }) => definition).filter(({ entry }) => entry !== undefined);
    try {
      await admit(usable, this.#ports, interactive, signal ?? new AbortController().signal);
      return true;
    } catch (error) {
      this.#ports.log.info(toError(error).message);
      return false;
    }
  }

  #add(definition: ServerDefinition): Server {
    const server = new Server(definition, { ...this.#deps, ports: this.#ports });
    server.onDidChange(() => {
      this.#deps.limiter.recheck();
      this.#memberEmitter.fire(definition.id);
      if (this.#servers.get(definition.id) === server) this.#publish(this.#snapshots.update([server.view]));
    });
    server.onDidUpdateResource(({ uri }) => this.#resourceEmitter.fire({ server: definition.id, uri }));
    this.#servers.set(definition.id, server);
    return server;
  }

  /** Keeps the connection where the entry starts the same thing; else replaces it, and brings it back where it was. */
  #change(id: string, definition: ServerDefinition | undefined): void {
    const server = this.#servers.get(id);
    if (!server || !definition || server.redefine(definition)) return;
    const wasWanted = server.isWanted;
    const closed = this.#remove(id);
    const replacement = this.#add(definition);
    if (!wasWanted) return;
    void closed.then(() => {
      if (this.#servers.get(id) !== replacement) return;
      // Its own state says how it went.
      replacement.connect(false).catch(() => {});
    });
  }

  /** Takes a server out; calls that are under way finish first. */
  async #remove(id: string): Promise<void> {
    const server = this.#servers.get(id);
    if (!server) return;
    this.#servers.delete(id);
    this.#closing.set(server, server.drain());
    await server.drain();
    await this.#end(server);
    if (!this.#servers.has(id)) this.#deps.metrics.forget(id);
  }

  #end(server: Server): Promise<void> {
    const ending = server
      .end()
      .catch((error) => this.#ports.log.warn(toError(error).message))
      .finally(() => {
        if (this.#closing.get(server) === ending) this.#closing.delete(server);
      });
    this.#closing.set(server, ending);
    return ending;
  }

  /** Tells of each snapshot that differs. */
  #publish(changed: readonly ServerSnapshot[] = this.#snapshots.replace(this.#views())): void {
    for (const snapshot of changed) this.#changeEmitter.fire(snapshot);
  }

  /** In the order of the configuration. */
  #views(): ServerView[] {
    const servers = [...this.#configuration.servers.keys()].flatMap((id) => this.#servers.get(id)?.view ?? []);
    return [...servers, ...this.#groups.views()];
  }

  *#wantedIds(): Iterable<string> {
    for (const [id, { isWanted }] of this.#servers) if (isWanted) yield id;
  }

  #ids(): string[] {
    return [...this.#servers.keys(), ...this.#groups.ids];
  }

  /** Does it with a server, or with each member of a group. */
  #each(id: string, work: (server: Server) => Promise<void> | void): Promise<void> {
    if (this.#isGroup(id)) return this.#groups.forEach(id, work);
    return Promise.resolve(work(this.#require(id)));
  }

  /** Throws where the hub was closed: nothing is started any more. */
  #isGroup(id: string): boolean {
    if (this.#isClosed) throw new PatchbayError('cancelled', 'This hub was closed.', { hint: 'Make another one.' });
    return this.#groups.has(id);
  }

  #require(id: string): Server {
    const server = this.#servers.get(id);
    if (server) return server;
    if (this.#isGroup(id)) {
      throw new PatchbayError('config', `"${id}" is a group of servers.`, { hint: 'Choose one of its members.' });
    }
    const known = this.#ids();
    throw new PatchbayError('config', `There is no server "${id}".`, {
      hint: known.length === 0 ? 'The configuration names none.' : `Configured are: ${known.join(', ')}.`,
    });
  }
}
