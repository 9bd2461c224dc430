import * as vscode from 'vscode';
import type { ApprovalRequest, Prompts, ValueRequest } from '../../core/ports';
import { oneLine } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { approvalDetail, isShownWhole } from './approvalText';
import { tokenFor } from './cancellation';
import { askText, confirm, pick, showError } from './messages';

const MAX_SHOWN = 10;

/** What Patchbay itself asks waits its turn, so that no question of a server closes it. */
export function createPrompts(turns: QuestionTurns): Prompts {
  return {
    askValue: (request, signal) => turns.take(signal, () => askValue(request, signal)),
    approve: (requests, signal) => turns.take(signal, () => approve(requests, signal)),
  };
}

async function askValue(request: ValueRequest, signal: AbortSignal): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const title = t('Value for {0}', oneLine(request.serverName, 80));
  const prompt = oneLine(request.description || request.id, 300);
  const cancellation = tokenFor(signal);
  try {
    if (request.options) {
      const rows = request.options.map((value) => ({ label: value, value }));
      return await pick(rows, { title, placeHolder: prompt, ignoreFocusOut: true }, cancellation.token);
    }
    return await askText(
      {
        title,
        prompt: request.kind === 'secret' ? t('{0} (kept in the Secret Storage of VS Code)', prompt) : prompt,
        password: request.password,
        ignoreFocusOut: true,
        ...(request.default === undefined ? {} : { value: request.default }),
      },
      cancellation.token,
    );
  } finally {
    cancellation.dispose();
  }
}

/** Asks once for all that fit one dialog. Each must be allowed. */
async function approve(requests: readonly ApprovalRequest[], signal: AbortSignal): Promise<boolean> {
  const { t } = vscode.l10n;
  const tooLong = requests.find((request) => !isShownWhole(request));
  if (tooLong) {
    const name = oneLine(tooLong.serverName, 80);
    void showError(t('What “{0}” runs or uses is too long to be shown, so it is not started.', name));
    return false;
  }
  for (let start = 0; start < requests.length; start += MAX_SHOWN) {
    if (!(await askApproval(requests.slice(start, start + MAX_SHOWN))) || signal.aborted) return false;
  }
  return true;
}

async function askApproval(requests: readonly ApprovalRequest[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const [first] = requests;
  const name = oneLine(first?.serverName ?? '', 80);
  const one =
    first?.kind === 'group'
      ? t('This workspace wants to use the group of MCP servers “{0}”.', name)
      : t('This workspace wants to use the MCP server “{0}”.', name);
  const message = requests.length === 1 ? one : t('This workspace wants to use {0} MCP servers.', requests.length);
  return confirm(message, approvalDetail(requests, t), t('Allow'));
}
