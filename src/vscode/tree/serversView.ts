import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Hub } from '../../core/hubTypes';
import type { ConfigProblems } from '../adapters/configProblems';
import { contextKeys, serversViewId } from '../contributions';
import { RefreshQueue } from '../refreshQueue';
import type { Services } from '../services';
import { registerDimmedItems } from './dimmedItems';
import { ServersTree } from './serversTree';
import { summarize, tickingOf } from './summary';
import type { TreeNode } from './treeNode';

const COUNTDOWN_MS = 1000;
const SUMMARY_DELAY_MS = 100;

/** The view `patchbay.servers`: the tree, its badge, its message and the context keys that follow the servers. */
export class ServersView implements vscode.Disposable {
  readonly tree: ServersTree;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #clock: Clock;
  readonly #problems: ConfigProblems;
  readonly #hubIfLoaded: () => Hub | undefined;
  readonly #store = new DisposableStore();
  readonly #summary: RefreshQueue<undefined>;
  #countdown: Disposable | undefined;
  #loadError: string | undefined;
  #contextValues = new Map<string, boolean>();

  constructor(
    services: Pick<Services, 'hub' | 'hubIfLoaded' | 'onDidLoadHub'>,
    problems: ConfigProblems,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.#problems = problems;
    this.#hubIfLoaded = services.hubIfLoaded;
    this.#summary = this.#store.add(new RefreshQueue(clock, SUMMARY_DELAY_MS, () => this.#showSummary()));
    this.tree = this.#store.add(
      new ServersTree({
        hub: services.hub,
        hubIfLoaded: services.hubIfLoaded,
        onDidLoadHub: services.onDidLoadHub,
        clock,
        onLoadError: (message) => this.#showLoadError(message),
      }),
    );
    this.#view = this.#store.add(
      vscode.window.createTreeView(serversViewId, { treeDataProvider: this.tree, showCollapseAll: true }),
    );
    this.#store.add(registerDimmedItems());
    this.#store.add(this.#view.onDidChangeVisibility(() => this.#tick()));
    this.#store.add(problems.onDidChange(() => this.#showMessage()));
    this.#store.add(services.onDidLoadHub((hub) => this.#watch(hub)));
    const loaded = services.hubIfLoaded();
    if (loaded) this.#watch(loaded);
  }

  dispose(): void {
    this.#countdown?.dispose();
    this.#store.dispose();
  }

  /** Shows the view with a server's row selected. Does nothing where the server is not in the tree. */
  async reveal(serverId: string, options: { readonly expand?: boolean } = {}): Promise<void> {
    if (!this.#hubIfLoaded()?.server(serverId)) return;
    this.tree.showChanges();
    await this.#view.reveal(this.tree.serverNode(serverId), { select: true, focus: true, expand: options.expand });
  }

  #watch(hub: Hub): void {
    this.#store.add(hub.onDidChangeServers(() => this.#summary.addAll()));
    this.#store.add(hub.onDidChangeServerList(() => this.#summary.addAll()));
    this.#store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => forgetMissingTrust(hub)));
    this.#loadError = undefined;
    this.#showMessage();
    this.#showSummary();
  }

  #showSummary(): void {
    const servers = this.#hubIfLoaded()?.servers() ?? [];
    const { failed } = summarize(servers);
    const { t } = vscode.l10n;
    const tooltip = failed === 1 ? t('1 server in error') : t('{0} servers in error', failed);
    this.#view.badge = failed === 0 ? undefined : { value: failed, tooltip };
    this.#setContext(contextKeys.noServers, servers.length === 0);
    this.#tick();
  }

  #showLoadError(message: string): void {
    this.#loadError = message;
    this.#showMessage();
  }

  #showMessage(): void {
    this.#view.message = this.#loadError ?? this.#problems.summary;
  }

  /** Draws again each second what names a time or a number of this moment, only while somebody can see it. */
  #tick(): void {
    if (this.#countdown || !this.#view.visible) return;
    const { servers, tools, hasPools } = tickingOf(this.#hubIfLoaded()?.servers() ?? []);
    if (servers.length === 0 && tools.length === 0 && !hasPools) return;
    this.#countdown = this.#clock.setTimeout(() => {
      this.#countdown = undefined;
      for (const id of servers) this.tree.tickServer(id);
      for (const { server, tool } of tools) this.tree.tickTool(server, tool);
      this.tree.tickPools();
      this.#tick();
    }, COUNTDOWN_MS);
  }

  #setContext(key: string, value: boolean): void {
    if (this.#contextValues.get(key) === value) return;
    this.#contextValues.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}

/** Rows must not ask for a trust that was given. Servers that start with the window are being connected already. */
function forgetMissingTrust(hub: Hub): void {
  for (const { id, state, autoConnect } of hub.servers()) {
    const asksForTrust = state.kind === 'needsInput' && state.needed.kind === 'trust';
    if (asksForTrust && autoConnect !== 'startup') void hub.disconnect(id);
  }
}
