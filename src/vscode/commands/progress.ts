import * as vscode from 'vscode';
import type { Hub } from '../../core/hubTypes';
import { serversViewId } from '../contributions';
import { aboutServer } from './aboutServer';

/** Shows the thin bar of the view while `work` runs. */
export async function inView<T>(work: () => Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: { viewId: serversViewId } }, work);
}

/** Connects for a person who is there to answer and does not want to wait for the next retry. */
export async function connectFor(hub: Hub, id: string): Promise<void> {
  const server = hub.server(id);
  const kind = server?.state.kind;
  if (kind === 'connected') return;
  if (kind === 'reconnecting') hub.retryNow(id);
  const connect = () => inView(() => hub.connect(id, { interactive: true }));
  await (server ? aboutServer(server, connect) : connect());
}
