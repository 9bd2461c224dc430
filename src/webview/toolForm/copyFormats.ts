import type { CopyFormat } from '../../shared/toolPanel';

/** What a call can be copied as, in the order of the menu. `inShell`: for a shell, which the menu names. */
export const COPY_FORMATS: readonly { readonly format: CopyFormat; readonly name: string; readonly inShell?: true }[] =
  [
    { format: 'jsonRpc', name: 'JSON-RPC request' },
    { format: 'cli', name: 'command line', inShell: true },
    { format: 'curl', name: 'curl', inShell: true },
    { format: 'typescript', name: 'TypeScript' },
  ];

export function copiedWords(format: CopyFormat): string {
  return `Copied as ${COPY_FORMATS.find((known) => known.format === format)?.name}.`;
}
