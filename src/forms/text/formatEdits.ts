import { format } from 'jsonc-parser';

export interface FormatEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** What to change for a text to be laid out as JSON usually is; nothing else than white space. */
export function formatEdits(text: string, options: { tabSize: number; insertSpaces: boolean }): FormatEdit[] {
  return format(text, undefined, options);
}
