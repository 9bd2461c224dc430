import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { DisposableStore } from '../base/disposable';
import type { Hub, ServerSnapshot } from '../core/hubTypes';
import { focusServersCommandId } from './contributions';
import { escapeMarkdown, oneLine } from './plainText';
import { RefreshQueue } from './refreshQueue';
import type { Services } from './services';
import { stateWords } from './tree/stateWords';
import { summarize } from './tree/summary';

const MAX_LISTED = 20;
const REFRESH_DELAY_MS = 100;

/** Connected over enabled servers, as one item. Not there while no server is configured. */
export class ServersStatusBar implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;
  readonly #hubIfLoaded: () => Hub | undefined;
  readonly #refresh: RefreshQueue<undefined>;

  constructor(services: Pick<Services, 'hubIfLoaded' | 'onDidLoadHub'>, clock: Clock) {
    this.#hubIfLoaded = services.hubIfLoaded;
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('patchbay.status', vscode.StatusBarAlignment.Left, 0),
    );
    this.#item.name = vscode.l10n.t('MCP Servers');
    this.#item.command = focusServersCommandId;
    this.#refresh = this.#store.add(new RefreshQueue(clock, REFRESH_DELAY_MS, () => this.#show()));
    this.#store.add(services.onDidLoadHub((hub) => this.#watch(hub)));
    const loaded = services.hubIfLoaded();
    if (loaded) this.#watch(loaded);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #watch(hub: Hub): void {
    this.#store.add(hub.onDidChangeServers(() => this.#refresh.addAll()));
    this.#store.add(hub.onDidChangeServerList(() => this.#refresh.addAll()));
    this.#show();
  }

  #show(): void {
    const servers = this.#hubIfLoaded()?.servers() ?? [];
    if (servers.length === 0) {
      this.#item.hide();
      return;
    }
    const { t } = vscode.l10n;
    const { enabled, connected, failed } = summarize(servers);
    this.#item.text = `$(plug) ${connected}/${enabled}`;
    this.#item.tooltip = this.#tooltip(servers);
    this.#item.backgroundColor = failed > 0 ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    const label = t('MCP servers: {0} of {1} connected', connected, enabled);
    this.#item.accessibilityInformation = {
      label: failed > 0 ? `${label}, ${t('{0} in error', failed)}` : label,
    };
    this.#item.show();
  }

  #tooltip(servers: readonly ServerSnapshot[]): vscode.MarkdownString {
    const { t } = vscode.l10n;
    const own = servers.filter(({ group }) => group === undefined);
    const lines = own.slice(0, MAX_LISTED).map((server) => {
      const words = stateWords(server, undefined, t);
      return `**${escapeMarkdown(oneLine(server.name, 60))}** · ${escapeMarkdown(words)}`;
    });
    if (own.length > MAX_LISTED) lines.push(t('and {0} more', own.length - MAX_LISTED));
    const tooltip = new vscode.MarkdownString([t('MCP servers'), lines.join('  \n')].join('\n\n'), false);
    tooltip.isTrusted = false;
    return tooltip;
  }
}
