/** Settings that all servers share, of all files: what a workspace may say about them. */
import type { JsonObject } from '../../shared/json';
import type { GlobalSettings } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import { isJsonObject, mergeValues } from './mergeValues';
import type { ConfigFileResult } from './parse';
import { settingsSchema } from './schema/settings';

export interface SettingsContext {
  readonly trusted: boolean;
  /** Whether one of the servers is not of a workspace. */
  readonly hasOwnServers: boolean;
}

export interface MergedSettings {
  readonly settings: GlobalSettings;
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/** `section.key` of what a workspace may set; `tools.timeoutMs` is about the servers of its file alone (`readConfigFile`). */
const SHARED = /^(pool\..*|metrics\..*|tools\.maxConcurrentCalls)$/;
/** Those that a workspace never raises. */
const CAPPED = ['maxTotal', 'maxConnectionsPerUrl'] as const;
const OWN_FILE = 'Put it into your own file (Patchbay: Open User Configuration)';

/**
 * One set of settings from all files, given in the order user, then workspace folders. What a workspace says counts only where
 * it is trusted, where the user has no server that would share it, and where the user's own file does not say it; it raises no
 * bound on connections above its default. Of two folders the first one wins. What does not count is a diagnostic.
 */
export function mergeSettings(files: readonly ConfigFileResult[], context: SettingsContext): MergedSettings {
  const diagnostics: ConfigDiagnostic[] = [];
  const own = files.filter(({ source }) => source.kind !== 'workspace').map(settingsOf);
  const ours = own.reduce(mergeValues, {});
  const theirs = files
    .filter(({ source }) => source.kind === 'workspace')
    .map((file) => admitted(file, ours, context, diagnostics))
    .reduceRight(mergeValues, {});
  return { settings: settingsSchema.parse(mergeValues(theirs, ours)), diagnostics };
}

/** What counts of the settings of a workspace. */
function admitted(
  file: ConfigFileResult,
  ours: JsonObject,
  { trusted, hasOwnServers }: SettingsContext,
  diagnostics: ConfigDiagnostic[],
): JsonObject {
  const keys = sharedKeys(settingsOf(file));
  const ignore = (names: readonly string[], why: string) => {
    if (names.length > 0) diagnostics.push(finding(file, names, `${quoted(names)}: ignored ${why}`));
  };
  const all = keys.map(({ name }) => name);
  if (!trusted) {
    ignore(all, 'while the workspace is not trusted');
    return {};
  }
  if (hasOwnServers) {
    ignore(all, `here, because your own servers share it. ${OWN_FILE}`);
    return {};
  }
  const taken = keys.filter(({ section, key }) => sectionOf(ours, section)[key] !== undefined);
  ignore(
    taken.map(({ name }) => name),
    'here, because your own file sets it',
  );
  const capped = keys.filter((key) => !taken.includes(key) && isAboveDefault(key));
  ignore(
    capped.map(({ name }) => name),
    `here above the default. ${OWN_FILE}`,
  );
  const counting = keys.filter((key) => !taken.includes(key) && !capped.includes(key));
  return counting.reduce<JsonObject>(
    (merged, { section, key, value }) => mergeValues(merged, { [section]: { [key]: value } }),
    {},
  );
}

type SharedKey = ReturnType<typeof sharedKeys>[number];

function sharedKeys(settings: JsonObject) {
  return Object.keys(settings).flatMap((section) =>
    Object.entries(sectionOf(settings, section))
      .map(([key, value]) => ({ section, key, value, name: `${section}.${key}` }))
      .filter(({ name }) => SHARED.test(name)),
  );
}

function isAboveDefault({ section, key, value }: SharedKey): boolean {
  const { pool } = settingsSchema.parse({});
  const bound = section === 'pool' ? CAPPED.find((name) => name === key) : undefined;
  return bound !== undefined && typeof value === 'number' && value > pool[bound];
}

function settingsOf({ settings }: ConfigFileResult): JsonObject {
  return settings as JsonObject;
}

function sectionOf(settings: JsonObject, section: string): JsonObject {
  const value = settings[section];
  return isJsonObject(value) ? value : {};
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** At the first of the keys: one says as much as many. */
function finding({ source, settingPlaces }: ConfigFileResult, names: readonly string[], message: string) {
  const [first = ''] = names;
  return {
    severity: 'warning',
    code: 'conflict',
    message,
    path: source.kind === 'adHoc' ? '' : source.path,
    ...(settingPlaces?.get(first) ?? { offset: 0, length: 1, line: 0, column: 0 }),
    pointer: `/${first.replace('.', '/')}`,
  } satisfies ConfigDiagnostic;
}
