import { PatchbayError } from '../../base/errors';
import type { ServerDefinition, ServerEntry } from '../../core/config/definition';
import type { ServerSnapshot } from '../../core/hubTypes';
import type { CommandContext } from './context';

/** The entry of a server as its file says it now. Rejects where it has errors or stands in no file, and for a group. */
export async function usableDefinition(
  { services, configFiles }: CommandContext,
  { id, source, group }: ServerSnapshot,
): Promise<ServerDefinition & { readonly entry: ServerEntry }> {
  if (group) throw groupRefused(id, 'Choose one of its members.');
  if (source.kind === 'adHoc') throw new PatchbayError('config', `"${id}" stands in no file.`);
  const { readConfigFile } = await services.core();
  const file = (await configFiles.readAll()).find((candidate) => candidate.source.path === source.path);
  const definition = file && readConfigFile(file.text, file.source).servers.find((server) => server.id === id);
  if (definition?.entry) return { ...definition, entry: definition.entry };
  throw new PatchbayError('config', `"${id}" cannot be used as it is configured.`, {
    hint: 'Correct the configuration file.',
  });
}

/** For commands that are about one server. `hint`: what to do instead. */
export function groupRefused(id: string, hint: string): PatchbayError {
  return new PatchbayError('config', `"${id}" is a group of servers.`, { hint });
}
