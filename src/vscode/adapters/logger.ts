import type * as vscode from 'vscode';
import type { Logger } from '../../core/ports';
import { showUnprintable } from '../plainText';

/**
 * A `LogOutputChannel` as the core's logger. One line a call: line breaks in what servers say start no line of their own,
 * and what cannot be printed shows as `\u{…}`.
 */
export function createLogger(output: vscode.LogOutputChannel): Logger {
  const line = (message: string) => showUnprintable(message.replace(/\r\n|[\r\n\u2028\u2029]/g, ' ⏎ '));
  return {
    trace: (message) => output.trace(line(message)),
    debug: (message) => output.debug(line(message)),
    info: (message) => output.info(line(message)),
    warn: (message) => output.warn(line(message)),
    error: (message) => output.error(line(message)),
  };
}
