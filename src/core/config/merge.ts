import type { Configuration, ServerDefinition } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import { mergeGroups, ownGroupIds } from './groups';
import type { ConfigFileResult } from './parse';
import { mergeSettings } from './sharedSettings';

export interface MergeOptions {
  /** Whether the workspace is trusted. Default true. */
  readonly trusted?: boolean;
}

/**
 * Makes one configuration of all files, given in the order user, then workspace folders. An entry of a trusted workspace
 * overrides a user entry with the same id; without trust it is left out, so that opening a folder takes nobody's server
 * or group away. Of two workspace folders the first one wins.
 */
export function mergeConfigFiles(
  files: readonly ConfigFileResult[],
  { trusted = true }: MergeOptions = {},
): Configuration {
  const servers = new Map<string, ServerDefinition>();
  const diagnostics: ConfigDiagnostic[] = [];
  const ownGroups = ownGroupIds(files);
  for (const file of files) {
    diagnostics.push(...file.diagnostics);
    for (const definition of file.servers) {
      const taken = servers.get(definition.id)?.source;
      const overrides = taken !== undefined || ownGroups.has(definition.id);
      if (definition.source.kind !== 'workspace') {
        servers.set(definition.id, definition);
      } else if (taken?.kind === 'workspace') {
        diagnostics.push(ignored(file, definition, `folder "${taken.folder}" has a server with the same id`));
      } else if (overrides && !trusted) {
        diagnostics.push(ignored(file, definition, 'you have one with the same id, and this workspace is not trusted'));
      } else {
        servers.set(definition.id, overrides ? { ...definition, overrides: 'user' } : definition);
      }
    }
  }
  const { groups, diagnostics: inGroups } = mergeGroups(files, servers, trusted);
  const hasOwnServers = [...servers.values()].some(({ source }) => source.kind !== 'workspace');
  const { settings, diagnostics: inSettings } = mergeSettings(files, { trusted, hasOwnServers });
  return { servers, groups, settings, diagnostics: [...diagnostics, ...inGroups, ...inSettings] };
}

function ignored(file: ConfigFileResult, definition: ServerDefinition, why: string): ConfigDiagnostic {
  const place = file.places?.get(definition.id) ?? { offset: 0, length: 1, line: 0, column: 0 };
  return {
    severity: 'warning',
    code: 'conflict',
    message: `Server "${definition.id}" is ignored here: ${why}`,
    path: definition.source.kind === 'adHoc' ? '' : definition.source.path,
    ...place,
    pointer: `/servers/${definition.id}`,
  };
}
