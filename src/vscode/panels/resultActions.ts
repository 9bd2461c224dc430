import * as vscode from 'vscode';
import type { HostMessage, PanelMessage } from '../../shared/toolPanel';
import { showInformation } from '../adapters/messages';
import type { Answer } from './protocolFault';
import { blockText, EDITOR_BUDGET, editorText, nextBlocks, resultText } from './resultView';
import { type SavedFile, savedFile } from './savedFile';

type ResultMessage = Extract<PanelMessage, { type: 'copy' | 'openInEditor' | 'saveAs' | 'more' }>;

export interface ResultPlaces {
  /** Name of the tool, which names editors and files. */
  readonly tool: string;
  readonly showText: (name: string, text: string) => Promise<void>;
  readonly saveFile: (file: SavedFile) => Promise<void>;
  readonly post: (message: HostMessage) => void;
}

/** Brings a result, or one block of it, to where the person wants it; nothing where there is no such block. */
export async function useResult(message: ResultMessage, result: Answer, places: ResultPlaces): Promise<void> {
  const { id } = message;
  switch (message.type) {
    case 'more':
      return places.post({ type: 'blocks', id, from: message.from, blocks: nextBlocks(result, message.from) });
    case 'saveAs':
      return save(message.block, result, places);
    case 'copy': {
      const text = message.block === undefined ? resultText(result) : blockText(result, message.block);
      if (text !== undefined) await vscode.env.clipboard.writeText(text);
      return;
    }
    case 'openInEditor': {
      const text = message.block === undefined ? editorText(result) : blockText(result, message.block);
      if (message.block !== undefined && text === undefined) return;
      if (text !== undefined && text.length <= EDITOR_BUDGET) await places.showText(places.tool, text);
      else await offerFile(message.block, result, places);
    }
  }
}

async function save(block: number | undefined, result: Answer, places: ResultPlaces): Promise<void> {
  const file = await savedFile(places.tool, result, block);
  if (file) await places.saveFile(file);
}

async function offerFile(block: number | undefined, result: Answer, places: ResultPlaces): Promise<void> {
  const { t } = vscode.l10n;
  const saveAs = t('Save as…');
  const reason = t('This is more than {0} MB of text, too much to be opened in an editor.', EDITOR_BUDGET / 1024 ** 2);
  if ((await showInformation(reason, saveAs)) === saveAs) await save(block, result, places);
}
