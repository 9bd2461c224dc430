import * as vscode from 'vscode';
import { PatchbayError } from '../../base/errors';
import type { Hub } from '../../core/hubTypes';
import type { SavedCall, SavedCallKey } from '../../core/index';
import { pick, showInformation } from '../adapters/messages';
import { oneLine } from '../plainText';
import { folderOf, type SavedCallFiles, savedCallsPath } from './savedCallFiles';
import { savedCallRows } from './savedCallViews';

/** Lets a person choose among the saved calls of all folders and servers; undefined where they chose none. */
export async function pickSavedCall(
  files: SavedCallFiles,
  hub: Hub,
  wanted: Partial<SavedCallKey>,
): Promise<SavedCall | undefined> {
  const { t } = vscode.l10n;
  const read = (await files.readAll()).map((file) => ({
    ...file,
    path: savedCallsPath(file.folder),
    calls: file.calls.filter((call) => matches(call, wanted)),
  }));
  const rows = savedCallRows(read, hub.servers(), t);
  if (rows.length === 0) {
    await showInformation(t('There is no saved call yet. The form of a tool saves one with “Save call…”.'));
    return undefined;
  }
  const options = { placeHolder: t('Saved call to open in the form'), matchOnDescription: true };
  const chosen = await pick(rows, options);
  if (chosen === undefined) return undefined;
  if ('call' in chosen) return chosen.call;
  await files.open(folderOf(chosen.folder), chosen.offset);
  return undefined;
}

/** The first saved call of that name. Rejects where there is none. */
export async function findSavedCall(files: SavedCallFiles, wanted: Partial<SavedCallKey>): Promise<SavedCall> {
  const read = await files.readAll();
  const found = read.flatMap(({ calls }) => calls).find((call) => matches(call, wanted));
  if (found !== undefined) return found;
  const [broken] = read.filter((file) => file.broken);
  const where = broken ? ` ${savedCallsPath(broken.folder)} cannot be read: ${broken.problems[0]?.message}.` : '';
  throw new PatchbayError('config', `There is no saved call “${oneLine(wanted.name ?? '', 100)}”.${where}`);
}

function matches(call: SavedCallKey, wanted: Partial<SavedCallKey>): boolean {
  return (['server', 'tool', 'name'] as const).every((key) => wanted[key] === undefined || wanted[key] === call[key]);
}
