import { type Disposable, DisposableStore } from '../base/disposable';
import { PatchbayError, toError } from '../base/errors';
import { Emitter } from '../base/event';
import type { CallToolResult, Tool } from '../shared/mcp';
import { assignCallNames } from './catalog/callNames';
import type { OtherLists } from './catalog/otherLists';
import type { Configuration, ServerDefinition } from './config/definition';
import { diffConfigurations } from './config/diff';
import { admit } from './connection/admission';
import { EraVerdicts } from './connection/era';
import { Credentials } from './credentials';
import type { CallToolOptions, CatalogTool, ConnectOptions, Hub, ServerSnapshot } from './hubTypes';
import type { Logger, Ports } from './ports';
import { Server, type ServerDeps, type ServerView } from './server';
import type { TransportRegistry } from './transports/registry';
import type { CustomLaunch, TransportFactory } from './transports/transport';

/** A `Hub` over one configuration. Holds the servers, hands each call to its server and publishes the snapshots. */
export class ServerHub implements Hub {
  readonly #ports: Ports;
  readonly #deps: Omit<ServerDeps, 'ports'>;
  readonly #store = new DisposableStore();
  readonly #changeEmitter = this.#store.add(new Emitter<ServerSnapshot>());
  readonly #listEmitter = this.#store.add(new Emitter<void>());
  readonly #servers = new Map<string, Server>();
  /** Servers that were removed or replaced and are still closing. */
  readonly #closing = new Map<Server, Promise<void>>();
  #configuration: Configuration;
  #snapshots = new Map<string, ServerSnapshot>();
  /** Tool lists that the names were given for, in the order of the servers. */
  #named: readonly (readonly Tool[])[] = [];
  #catalogs = new Map<string, readonly CatalogTool[]>();

  readonly onDidChangeServers = this.#changeEmitter.event;
  readonly onDidChangeServerList = this.#listEmitter.event;

