import * as vscode from 'vscode';
import { ARGUMENTS_SCHEME } from '../contributions';
import { oneLine } from '../plainText';
import type { ToolTarget } from './toolTarget';

const MAX_NAME = 80;

/**
 * The document in which the arguments of a tool are edited as JSON. Its path is for people, its query tells which tool. It
 * does not end in .json: what a person's `files.associations` say of those would bring in the JSON language server.
 */
export function argumentsUri({ server, tool }: ToolTarget): vscode.Uri {
  const path = `/patchbay.arguments/${fileName(server)}/${fileName(tool)}.arguments`;
  return vscode.Uri.from({ scheme: ARGUMENTS_SCHEME, path, query: JSON.stringify([server, tool]) });
}

/** The tool that a document belongs to; undefined where it is none of ours. */
export function argumentsTarget(uri: vscode.Uri): ToolTarget | undefined {
  if (uri.scheme !== ARGUMENTS_SCHEME) return undefined;
  try {
    const [server, tool] = JSON.parse(uri.query) as unknown[];
    return typeof server === 'string' && typeof tool === 'string' ? { server, tool } : undefined;
  } catch {
    return undefined;
  }
}

function fileName(name: string): string {
  return oneLine(name, MAX_NAME).replace(/[\\/:*?"<>|]+/g, '-') || '-';
}
