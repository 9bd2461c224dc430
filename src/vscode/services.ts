import type * as vscode from 'vscode';
import type { Event } from '../base/event';
import type { Hub } from '../core/hubTypes';
import type { JsonObject } from '../shared/json';
import type { CallToolResult } from '../shared/mcp';
import type { AuditLog } from './adapters/auditLog';
import type { ConfigFiles } from './adapters/configFiles';
import type { ReadOnlyDocuments } from './adapters/readOnlyDocuments';

/** What the tool panels bundle gives, as far as commands use it. */
export interface ToolPanelsLike {
  /** Opens or reveals the form. With `run` it runs at once and resolves to the result. */
  open(
    target: { readonly server: string; readonly tool: string; readonly arguments?: JsonObject },
    options?: { readonly run?: boolean },
  ): Promise<CallToolResult | undefined>;
  /** The tool that was called last; with a server, only where it is one of it. */
  lastCall(server: string | undefined): { readonly server: string; readonly tool: string } | undefined;
  /** Makes the last call of a tool again; undefined where its arguments are not known. */
  again(
    target: { readonly server: string; readonly tool: string },
    options: { readonly byPerson: boolean },
  ): Promise<CallToolResult | undefined>;
  /** Opens the form with the arguments of a saved call, which is picked where it is not named. With `run` it runs at once. */
  callSaved(
    wanted: { readonly server?: string; readonly tool?: string; readonly name?: string },
    options: { readonly run: boolean },
  ): Promise<CallToolResult | undefined>;
  /**
   * Calls a tool with the arguments that are written in its editor; resolves to undefined where they were not sent, because
   * of a problem that the person was shown.
   */
  runEdited(
    target: vscode.Uri | { readonly server: string; readonly tool: string },
    byPerson: boolean,
  ): Promise<CallToolResult | undefined>;
  /** The text that an editor of arguments starts with after a reload; undefined where the document is none of ours. */
  editedText(uri: vscode.Uri): Promise<string | undefined>;
  /** Fills a panel that VS Code kept over a reload. */
  restore(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
}

/** What commands and views work with. Built by the composition root; everything heavy is loaded on first use. */
export interface Services {
  /** Loads the engine and the configuration on first use. Rejects with a `PatchbayError`. */
  readonly hub: () => Promise<Hub>;
  readonly hubIfLoaded: () => Hub | undefined;
  readonly onDidLoadHub: Event<Hub>;
  /** The engine's bundle, for its pure functions on configuration text. */
  readonly core: () => Promise<typeof import('../core/index')>;
  readonly panels: () => Promise<ToolPanelsLike>;
  readonly configFiles: ConfigFiles;
  /** Reads the configuration files again and resolves when the engine has what they say. */
  readonly reload: () => Promise<void>;
  readonly audit: AuditLog;
  /** Reports that are opened in an editor. */
  readonly documents: ReadOnlyDocuments;
  readonly output: vscode.LogOutputChannel;
  readonly context: vscode.ExtensionContext;
}
