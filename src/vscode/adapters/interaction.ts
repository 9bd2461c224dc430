import * as vscode from 'vscode';
import type { Interaction } from '../../core/ports';
import type { Questions } from '../dialogs/questions';
import type { QuestionTurns } from '../questionTurns';

/** What servers may ask of this window: the person, by dialogs that are loaded with the first question, and folders. */
export function createInteraction(questions: () => Promise<Questions>, turns: QuestionTurns): Interaction {
  return {
    elicit: async (request, signal) => (await questions()).elicit(request, signal, turns),
    // Hosts exist that have no language models at all.
    ...(typeof vscode.lm?.selectChatModels === 'function'
      ? { sample: async (request, signal) => (await questions()).sample(request, signal, turns) }
      : {}),
    roots: () =>
      (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map(({ name, uri }) => ({ name, uri: uri.toString() })),
    onDidChangeRoots: (listener) => vscode.workspace.onDidChangeWorkspaceFolders(() => listener()),
  };
}
