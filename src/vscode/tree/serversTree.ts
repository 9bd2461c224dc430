import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import { describeError } from '../../base/errors';
import type { Event } from '../../base/event';
import type { CatalogTool, Hub, ServerSnapshot } from '../../core/hubTypes';
import { commandId } from '../contributions';
import { RefreshQueue } from '../refreshQueue';
import { dimmedUri } from './dimmedItems';
import { GroupNode, NoticeNode, ServerNode, ToolNode, type TreeNode } from './treeNode';
import {
  groupItem,
  type ItemModel,
  noticeItem,
  serverItem,
  serverTooltip,
  sourceKey,
  toolItem,
  toolTooltip,
  type ViewContext,
} from './viewModel';

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

/** Servers, grouped by file where there is more than one, with their tools: the data of the view `patchbay.servers`. */
export class ServersTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #options: ServersTreeOptions;
  readonly #store = new DisposableStore();
  readonly #changes = new vscode.EventEmitter<TreeNode[] | undefined>();
  readonly #refresh: RefreshQueue<string>;
  readonly #groups = new Map<string, GroupNode>();
  readonly #servers = new Map<string, ServerNode>();
  readonly #notices = new Map<string, NoticeNode>();
  readonly #tools = new Map<string, Map<string, { node: ToolNode; entry: CatalogTool }>>();

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(options: ServersTreeOptions) {
    this.#options = options;
    this.#refresh = this.#store.add(new RefreshQueue(options.clock, REFRESH_DELAY_MS, (ids) => this.#announce(ids)));
    this.#store.add(this.#changes);
    this.#store.add(options.onDidLoadHub((hub) => this.#watch(hub)));
    const loaded = options.hubIfLoaded();
    if (loaded) this.#watch(loaded);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Draws one server's row again, for example because its countdown moved. */
  refreshServer(id: string): void {
    this.#refresh.add(id);
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
    if (node.kind === 'group') {
      const inGroup = hub.servers().filter((server) => sourceKey(server.source) === node.key);
      return inGroup.map((server) => this.serverNode(server.id));
    }
    if (node.kind !== 'server') return [];
    const snapshot = hub.server(node.server);
    return snapshot ? this.#childrenOf(node, snapshot) : [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'tool' || node.kind === 'notice') return node.parent;
    if (node.kind === 'group') return undefined;
    const snapshot = this.#options.hubIfLoaded()?.server(node.server);
    return snapshot && this.#isGrouped() ? this.#groupNode(snapshot.source) : undefined;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const model = this.#model(node);
    return model ? toTreeItem(model, node) : new vscode.TreeItem('');
  }

  /** Hovers are written only for the row that the pointer is on. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    if (node.kind === 'group') return item;
    const snapshot = this.#options.hubIfLoaded()?.server(node.server);
    if (!snapshot) return item;
    if (node.kind === 'server') item.tooltip = markdown(serverTooltip(snapshot, this.#context()));
    if (node.kind === 'notice') item.tooltip = markdown(serverTooltip(snapshot, this.#context()));
    if (node.kind === 'tool') {
      const entry = this.#toolEntry(node);
      if (entry) item.tooltip = markdown(toolTooltip(snapshot, entry, vscode.l10n.t));
    }
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
    this.#store.add(hub.onDidChangeServers((snapshot) => this.#refresh.add(snapshot.id)));
    this.#store.add(hub.onDidChangeServerList(() => this.#refresh.addAll()));
    this.#refresh.addAll();
  }

  #announce(changed: 'all' | readonly string[]): void {
    const nodes = changed === 'all' ? undefined : changed.map((id) => this.#servers.get(id)).filter(isDefined);
    if (nodes?.length !== 0) this.#changes.fire(nodes);
  }

  #roots(hub: Hub): TreeNode[] {
    const servers = hub.servers();
    this.#forgetMissing(servers);
    if (!this.#isGrouped()) return servers.map((server) => this.serverNode(server.id));
    return [...new Set(servers.map((server) => this.#groupNode(server.source)))];
  }

  #childrenOf(parent: ServerNode, snapshot: ServerSnapshot): TreeNode[] {
    const before = this.#tools.get(snapshot.id);
    const tools = new Map<string, { node: ToolNode; entry: CatalogTool }>();
    for (const entry of snapshot.catalog.tools) {
      let occurrence = 0;
      while (tools.has(toolKey(entry.tool.name, occurrence))) occurrence++;
      const key = toolKey(entry.tool.name, occurrence);
      tools.set(key, { node: before?.get(key)?.node ?? new ToolNode(parent, entry.tool.name, occurrence), entry });
    }
    this.#tools.set(snapshot.id, tools);
    const nodes: TreeNode[] = [...tools.values()].map(({ node }) => node);
    if (noticeItem(snapshot, vscode.l10n.t)) nodes.unshift(this.#noticeNode(parent));
    return nodes;
  }

  #model(node: TreeNode): ItemModel | undefined {
    const { t } = vscode.l10n;
    if (node.kind === 'group') return groupItem(node.source, t);
    const snapshot = this.#options.hubIfLoaded()?.server(node.server);
    if (!snapshot) return undefined;
    if (node.kind === 'server') return serverItem(snapshot, this.#context());
    if (node.kind === 'notice') return noticeItem(snapshot, t);
    const entry = this.#toolEntry(node);
    return entry && toolItem(snapshot, entry, node.occurrence, t);
  }

  #toolEntry(node: ToolNode): CatalogTool | undefined {
    return this.#tools.get(node.server)?.get(toolKey(node.tool, node.occurrence))?.entry;
  }

  #context(): ViewContext {
    return {
      t: vscode.l10n.t,
      now: this.#options.clock.now(),
      formatTime: (at) => new Date(at).toLocaleTimeString(vscode.env.language),
    };
  }

  #isGrouped(): boolean {
    const servers = this.#options.hubIfLoaded()?.servers() ?? [];
    return new Set(servers.map((server) => sourceKey(server.source))).size > 1;
  }

  #groupNode(source: ServerSnapshot['source']): GroupNode {
    const key = sourceKey(source);
    const node = this.#groups.get(key) ?? new GroupNode(source);
    this.#groups.set(key, node);
    return node;
  }

  #noticeNode(parent: ServerNode): NoticeNode {
    const node = this.#notices.get(parent.server) ?? new NoticeNode(parent);
    this.#notices.set(parent.server, node);
    return node;
  }

  #forgetMissing(servers: readonly ServerSnapshot[]): void {
    const present = new Set(servers.map((server) => server.id));
    for (const rows of [this.#servers, this.#notices, this.#tools]) {
      for (const id of rows.keys()) if (!present.has(id)) rows.delete(id);
    }
  }
}

function toTreeItem(model: ItemModel, node: TreeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(model.label, COLLAPSIBLE[model.collapsible]);
  item.id = model.id;
  item.contextValue = model.contextValue;
  item.accessibilityInformation = { label: model.accessibilityLabel };
  if (model.description !== undefined) item.description = model.description;
  if (model.icon) {
    const color = model.icon.color === undefined ? undefined : new vscode.ThemeColor(model.icon.color);
    item.iconPath = new vscode.ThemeIcon(model.icon.id, color);
  }
  if (model.dimmed) item.resourceUri = dimmedUri(model.id);
  if (model.command === 'manageTrust') {
    item.command = { command: 'workbench.trust.manage', title: vscode.l10n.t('Manage Workspace Trust') };
  } else if (model.command) {
    item.command = { command: commandId(model.command), title: model.label, arguments: [node] };
  }
  return item;
}

const COLLAPSIBLE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const;

function markdown(source: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString(source, false);
  text.isTrusted = false;
  text.supportHtml = false;
  return text;
}

function toolKey(name: string, occurrence: number): string {
  return `${occurrence}:${name}`;
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
