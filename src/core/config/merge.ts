import type { JsonObject } from '../../shared/json';
import type { Configuration, ServerDefinition } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import { mergeValues } from './mergeValues';
import type { ConfigFileResult } from './parse';
import { settingsSchema } from './schema/settings';

/**
 * Makes one configuration of all files, given in the order user, then workspace folders. A workspace entry overrides a
 * user entry with the same id; of two workspace folders the first one wins, for settings too.
 */
export function mergeConfigFiles(files: readonly ConfigFileResult[]): Configuration {
  const servers = new Map<string, ServerDefinition>();
  const diagnostics: ConfigDiagnostic[] = [];
  for (const file of files) {
    diagnostics.push(...file.diagnostics);
    for (const definition of file.servers) {
      const taken = servers.get(definition.id);
      if (taken?.source.kind === 'workspace' && definition.source.kind === 'workspace') {
        diagnostics.push(overshadowed(file, definition, taken.source.folder));
      } else {
        servers.set(definition.id, definition);
      }
    }
  }
  return { servers, settings: mergeSettings(files), diagnostics };
}

function mergeSettings(files: readonly ConfigFileResult[]): Configuration['settings'] {
  const workspace = files.filter(({ source }) => source.kind === 'workspace');
  const others = files.filter(({ source }) => source.kind !== 'workspace');
  const written = [...others, ...workspace.toReversed()].reduce<JsonObject>(
    (merged, { settings }) => mergeValues(merged, settings as JsonObject),
    {},
  );
  return settingsSchema.parse(written);
}

function overshadowed(file: ConfigFileResult, definition: ServerDefinition, winner: string): ConfigDiagnostic {
  const place = file.places?.get(definition.id) ?? { offset: 0, length: 1, line: 0, column: 0 };
  return {
    severity: 'warning',
    code: 'conflict',
    message: `Server "${definition.id}" is ignored here: folder "${winner}" has a server with the same id`,
    path: definition.source.kind === 'adHoc' ? '' : definition.source.path,
    ...place,
    pointer: `/servers/${definition.id}`,
  };
}
