import * as vscode from 'vscode';
import type { SampleAnswer, SampleRequest } from '../../core/ports';
import { tokenFor } from '../adapters/cancellation';
import { manyLines, oneLine, unlinked } from '../plainText';
import { sampleDetail } from './requestText';

/** An answer above this is not sent on. */
const MAX_CHARACTERS = 1_000_000;
const MAX_SHOWN = 3000;

/** Asks the person, then a language model of the editor, then the person again before the answer goes out. */
export async function sampleWithModel(request: SampleRequest, signal: AbortSignal): Promise<SampleAnswer | undefined> {
  const { t } = vscode.l10n;
  const server = oneLine(request.serverName, 80);
  const model = await pickModel(request.modelHints);
  // Nobody is asked to allow what cannot be done.
  if (!model) throw new Error(t('No language model is available.'));
  const ask = t('“{0}” wants to use your language model {1}.', server, oneLine(model.name, 80));
  if (!(await allows(ask, sampleDetail(request, t), t('Allow'))) || signal.aborted) return undefined;
  const text = await answerOf(model, request, signal);
  const review = t('{0} answered. Send this to “{1}”?', oneLine(model.name, 80), server);
  if (!(await allows(review, manyLines(text, MAX_SHOWN), t('Send'))) || signal.aborted) return undefined;
  return { text, model: model.id, stopReason: 'endTurn' };
}

async function allows(message: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showInformationMessage(unlinked(message, 300), { modal: true, detail }, yes)) === yes;
}

/** The first that a hint names as a part of its id, name or family; else the first there is. */
async function pickModel(hints: readonly string[]): Promise<vscode.LanguageModelChat | undefined> {
  const models = await vscode.lm.selectChatModels();
  for (const hint of hints) {
    const found = models.find(({ id, name, family }) =>
      [id, name, family].some((text) => text.toLowerCase().includes(hint.toLowerCase())),
    );
    if (found) return found;
  }
  return models[0];
}

async function answerOf(model: vscode.LanguageModelChat, request: SampleRequest, signal: AbortSignal): Promise<string> {
  const { LanguageModelChatMessage } = vscode;
  const messages = request.messages.map(({ role, content }) => {
    const text = content.map((block) => (block.type === 'text' ? String(block.text) : `[${block.type}]`)).join('\n');
    return role === 'user' ? LanguageModelChatMessage.User(text) : LanguageModelChatMessage.Assistant(text);
  });
  // The editor's models have no place of their own for it.
  if (request.systemPrompt) messages.unshift(LanguageModelChatMessage.User(request.systemPrompt));
  const cancellation = tokenFor(signal);
  try {
    const justification = vscode.l10n.t('The MCP server “{0}” asked for it.', oneLine(request.serverName, 80));
    const response = await model.sendRequest(messages, { justification }, cancellation.token);
    let text = '';
    for await (const part of response.text) {
      text += part;
      if (text.length > MAX_CHARACTERS) throw new Error(vscode.l10n.t('The answer of the model is too long.'));
    }
    return text;
  } finally {
    cancellation.dispose();
  }
}
