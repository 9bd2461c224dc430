import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { NetworkSettings } from '../../core/ports';

/** `networkSettings`, read again only after a change: it is asked for before each request. */
export class CurrentNetworkSettings implements Disposable {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #changes: vscode.Disposable;
  #known: NetworkSettings | undefined;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
    this.#changes = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('http')) this.#known = undefined;
    });
  }

  get(): NetworkSettings {
    this.#known ??= networkSettings(this.#env);
    return this.#known;
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

/** The editor's own proxy settings, as they stand now: `http.proxy`, `http.noProxy`, else the usual variables. */
function networkSettings(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
  const http = vscode.workspace.getConfiguration('http');
  const support = http.get<string>('proxySupport');
  if (support === 'off') return { proxyUrl: undefined, noProxy: [] };
  const proxyUrl =
    http.get<string>('proxy')?.trim() || env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy;
  const listed = http.get<readonly string[]>('noProxy') ?? [];
  const fromEnv = (env.NO_PROXY ?? env.no_proxy ?? '').split(',');
  const noProxy = (listed.length > 0 ? listed : fromEnv).map((host) => host.trim()).filter((host) => host !== '');
  return { proxyUrl: proxyUrl || undefined, noProxy };
}