  constructor(configuration: Configuration, ports: Ports, registry: TransportRegistry, version: string) {
    this.#ports = ports;
    this.#deps = {
      registry,
      credentials: new Credentials(ports),
      verdicts: new EraVerdicts(ports.memory, () => ports.clock.now()),
      clientInfo: { name: 'patchbay', version },
      inputs: new Map(),
    };
    this.#configuration = configuration;
    for (const definition of configuration.servers.values()) this.#add(definition);
    this.#publish();
  }

  servers(): readonly ServerSnapshot[] {
    return [...this.#snapshots.values()];
  }

  server(id: string): ServerSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  async connect(id: string, options: ConnectOptions = {}): Promise<void> {
    await this.#abortable(id, options.signal, this.#require(id).connect(options.interactive ?? false));
  }

  async disconnect(id: string): Promise<void> {
    await this.#require(id).disconnect();
  }

  async reconnect(id: string, options: ConnectOptions = {}): Promise<void> {
    await this.disconnect(id);
    await this.connect(id, options);
  }

  retryNow(id: string): void {
    this.#require(id).retryNow();
  }

  stopRetrying(id: string): void {
    this.#require(id).stopRetrying();
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
    await Promise.all([...this.#servers.values()].map((server) => server.disconnect()));
  }

  async signOut(id: string, signal = new AbortController().signal): Promise<boolean> {
    return this.#require(id).signOut(signal);
  }

  async refreshTools(id: string): Promise<void> {
    await this.#require(id).refreshTools();
  }

  async readOtherLists(id: string): Promise<OtherLists> {
    return this.#require(id).readOtherLists();
  }

  async callTool(
    id: string,
    tool: string,
    args: Record<string, unknown>,
    options: CallToolOptions = {},
  ): Promise<CallToolResult> {
    options.signal?.throwIfAborted();
    return this.#require(id).callTool(tool, args, options);
  }

  registerTransport(type: string, factory: TransportFactory<CustomLaunch>): Disposable {
    return this.#deps.registry.register<CustomLaunch>(type, factory);
  }

  update(configuration: Configuration): void {
    const { added, removed, changed } = diffConfigurations(this.#configuration, configuration);
    this.#configuration = configuration;
    if (added.length + removed.length + changed.length === 0) return;
    for (const id of [...removed, ...changed]) this.#remove(id);
    for (const [id, definition] of configuration.servers) if (!this.#servers.has(id)) this.#add(definition);
    this.#publish();
    this.#listEmitter.fire();
  }

  async close(): Promise<void> {
    // A second disconnect is the one that does not wait for the server's good manners.
    for (const server of this.#closing.keys()) void server.disconnect();
    for (const id of [...this.#servers.keys()]) this.#remove(id);
    while (this.#closing.size > 0) await Promise.all(this.#closing.values());
    this.#store.dispose();
  }

  dispose(): void {
    void this.close().catch((error) => this.#ports.log.warn(toError(error).message));
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

  #add(definition: ServerDefinition): void {
    const log = prefixed(this.#ports.log, definition.id);
    const server = new Server(definition, { ...this.#deps, ports: { ...this.#ports, log } });
    server.onDidChange(() => this.#publish());
    this.#servers.set(definition.id, server);
  }

  #remove(id: string): void {
    const server = this.#servers.get(id);
    if (!server) return;
    this.#servers.delete(id);
    const closing = server
      .disconnect()
      .catch((error) => this.#ports.log.warn(toError(error).message))
      .finally(() => {
        server.dispose();
        this.#closing.delete(server);
      });
    this.#closing.set(server, closing);
  }

  /** Replaces the snapshots that differ, in the order of the configuration, and tells of each. */
  #publish(): void {
    const views = [...this.#configuration.servers.keys()].flatMap((id) => this.#servers.get(id)?.view ?? []);
    this.#assignNames(views);
    const before = this.#snapshots;
    this.#snapshots = new Map();
    const changed: ServerSnapshot[] = [];
    for (const { tools, catalogStatus, catalogError, ...rest } of views) {
      const catalog = {
        status: catalogStatus,
        tools: this.#catalogs.get(rest.id) ?? [],
        ...(catalogError === undefined ? {} : { error: catalogError }),
      };
      const previous = before.get(rest.id);
      const snapshot = { ...rest, catalog };
      const same = previous !== undefined && isSame(previous, snapshot);
      this.#snapshots.set(rest.id, same ? previous : snapshot);
      if (!same) changed.push(snapshot);
    }
    for (const snapshot of changed) this.#changeEmitter.fire(snapshot);
  }

  /** Names depend on the tools of all servers, so they are given anew only when one list is another one. */
  #assignNames(views: readonly ServerView[]): void {
    const lists = views.map(({ tools }) => tools);
    if (lists.length === this.#named.length && lists.every((list, i) => list === this.#named[i])) return;
    this.#named = lists;
    const names = assignCallNames(
      views.map(({ id, tools }) => ({
        serverId: id,
        prefix: this.#configuration.servers.get(id)?.entry?.toolPrefix,
        toolNames: tools.map(({ name }) => name),
      })),
    );
    const before = this.#catalogs;
    this.#catalogs = new Map();
    for (const { id, tools } of views) {
      const named = tools.map((tool) => ({ tool, callName: names.get(id)?.get(tool.name) ?? tool.name }));
      const previous = before.get(id);
      this.#catalogs.set(id, previous && sameTools(previous, named) ? previous : named);
    }
  }

  /** A caller that gives up ends the attempt. */
  async #abortable(id: string, signal: AbortSignal | undefined, work: Promise<void>): Promise<void> {
    if (!signal) return work;
    const onAbort = () => void this.#servers.get(id)?.disconnect();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      await work;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #require(id: string): Server {
    const server = this.#servers.get(id);
    if (server) return server;
    const known = [...this.#servers.keys()];
    throw new PatchbayError('config', `There is no server "${id}".`, {
      hint: known.length === 0 ? 'The configuration names none.' : `Configured are: ${known.join(', ')}.`,
    });
  }
}

/** Everything but the tools is small plain data. */
function isSame(a: ServerSnapshot, b: ServerSnapshot): boolean {
  const { catalog: catalogA, ...restA } = a;
  const { catalog: catalogB, ...restB } = b;
  return (
    catalogA.tools === catalogB.tools &&
    catalogA.status === catalogB.status &&
    catalogA.error === catalogB.error &&
    JSON.stringify(restA) === JSON.stringify(restB)
  );
}

function sameTools(a: readonly CatalogTool[], b: readonly CatalogTool[]): boolean {
  return (
    a.length === b.length && a.every(({ tool, callName }, i) => tool === b[i]?.tool && callName === b[i]?.callName)
  );
}

function prefixed(log: Logger, id: string): Logger {
  return {
    trace: (message) => log.trace(`[${id}] ${message}`),
    debug: (message) => log.debug(`[${id}] ${message}`),
    info: (message) => log.info(`[${id}] ${message}`),
    warn: (message) => log.warn(`[${id}] ${message}`),
    error: (message) => log.error(`[${id}] ${message}`),
  };
}
