import * as vscode from 'vscode';
import type { CallToolResult } from '../../shared/mcp';
import type { HostMessage, PanelMessage } from '../../shared/toolPanel';
import { blockText, nextBlocks, resultText } from './resultView';
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
export async function useResult(message: ResultMessage, result: CallToolResult, places: ResultPlaces): Promise<void> {
  const { id } = message;
  switch (message.type) {
    case 'more':
      return places.post({ type: 'blocks', id, from: message.from, blocks: nextBlocks(result, message.from) });
    case 'saveAs': {
      const file = savedFile(places.tool, result, message.block);
      if (file) await places.saveFile(file);
      return;
    }
    case 'copy':
    case 'openInEditor': {
      const text = message.block === undefined ? resultText(result) : blockText(result, message.block);
      if (text === undefined) return;
      if (message.type === 'copy') await vscode.env.clipboard.writeText(text);
      else await places.showText(places.tool, text);
    }
  }
}
