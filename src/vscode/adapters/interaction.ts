import * as vscode from 'vscode';
import type { Interaction } from '../../core/ports';
import { unlinked } from '../plainText';
import { askForm } from './interactionForm';
import { sampleWithModel } from './interactionSampling';
import { visitDetail } from './interactionText';

/** What servers may ask of the person in this window: forms, addresses to visit, a language model, folders. */
export function createInteraction(): Interaction {
  return {
    elicit: (request, signal) => (request.mode === 'form' ? askForm(request, signal) : visit(request)),
    // Hosts exist that have no language models at all.
    ...(typeof vscode.lm?.selectChatModels === 'function' ? { sample: sampleWithModel } : {}),
    roots: () =>
      (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map(({ name, uri }) => ({ name, uri: uri.toString() })),
    onDidChangeRoots: (listener) => vscode.workspace.onDidChangeWorkspaceFolders(() => listener()),
  };
}

/** Shows the whole address and opens it in the browser of the person, who then acts there. Nothing is fetched. */
async function visit(request: Parameters<NonNullable<Interaction['elicit']>>[0] & { mode: 'url' }) {
  const { t } = vscode.l10n;
  const message = t('“{0}” asks you to open an address in your browser.', unlinked(request.serverName, 80));
  const open = t('Open in Browser');
  const decline = t('Decline');
  const options = { modal: true, detail: visitDetail(request, t) };
  const picked = await vscode.window.showWarningMessage(message, options, open, decline);
  if (picked === decline) return { action: 'decline' } as const;
  if (picked !== open) return { action: 'cancel' } as const;
  const isOpened = await vscode.env.openExternal(vscode.Uri.parse(request.url, true));
  return { action: isOpened ? 'accept' : 'cancel' } as const;
}
