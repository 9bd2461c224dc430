import type { ConfigSource, ServerDefinition } from '../../../../../src/core/config/definition';
import { type ConfigFileResult, readConfigFile } from '../../../../../src/core/config/parse';

export const USER: ConfigSource = { kind: 'user', path: '/user/patchbay.json' };

export function workspace(folder: string): ConfigSource {
  return { kind: 'workspace', folder, folderPath: `/w/${folder}`, path: `/w/${folder}/.vscode/patchbay.json` };
}

export function read(file: unknown, source: ConfigSource = USER): ConfigFileResult {
  return readConfigFile(typeof file === 'string' ? file : JSON.stringify(file, null, 2), source);
}

/** The definition of one server, as a file with nothing else in it gives it. */
export function define(entry: unknown, rest: object = {}, source: ConfigSource = USER): ServerDefinition {
  const [definition] = read({ ...rest, servers: { demo: entry } }, source).servers;
  if (!definition) throw new Error('The file gave no server');
  return definition;
}
