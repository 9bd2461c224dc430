import * as vscode from 'vscode';
import { describeError, PatchbayError } from '../../base/errors';
import type { SavedCall, SavedCallKey } from '../../core/index';
import type { JsonObject } from '../../shared/json';
import type { SavedCallsMessage, SavedCallsRequest } from '../../shared/savedCalls';
import { askText, confirm, showError, showInformation } from '../adapters/messages';
import { oneLine } from '../plainText';
import { folderOf, type SavedCallFiles, savedCallsPath, usableArguments } from './savedCallFiles';
import { argumentsText, isCallOf, MAX_CALL_NAME, problemViews, savedCallViews, suggestedName } from './savedCallViews';
import { omitSecrets, type Secrets } from './secretArguments';

const MAX_NAMED_SECRETS = 10;

export interface SavedCallsPartDeps {
  readonly files: SavedCallFiles;
  readonly target: { readonly server: string; readonly tool: string };
  readonly post: (message: SavedCallsMessage) => void;
  readonly secrets: () => Secrets;
  /** Puts arguments into the form. */
  readonly load: (args: JsonObject, name: string) => void;
  /** Runs for the person, who is asked first where the policy says so. */
  readonly run: (args: JsonObject) => Promise<unknown>;
}

/** The part of a tool panel that keeps calls by name, in a file of the workspace. It loads and runs only what a person chose. */
export class SavedCallsPart {
  readonly #deps: SavedCallsPartDeps;
  #subscription: { dispose(): void } | undefined;
  #sends = 0;

  constructor(deps: SavedCallsPartDeps) {
    this.#deps = deps;
  }

  dispose(): void {
    this.#subscription?.dispose();
  }

  /** Does what the webview asks for. What goes wrong with a file is told with a way into it. */
  async handle(request: SavedCallsRequest): Promise<void> {
    const { files, load, run } = this.#deps;
    switch (request.do) {
      case 'list':
        this.#subscription ??= files.onDidChange(() => void this.#send());
        return this.#send();
      case 'save':
        return this.#save(request.args, request.name);
      case 'openFile':
        return files.open(folderOf(request.folder), request.offset);
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
    }
    const folder = folderOf(request.folder);
    const { name } = request;
    await this.#withFile(folder, async () => {
      const found = await files.read(folder);
      const call = found?.calls.find((saved) => isCallOf(saved, this.#deps.target) && saved.name === name);
      if (call === undefined) {
        await this.#send();
        throw new PatchbayError('config', `The saved call “${oneLine(name, 100)}” is no longer in the file.`);
      }
      if (request.do === 'load') load(usableArguments(call), name);
      else if (request.do === 'run') await run(usableArguments(call)).catch(() => {});
      else if (request.do === 'rename') await this.#rename(folder, call);
      else await this.#delete(folder, call);
    });
  }

  /** Sends what the files hold for this tool, and only the latest reading of them. */
  async #send(): Promise<void> {
    const turn = ++this.#sends;
    const read = await this.#deps.files.readAll();
    if (turn !== this.#sends) return;
    const several = (vscode.workspace.workspaceFolders ?? []).length > 1;
    this.#deps.post({
      type: 'savedCalls',
      calls: read.flatMap((file) => savedCallViews(file, this.#deps.target, several)),
      problems: read.flatMap((file) => problemViews(file, savedCallsPath(file.folder), this.#deps.target)),
      restricted: !vscode.workspace.isTrusted,
    });
  }

  async #save(whole: JsonObject, loaded: string | undefined): Promise<void> {
    const folder = await chooseFolder();
    if (folder === undefined) return;
    await this.#withFile(folder, async () => {
      const { files, target } = this.#deps;
      const { t } = vscode.l10n;
      const taken = this.#names(await files.readEditable(folder));
      const { args, leftOut } = omitSecrets(whole, this.#deps.secrets());
      const where = t('The arguments are kept in {0}.', savedCallsPath(folder));
      const secrets = t('Secrets are left out: {0}.', oneLine(leftOut.slice(0, MAX_NAMED_SECRETS).join(', '), 300));
      const asked = await askText({
        title: t('Save Call of {0}', oneLine(target.tool, 80)),
        prompt: leftOut.length > 0 ? `${where} ${secrets}` : where,
        value: loaded ?? suggestedName(args, target.tool, taken),
        ignoreFocusOut: true,
        validateInput: wrongName,
      });
      const name = asked?.trim();
      if (name === undefined || wrongName(name) !== undefined) return;
      const question = t('Replace the saved call “{0}”?', oneLine(name, 100));
      const detail = t('It has other arguments, which are lost.');
      if (taken.includes(name) && !(await confirm(question, detail, t('Replace')))) return;
      await files.save(folder, { ...target, name }, argumentsText(args));
      this.#deps.post({ type: 'callSaved', name, leftOut: leftOut.slice(0, MAX_NAMED_SECRETS) });
      await this.#send();
    });
  }

  async #rename(folder: vscode.WorkspaceFolder, call: SavedCallKey): Promise<void> {
    const { t } = vscode.l10n;
    const taken = this.#names(await this.#deps.files.readEditable(folder)).filter((name) => name !== call.name);
    const name = await askText({
      title: t('Rename Saved Call'),
      prompt: t('New name of “{0}”', oneLine(call.name, 100)),
      value: call.name,
      ignoreFocusOut: true,
      validateInput: (text) =>
        taken.includes(text.trim()) ? t('There is a saved call of that name already.') : wrongName(text),
    });
    if (name === undefined || wrongName(name) !== undefined) return;
    await this.#deps.files.rename(folder, call, name.trim());
    await this.#send();
  }

  async #delete(folder: vscode.WorkspaceFolder, call: SavedCallKey): Promise<void> {
    const { t } = vscode.l10n;
    const question = t('Delete the saved call “{0}”?', oneLine(call.name, 100));
    if (!(await confirm(question, t('It is taken out of {0}.', savedCallsPath(folder)), t('Delete')))) return;
    await this.#deps.files.remove(folder, call);
    await this.#send();
  }

  #names(calls: readonly SavedCall[]): string[] {
    return calls.filter((call) => isCallOf(call, this.#deps.target)).map(({ name }) => name);
  }

  /** Tells what went wrong with the way into the file, at the first problem of it. */
  async #withFile(folder: vscode.WorkspaceFolder, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const openFile = vscode.l10n.t('Open File');
      if ((await showError(describeError(error), openFile)) !== openFile) return;
      const found = await this.#deps.files.read(folder);
      await this.#deps.files.open(folder, found?.problems[0]?.offset);
    }
  }
}

/** The folder to save in: the only one, or the one that the person picks. Offers to open one where there is none. */
async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const { t } = vscode.l10n;
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1)
    return vscode.window.showWorkspaceFolderPick({ placeHolder: t('Folder to save the call in') });
  if (folders[0] !== undefined) return folders[0];
  const openFolder = t('Open Folder…');
  const message = t('Saved calls are kept in a folder of the workspace, and none is open.');
  if ((await showInformation(message, openFolder)) === openFolder) {
    await vscode.commands.executeCommand('workbench.action.files.openFolder');
  }
  return undefined;
}

function wrongName(text: string): string | undefined {
  const { t } = vscode.l10n;
  const length = text.trim().length;
  if (length === 0) return t('Enter a name.');
  return length > MAX_CALL_NAME ? t('At most {0} characters.', MAX_CALL_NAME) : undefined;
}
