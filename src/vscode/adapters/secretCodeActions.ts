import * as vscode from 'vscode';
import type { ConfigDiagnostic } from '../../core/config/diagnostics';
import { commandId } from '../contributions';
import type { ConfigFiles } from './configFiles';

const LITERAL_SECRET: ConfigDiagnostic['code'] = 'literalSecret';

/** Offers "Move to Secret Storage" at each secret that stands in a configuration file as it is. */
export function registerSecretCodeActions(files: ConfigFiles): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    [{ pattern: '**/patchbay.json' }],
    {
      provideCodeActions(document, _range, { diagnostics }) {
        if (!files.isConfigFile(document.uri)) return [];
        return diagnostics
          .filter(({ source, code }) => source === 'Patchbay' && code === LITERAL_SECRET)
          .flatMap((diagnostic) => moveSecret(document, diagnostic) ?? []);
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function moveSecret(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): vscode.CodeAction | undefined {
  const value = stringIn(document.getText(diagnostic.range));
  if (!value) return undefined;
  const name = secretName(document, diagnostic.range.start);
  const action = new vscode.CodeAction(vscode.l10n.t('Move to Secret Storage'), vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.isPreferred = true;
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(document.uri, diagnostic.range, JSON.stringify(`\${secret:${name}}`));
  action.command = { command: commandId('setSecret'), title: action.title, arguments: [{ name, value }] };
  return action;
}

function stringIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The key before the value, with the line's number where the same key has a secret twice. */
function secretName(document: vscode.TextDocument, at: vscode.Position): string {
  const before = document.getText(new vscode.Range(new vscode.Position(Math.max(0, at.line - 1), 0), at));
  const key = before.match(/"([\w.-]{1,60})"\s*:\s*$/)?.[1] ?? 'secret';
  let name = key;
  for (let n = 2; document.getText().includes(`\${secret:${name}}`); n++) name = `${key}-${n}`;
  return name;
}
