import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { escapeIcons, unlinked } from '../plainText';
import type { QuestionTurns } from '../questionTurns';
import { choose, type DialogQuestion } from './choose';
import { fitsDialog } from './requestText';

const SCHEME = 'patchbay-question';

export type Decision = 'yes' | 'no' | 'stop';

/**
 * Whether the person agrees to a text, which they get to see whole: in a dialog, or where it is too long for that in an
 * editor with the question above it. `stop`: they want no further question of this server.
 */
export async function decide(
  question: DialogQuestion,
  yes: string,
  turns: QuestionTurns,
  signal: AbortSignal,
): Promise<Decision> {
  const { t } = vscode.l10n;
  const stop = t('Stop Asking');
  if (fitsDialog(question.detail)) {
    const picked = await choose(question, [yes, stop], turns, signal);
    return picked === yes ? 'yes' : picked === stop ? 'stop' : 'no';
  }
  return besideText(question, async () => {
    const rows: (vscode.QuickPickItem & { readonly decision: Decision })[] = [
      { label: yes, iconPath: new vscode.ThemeIcon('check'), decision: 'yes' },
      { label: t('Refuse'), iconPath: new vscode.ThemeIcon('circle-slash'), decision: 'no' },
      { label: stop, iconPath: new vscode.ThemeIcon('bell-slash'), decision: 'stop' },
    ];
    return pickDecision(unlinked(question.message, 200), t('Read the text in the editor first'), rows, signal);
  });
}

function pickDecision(
  title: string,
  placeholder: string,
  rows: readonly (vscode.QuickPickItem & { readonly decision: Decision })[],
  signal: AbortSignal,
): Promise<Decision> {
  const input = vscode.window.createQuickPick<(typeof rows)[number]>();
  input.title = title;
  input.placeholder = placeholder;
  input.items = rows.map((row) => ({ ...row, label: escapeIcons(row.label) }));
  input.ignoreFocusOut = true;
  return new Promise((resolve) => {
    const end = (decision: Decision) => {
      signal.removeEventListener('abort', onAbort);
      resolve(decision);
      input.dispose();
    };
    const onAbort = () => end('no');
    input.onDidHide(() => end('no'));
    input.onDidAccept(() => end(input.selectedItems[0]?.decision ?? 'no'));
    if (signal.aborted) return end('no');
    signal.addEventListener('abort', onAbort, { once: true });
    input.show();
  });
}

/** Keeps a read-only document with the text open as long as `work` runs. */
async function besideText<T>({ serverName, detail }: DialogQuestion, work: () => Promise<T>): Promise<T> {
  // Named after what it says, so that no earlier text can stand for this one.
  const query = createHash('sha256').update(detail).digest('hex');
  const path = `/${serverName.replace(/[^\w.-]+/g, '-').slice(0, 60)}.txt`;
  const uri = vscode.Uri.from({ scheme: SCHEME, path, query });
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: () => detail,
  });
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false });
    return await work();
  } finally {
    provider.dispose();
    const isOurs = ({ input }: vscode.Tab) =>
      input instanceof vscode.TabInputText && input.uri.toString() === uri.toString();
    await vscode.window.tabGroups.close(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(isOurs)));
  }
}
