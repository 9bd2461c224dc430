import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import type { CommandHandler } from './context';
import { isFromCode } from './target';

/**
 * Shows all numbers: as tables, or with `{ format: 'json' }` as they are. Resolves to the numbers. Called again, it brings
 * the document up to date.
 */
export const showMetrics: CommandHandler = async ({ services }, argument) => {
  const format = formatOf(argument);
  const hub = await services.hub();
  const metrics = hub.metrics();
  if (format === 'json') {
    const uri = services.documents.put(`${TITLE}.json`, `${JSON.stringify(metrics, null, 2)}\n`);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    return metrics;
  }
  const { metricsReport } = await import('../reports/index');
  const formatTime = (at: string) => new Date(at).toLocaleString(vscode.env.language);
  const text = metricsReport(metrics, hub.servers(), { t: vscode.l10n.t, formatTime });
  await showMarkdown(services.documents.put(`${TITLE}.md`, text));
  return metrics;
};

/** Title of the tab. */
const TITLE = 'Patchbay Metrics';

function formatOf(argument: unknown): 'markdown' | 'json' {
  if (!isFromCode(argument)) return 'markdown';
  const { format = 'markdown' } = argument as { format?: unknown };
  if (format === 'markdown' || format === 'json') return format;
  throw new PatchbayError('config', 'This command takes { format?: "markdown" | "json" }.');
}

/** Drawn where this editor draws Markdown; else its text can be read as well. */
async function showMarkdown(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  } catch {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
}
