import * as vscode from 'vscode';
import type { NetworkSettings } from '../../core/ports';

/** The editor's own proxy settings, as they stand now: `http.proxy`, `http.noProxy`, else the usual variables. */
export function networkSettings(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
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
