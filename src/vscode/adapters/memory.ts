import type * as vscode from 'vscode';
import type { Memory } from '../../core/ports';

/** Approvals are given for one workspace: they are kept with it and mean nothing elsewhere. */
const WORKSPACE_PREFIXES = ['approval:'];

export function createMemory(globalState: vscode.Memento, workspaceState: vscode.Memento): Memory {
  const stateFor = (key: string) =>
    WORKSPACE_PREFIXES.some((prefix) => key.startsWith(prefix)) ? workspaceState : globalState;
  return {
    get: <T>(key: string) => stateFor(key).get<T>(key),
    set: async (key, value) => stateFor(key).update(key, value),
  };
}
