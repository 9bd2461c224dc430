import * as vscode from 'vscode';
import type { ElicitAnswer, ElicitRequest, SampleAnswer, SampleRefusal, SampleRequest } from '../../core/ports';
import { openAddress } from '../openAddress';
import { unlinked } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { choose } from './choose';
import { askForm } from './elicitForm';
import { visitDetail } from './requestText';
import { sampleWithModel } from './sampling';

/** Questions of servers to the person in this window, one at a time by `turns`. */
export interface Questions {
  elicit(request: ElicitRequest, signal: AbortSignal, turns: QuestionTurns): Promise<ElicitAnswer>;
  sample(
    request: SampleRequest,
    signal: AbortSignal,
    turns: QuestionTurns,
  ): Promise<SampleAnswer | SampleRefusal | undefined>;
}

export const questions: Questions = {
  elicit: (request, signal, turns) =>
    turns.take(signal, () =>
      request.mode === 'form' ? askForm(request, signal, turns) : visit(request, signal, turns),
    ),
  sample: sampleWithModel,
};

/** Shows the whole address and opens it in the browser of the person, who then acts there. Nothing is fetched. */
async function visit(
  request: ElicitRequest & { mode: 'url' },
  signal: AbortSignal,
  turns: QuestionTurns,
): Promise<ElicitAnswer> {
  const { t } = vscode.l10n;
  const { serverName } = request;
  const message = t('“{0}” asks you to open an address in your browser.', unlinked(serverName, 80));
  const open = t('Open in Browser');
  const decline = t('Decline');
  const stop = t('Stop Asking');
  const question = { serverName, message, detail: visitDetail(request, t), isWarning: true };
  const picked = await choose(question, [open, decline, stop], turns, signal);
  if (picked === stop) return { action: 'decline', stopsQuestions: true };
  if (picked === decline) return { action: 'decline' };
  if (picked !== open) return { action: 'cancel' };
  return { action: (await openAddress(request.url)) ? 'accept' : 'cancel' };
}
