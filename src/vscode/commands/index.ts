import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { type CommandName, commandId, commandNames } from '../contributions';
import { causeOf } from './aboutServer';
import { addServer } from './addServer';
import { callAgain } from './callAgain';
import { callSaved } from './callSaved';
import { callTool } from './callTool';
import { clearPool } from './clearPool';
import { clearToken } from './clearToken';
import { connect } from './connect';
import { connectAll } from './connectAll';
import type { CommandContext, CommandHandler } from './context';
import { disconnect } from './disconnect';
import { disconnectAll } from './disconnectAll';
import { editServer } from './editServer';
import { exportAuditLog } from './exportAuditLog';
import { openUserConfig } from './openUserConfig';
import { openWorkspaceConfig } from './openWorkspaceConfig';
import { reconnect } from './reconnect';
import { refreshTools } from './refreshTools';
import { removeServer } from './removeServer';
import { reportError } from './reportError';
import { retryNow } from './retryNow';
import { runArguments } from './runArguments';
import { setSecret } from './setSecret';
import { setToken } from './setToken';
import { showLastError } from './showLastError';
import { showMetrics } from './showMetrics';
import { showOutput } from './showOutput';
import { showServer } from './showServer';
import { stopRetrying } from './stopRetrying';
import { isFromCode } from './target';

const HANDLERS: Record<CommandName, CommandHandler> = {
  addServer,
  callAgain,
  callSaved,
  callTool,
  clearPool,
  clearToken,
  connect,
  connectAll,
  disconnect,
  disconnectAll,
  editServer,
  exportAuditLog,
  openUserConfig,
  openWorkspaceConfig,
  reconnect,
  refreshTools,
  removeServer,
  retryNow,
  runArguments,
  setSecret,
  setToken,
  showLastError,
  showMetrics,
  showOutput,
  showServer,
  stopRetrying,
};

/** The only place that registers commands. People read failures in a message; code gets them as rejections. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const store = new DisposableStore();
  for (const name of commandNames) {
    const run = async (argument: unknown) => {
      try {
        return await HANDLERS[name](context, argument);
      } catch (error) {
        if (isFromCode(argument)) throw causeOf(error);
        await reportError(context, error, argument);
        return undefined;
      }
    };
    store.add(vscode.commands.registerCommand(commandId(name), run));
  }
  return store;
}
