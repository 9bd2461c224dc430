import * as vscode from 'vscode';
import type { ServerSnapshot } from '../../core/hubTypes';
import type { JsonObject } from '../../shared/json';
import type { Tool } from '../../shared/mcp';
import { confirm } from '../adapters/messages';
import { cut, manyLines, oneLine } from '../plainText';
import { type Secrets, withoutSecrets } from './secretArguments';

const MAX_ARGUMENTS = 1_000;
const MAX_ARGUMENT_LINES = 20;

export interface CallInQuestion {
  readonly server: ServerSnapshot | undefined;
  readonly toolName: string;
  readonly tool: Tool | undefined;
  readonly args: JsonObject;
  readonly secrets: Secrets;
}

/**
 * Whether a person's call goes on. Asks where `tools.confirm` of the server says so: what a tool says of itself is a hint
 * only. What the arguments hold is shown shortened and without secrets.
 */
export async function confirmCall({ server, toolName, tool, args, secrets }: CallInQuestion): Promise<boolean> {
  const { t } = vscode.l10n;
  const destructive = tool?.annotations?.destructiveHint === true;
  const policy = server?.confirm ?? 'destructive';
  if (policy === 'never' || (policy === 'destructive' && !destructive)) return true;
  const question = t('Call “{0}” of “{1}”?', oneLine(toolName, 80), oneLine(server?.name ?? '', 80));
  const lines = [
    ...(destructive ? [t('The server says that this tool may destroy data.')] : []),
    t('Arguments: {0}', shortened(withoutSecrets(args, secrets))),
  ];
  return confirm(question, lines.join('\n'), t('Call'));
}

function shortened(args: JsonObject): string {
  const text = JSON.stringify(args, null, 2);
  const lines = cut(text, MAX_ARGUMENTS).split('\n').slice(0, MAX_ARGUMENT_LINES).join('\n');
  return manyLines(lines, MAX_ARGUMENTS) + (lines.length < text.length ? '…' : '');
}
