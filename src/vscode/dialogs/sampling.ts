import * as vscode from 'vscode';
import type { SampleAnswer, SampleRefusal, SampleRequest } from '../../core/ports';
import { tokenFor } from '../adapters/cancellation';
import { showInformation } from '../adapters/messages';
import { manyLines, oneLine } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { decide } from './decide';
import { sampleDetail } from './requestText';

/** An answer above this is not sent on. */
const MAX_CHARACTERS = 1_000_000;

/** Asks the person, then a language model of the editor, then the person again before the answer goes out. */
export async function sampleWithModel(
  request: SampleRequest,
  signal: AbortSignal,
  turns: QuestionTurns,
): Promise<SampleAnswer | SampleRefusal | undefined> {
  const { t } = vscode.l10n;
  const { serverName } = request;
  const server = oneLine(serverName, 80);
  const model = await pickModel(request.modelHints);
  if (!model) {
    // Nobody is asked to allow what cannot be done.
    void showInformation(t('“{0}” asked for an answer of a language model, and this editor has none.', server));
    throw new Error(t('No language model is available.'));
  }
  const name = oneLine(model.name, 80);
  const agrees = (message: string, detail: string, yes: string) =>
    turns.take(signal, () => decide({ serverName, message, detail }, yes, turns, signal));
  const ask = t('“{0}” wants to use your language model {1}.', server, name);
  const allowed = await agrees(ask, sampleDetail(request, t), t('Allow'));
  if (allowed !== 'yes' || signal.aborted) return refusal(allowed);
  const { text, stopReason } = await answerOf(model, request, signal);
  const review = t('{0} answered. Send this to “{1}”?', name, server);
  const sent = await agrees(review, manyLines(text, Number.POSITIVE_INFINITY), t('Send'));
  return sent === 'yes' && !signal.aborted ? { text, model: model.id, stopReason } : refusal(sent);
}

function refusal(decision: string): SampleRefusal | undefined {
  return decision === 'stop' ? { stopsQuestions: true } : undefined;
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

interface ModelAnswer {
  readonly text: string;
  readonly stopReason: 'endTurn' | 'maxTokens';
}

async function answerOf(
  model: vscode.LanguageModelChat,
  request: SampleRequest,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const { LanguageModelChatMessage } = vscode;
  const { maxTokens } = request;
  const messages = request.messages.map(({ role, content }) => {
    const text = content.map((block) => (block.type === 'text' ? String(block.text) : `[${block.type}]`)).join('\n');
    return role === 'user' ? LanguageModelChatMessage.User(text) : LanguageModelChatMessage.Assistant(text);
  });
  // The editor's models have no place of their own for it.
  if (request.systemPrompt) messages.unshift(LanguageModelChatMessage.User(request.systemPrompt));
  const over = new AbortController();
  const cancellation = tokenFor(AbortSignal.any([signal, over.signal]));
  try {
    const justification = vscode.l10n.t('The MCP server “{0}” asked for it.', oneLine(request.serverName, 80));
    const modelOptions = { max_tokens: maxTokens };
    const response = await model.sendRequest(messages, { justification, modelOptions }, cancellation.token);
    let text = '';
    // A token has a character at least: before so many, there is nothing to count.
    let countAt = maxTokens;
    for await (const part of response.text) {
      text += part;
      if (text.length > MAX_CHARACTERS) throw new Error(vscode.l10n.t('The answer of the model is too long.'));
      if (text.length < countAt) continue;
      const left = maxTokens - (await model.countTokens(text, cancellation.token));
      // Models may pass over the option.
      if (left <= 0) return { text, stopReason: 'maxTokens' };
      countAt = text.length + left;
    }
    return { text, stopReason: 'endTurn' };
  } finally {
    over.abort();
    cancellation.dispose();
  }
}
