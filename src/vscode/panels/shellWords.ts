import { PatchbayError } from '../../base/errors';

/** A shell that a copied command is pasted into. Control characters, which a terminal might act on, are left out of it. */
export interface Shell {
  readonly name: 'sh' | 'PowerShell';
  /** The text as one word. Rejects what the shell cannot hand to a program as it is, with a `PatchbayError`. */
  word(text: string): string;
}

/** Of the terminals that the platform opens by itself. */
export function shellOf(platform: NodeJS.Platform): Shell {
  return platform === 'win32' ? POWER_SHELL : POSIX;
}

const POSIX: Shell = {
  name: 'sh',
  word: (text) => {
    const safe = printable(text);
    return /^[\w./:@%+,=-]+$/.test(safe) && !safe.startsWith('-') ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
  },
};

const POWER_SHELL: Shell = {
  name: 'PowerShell',
  word: (text) => {
    const safe = printable(text);
    // Before version 7.3 it breaks these on their way to a program.
    if (safe === '' || safe.includes('"') || safe.endsWith('\\')) {
      throw new PatchbayError('config', 'PowerShell cannot hand a name of this call to a program as it is.', {
        hint: 'Copy the call as JSON-RPC request or as TypeScript.',
      });
    }
    return /^[A-Za-z_][\w./:\\-]*$/.test(safe) ? safe : powerShellText(safe);
  },
};

/** A text that is no word of a command. PowerShell takes typographic quotes for quotes. */
export function powerShellText(text: string): string {
  return `'${printable(text).replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
}
