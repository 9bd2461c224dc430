import type { ServerSnapshot } from '../../../src/core/hubTypes';
import type { Translate } from '../../../src/vscode/localize';
import type { ViewContext } from '../../../src/vscode/tree/viewModel';

/** What VS Code does where no translation is installed. */
export const t: Translate = (message, ...args) => message.replace(/\{(\d+)\}/g, (_, i) => String(args[Number(i)]));

export const context: ViewContext = { t, now: 10_000, formatTime: (at) => `time ${at}` };

export function snapshot(changes: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return {
    id: 'demo',
    name: 'Demo',
    source: { kind: 'user', path: '/home/me/patchbay.json' },
    transport: 'stdio',
    address: 'node demo.js',
    autoConnect: 'onDemand',
    state: { kind: 'disconnected' },
    catalog: { status: 'unknown', tools: [] },
    notSupported: [],
    ...changes,
  };
}

export function connected(...names: string[]): ServerSnapshot {
  return snapshot({
    state: { kind: 'connected', since: 5000 },
    catalog: { status: 'live', tools: names.map((name) => catalogTool(name)) },
  });
}

export function catalogTool(name: string, more: object = {}): ServerSnapshot['catalog']['tools'][number] {
  return { tool: { name, inputSchema: { type: 'object' }, ...more }, callName: name };
}

export const failure = { kind: 'config', message: 'Command not found: foo', retryable: false } as const;
