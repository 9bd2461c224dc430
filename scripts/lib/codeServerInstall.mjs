import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** The VS Code that the suites and `npm start` run: the real workbench and extension host, from the npm registry. */
export const CODE_SERVER_VERSION = '4.139.1';
export const CODE_SERVER_FOLDER = join(ROOT, '.vscode-test', 'code-server');

const PACKAGE = join(CODE_SERVER_FOLDER, 'node_modules', 'code-server');
export const CODE_SERVER_ENTRY = join(PACKAGE, 'out', 'node', 'entry.js');

export function isCodeServerInstalled() {
  if (!existsSync(CODE_SERVER_ENTRY) || !existsSync(join(PACKAGE, 'lib', 'vscode', 'node_modules'))) return false;
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version === CODE_SERVER_VERSION;
}
