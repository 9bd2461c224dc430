import * as vscode from 'vscode';
import type { ElicitAnswer, ElicitRequest, Interaction } from '../../core/ports';
import { unlinked } from '../plainText';
import { askForm } from './elicitForm';
import { visitDetail } from './requestText';
import { sampleWithModel } from './sampling';

/** Questions of servers to the person in this window. */
export type Questions = Required<Pick<Interaction, 'elicit' | 'sample'>>;

export const questions: Questions = {
  elicit: (request, signal) => (request.mode === 'form' ? askForm(request, signal) : visit(request)),
  sample: sampleWithModel,
};

/** Shows the whole address and opens it in the browser of the person, who then acts there. Nothing is fetched. */
async function visit(request: ElicitRequest & { mode: 'url' }): Promise<ElicitAnswer> {
  const { t } = vscode.l10n;
  const message = t('“{0}” asks you to open an address in your browser.', unlinked(request.serverName, 80));
  const open = t('Open in Browser');
  const decline = t('Decline');
  const options = { modal: true, detail: visitDetail(request, t) };
  const picked = await vscode.window.showWarningMessage(message, options, open, decline);
  if (picked === decline) return { action: 'decline' };
  if (picked !== open) return { action: 'cancel' };
  // As text: a parsed URI would be encoded anew, and another address than the one that was shown would open.
  const isOpened = await vscode.env.openExternal(request.url as unknown as vscode.Uri);
  return { action: isOpened ? 'accept' : 'cancel' };
}
