import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { describeError } from '../../base/errors';
import type { Event } from '../../base/event';
import type { HistoryEntry } from '../../core/calls/history';
import type { Hub, ServerSnapshot } from '../../core/hubTypes';
import { RefreshQueue } from '../refreshQueue';
import { ChildRows } from './childRows';
import { memberItem } from './groupRows';
import { hasPoolRow, poolItem, type ServerLoad } from './poolRow';
import { QuietRefresh } from './quietRefresh';
import { isSameButMeasured } from './summary';
import { markdown, toTreeItem } from './toTreeItem';
import { type PoolNode, ServerNode, SourceNode, type TreeNode } from './treeNode';
import { type ItemModel, noticeItem, serverItem, sourceItem, sourceKey, toolItem, type ViewContext } from './viewModel';

/** Changes within this time are shown together. */
const REFRESH_DELAY_MS = 50;

export interface ServersTreeOptions {
  readonly hub: () => Promise<Hub>;
  readonly hubIfLoaded: () => Hub | undefined;
  readonly onDidLoadHub: Event<Hub>;
  readonly clock: Clock;
  /** The engine or the configuration could not be loaded: the tree stays empty. */
  readonly onLoadError: (message: string) => void;
}

/** Servers and groups of servers, by file where there is more than one, with what is below them: the view `patchbay.servers`. */
export class ServersTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #options: ServersTreeOptions;
  readonly #store = new DisposableStore();
  readonly #changes = new vscode.EventEmitter<TreeNode[] | undefined>();
  readonly #refresh: RefreshQueue<TreeNode>;
  readonly #sources = new Map<string, SourceNode>();
  readonly #servers = new Map<string, ServerNode>();
  readonly #rows = new ChildRows();
  /** Rows of connections that were drawn. */
  readonly #pools = new Set<PoolNode>();
  readonly #quiet: QuietRefresh<TreeNode>;
  /** What each row that was drawn says behind its name. */
  readonly #drawn = new WeakMap<TreeNode, string | undefined>();
  /** The last snapshot of each server that was announced. */
  readonly #announced = new Map<string, ServerSnapshot>();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(options: ServersTreeOptions) {
    this.#options = options;
    this.#refresh = this.#store.add(new RefreshQueue(options.clock, REFRESH_DELAY_MS, (rows) => this.#announce(rows)));
    this.#quiet = this.#store.add(new QuietRefresh(options.clock, (row) => this.#refresh.add(row)));
    this.#store.add(this.#changes);
    this.#store.add(options.onDidLoadHub((hub) => this.#watch(hub)));
    const loaded = options.hubIfLoaded();
    if (loaded) this.#watch(loaded);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Draws one server's row again where its countdown moved and nobody may be reading its hover. */
  tickServer(id: string): void {
    const node = this.#servers.get(id);
    if (node) this.#tick(node);
  }

  /** The same for the rows of one tool. */
  tickTool(server: string, tool: string): void {
    for (const node of this.#rows.toolNodes(server, tool)) this.#tick(node);
  }

  /** Draws the rows of connections again whose numbers are other ones now. */
  tickPools(): void {
    for (const node of this.#pools) this.#tick(node);
  }

  /** Tells VS Code at once of every change: it looks for rows only among those that it knows. */
  showChanges(): void {
    this.#refresh.announceNow();
  }

  /** The row of a server, for `TreeView.reveal`. */
  serverNode(id: string): ServerNode {
    const existing = this.#servers.get(id);
    if (existing) return existing;
    const node = new ServerNode(id);
    this.#servers.set(id, node);
    return node;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const hub = await this.#loadHub();
    if (!hub) return [];
    if (node === undefined) return this.#roots(hub);
    if (node.kind === 'source') {
      const inFile = hub.servers().filter((server) => sourceKey(server.source) === node.key);
      return inFile.map((server) => this.serverNode(server.id));
    }
    if (node.kind !== 'server') return [];
    const snapshot = hub.server(node.server);
    return snapshot ? this.#childrenOf(node, snapshot) : [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'source') return undefined;
    if (node.kind !== 'server') return node.parent;
    const snapshot = this.#options.hubIfLoaded()?.server(node.server);
    return snapshot && this.#hasSources() ? this.#sourceNode(snapshot.source) : undefined;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    this.#quiet.drawn(node);
    const model = this.#model(node);
    this.#drawn.set(node, model?.description);
    if (node.kind === 'pool') this.#pools.add(node);
    return model ? toTreeItem(model, node) : new vscode.TreeItem('');
  }

  /** Hovers are written only for the row that the pointer is on. */
  async resolveTreeItem(item: vscode.TreeItem, node: TreeNode): Promise<vscode.TreeItem> {
    const text = await this.#hover(node);
    if (text === undefined) return item;
    this.#quiet.hoverWritten(node);
    item.tooltip = markdown(text);
    return item;
  }

  async #loadHub(): Promise<Hub | undefined> {
    try {
      return await this.#options.hub();
    } catch (error) {
      this.#options.onLoadError(describeError(error));
      return undefined;
    }
  }

  #watch(hub: Hub): void {
    this.#store.add(hub.onDidChangeServers((snapshot) => this.#handleChange(snapshot)));
    this.#store.add(hub.onDidChangeServerList(() => this.#refresh.addAll()));
    this.#store.add(hub.calls.onDidChange((call) => this.#forgetHovers(call)));
    this.#refresh.addAll();
  }

  #handleChange(snapshot: ServerSnapshot): void {
    const node = this.#servers.get(snapshot.id);
    const before = this.#announced.get(snapshot.id);
    this.#announced.set(snapshot.id, snapshot);
    if (!node) return;
    if (!before || !isSameButMeasured(before, snapshot)) this.#refresh.add(node);
    // A measured time stands in the hover alone.
    else if (this.#quiet.hovered.includes(node)) this.#quiet.redraw(node);
  }

  #tick(node: TreeNode): void {
    if (this.#quiet.isRead(node) || this.#model(node)?.description === this.#drawn.get(node)) return;
    this.#refresh.add(node);
  }

  /** A hover that was written before a call ended has old numbers. Costs nothing where nobody looked. */
  #forgetHovers({ server, tool, outcome }: HistoryEntry): void {
    if (outcome === undefined) return;
    for (const node of this.#quiet.hovered) {
      if (node.kind === 'source' || node.server !== server) continue;
      if (node.kind !== 'tool' || node.tool === tool) this.#quiet.redraw(node);
    }
  }

  #announce(changed: 'all' | readonly TreeNode[]): void {
    if (changed === 'all') this.#changes.fire(undefined);
    else if (changed.length > 0) this.#changes.fire([...changed]);
  }

  #roots(hub: Hub): TreeNode[] {
    const servers = hub.servers();
    this.#forgetMissing(servers);
    if (!this.#hasSources()) return servers.map((server) => this.serverNode(server.id));
    return [...new Set(servers.map((server) => this.#sourceNode(server.source)))];
  }

  #childrenOf(parent: ServerNode, snapshot: ServerSnapshot): TreeNode[] {
    const nodes: TreeNode[] = [];
    if (noticeItem(snapshot, vscode.l10n.t)) nodes.push(this.#rows.notice(parent));
    if (hasPoolRow(snapshot)) nodes.push(this.#rows.pool(parent));
    else this.#pools.delete(this.#rows.pool(parent));
    nodes.push(...this.#rows.members(parent, snapshot));
    nodes.push(...this.#rows.tools(parent, snapshot));
    return nodes;
  }

  #model(node: TreeNode): ItemModel | undefined {
    const { t } = vscode.l10n;
    if (node.kind === 'source') return sourceItem(node.source, t);
    const hub = this.#options.hubIfLoaded();
    const snapshot = hub?.server(node.kind === 'member' ? node.parent.server : node.server);
    if (!snapshot) return undefined;
    switch (node.kind) {
      case 'server':
        return serverItem(snapshot, this.#context());
      case 'notice':
        return noticeItem(snapshot, t);
      case 'pool':
        return poolItem(snapshot, this.#loadOf(node.server), t);
      case 'member': {
        const { group } = snapshot;
        const member = group?.members.find(({ id }) => id === node.server);
        return group && member && memberItem(snapshot, group, member, hub?.server(node.server), t);
      }
      case 'tool': {
        const entry = this.#rows.toolEntry(node);
        return entry && toolItem(snapshot, entry, node.occurrence, this.#context());
      }
    }
  }

  async #hover(node: TreeNode): Promise<string | undefined> {
    if (node.kind === 'source') return undefined;
    const { figuresOf, poolTooltip, serverTooltip, toolTooltip } = await import('../reports/index');
    const hub = this.#options.hubIfLoaded();
    const snapshot = hub?.server(node.server);
    if (!hub || !snapshot) return undefined;
    const { t } = vscode.l10n;
    if (node.kind === 'pool') return poolTooltip(snapshot, this.#loadOf(node.server), t);
    const figures = figuresOf(hub.metrics(), snapshot.id);
    if (node.kind !== 'tool') return serverTooltip(snapshot, this.#context(), figures);
    const entry = this.#rows.toolEntry(node);
    return entry && toolTooltip(snapshot, entry, this.#context(), figures);
  }

  #loadOf(server: string): ServerLoad | undefined {
    const load = this.#options.hubIfLoaded()?.load();
    return load?.servers.find((candidate) => candidate.server === server);
  }

  #context(): ViewContext {
    return {
      t: vscode.l10n.t,
      now: this.#options.clock.now(),
      formatTime: (at) => new Date(at).toLocaleTimeString(vscode.env.language),
    };
  }

  #hasSources(): boolean {
    const servers = this.#options.hubIfLoaded()?.servers() ?? [];
    return new Set(servers.map((server) => sourceKey(server.source))).size > 1;
  }

  #sourceNode(source: ServerSnapshot['source']): SourceNode {
    const key = sourceKey(source);
    const node = this.#sources.get(key) ?? new SourceNode(source);
    this.#sources.set(key, node);
    return node;
  }

  #forgetMissing(servers: readonly ServerSnapshot[]): void {
    const present = new Set(servers.map((server) => server.id));
    for (const id of this.#servers.keys()) if (!present.has(id)) this.#servers.delete(id);
    for (const id of this.#announced.keys()) if (!present.has(id)) this.#announced.delete(id);
    this.#rows.keepOnly(present);
    for (const node of this.#pools) if (!present.has(node.server)) this.#pools.delete(node);
    for (const node of this.#quiet.hovered) {
      if (node.kind !== 'source' && !present.has(node.server)) this.#quiet.drawn(node);
    }
  }
}
