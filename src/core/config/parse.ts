import type { JsonObject, JsonValue } from '../../shared/json';
import type { ConfigSource, InputDefinition, ServerDefinition } from './definition';
import type { ConfigDiagnostic } from './diagnostics';
import { findNode, type Node, overriddenKeys, parseText, propertiesOf, toJson, visitNodes } from './document';
import type { GroupPlaces } from './groups';
import { checkValue, previewValue, unknownKey } from './issues';
import { isJsonObject, mergeValues } from './mergeValues';
import { findNotSupported, NOT_SUPPORTED_AT_TOP, NOT_SUPPORTED_IN_SERVER } from './notSupported';
import { createReporter, type Place, type Reporter } from './reporter';
import { configFileSchema, type GlobalSettingsInput } from './schema';
import { inputSchema, NAME_PATTERN } from './schema/inputs';
import { type FileContext, notSupportedMessage, readServer } from './serverEntry';

/** One file, read as far as it can be. */
export interface ConfigFileResult {
  readonly source: ConfigSource;
  /** In the order of the file, each id once. */
  readonly servers: readonly ServerDefinition[];
  /** What the file states, without what is wrong. */
  readonly settings: GlobalSettingsInput;
  readonly inputs: readonly InputDefinition[];
  /** In the order of the file. */
  readonly diagnostics: readonly ConfigDiagnostic[];
  /** Where the key of each server stands, by id. */
  readonly places?: ReadonlyMap<string, Place>;
  /** Where the keys of the sections stand that all servers share, by `section.key`. */
  readonly settingPlaces?: ReadonlyMap<string, Place>;
  /** By id. */
  readonly groupPlaces?: ReadonlyMap<string, GroupPlaces>;
}

const settingsAndDefaultsSchema = configFileSchema.omit({ version: true, inputs: true, servers: true });

/** Reads a configuration file. Never throws: everything wrong is a diagnostic at its place. Empty text is an empty configuration. */
export function readConfigFile(text: string, source: ConfigSource): ConfigFileResult {
  const { root, problems } = parseText(text);
  const reporter = createReporter(text, source, root);
  for (const { message, ...range } of problems) {
    reporter.reportAt(range, { severity: 'error', code: 'syntax', message, path: [] });
  }
  const read = root ? readRoot(root, source, reporter) : NOTHING;
  // What the broken place swallowed is not missing: until the text is JSON, nothing more can be said about it.
  const found =
    problems.length > 0 ? reporter.diagnostics.filter(({ code }) => code === 'syntax') : reporter.diagnostics;
  return { source, ...read, diagnostics: found.toSorted((a, b) => a.offset - b.offset) };
}

type FileContents = Omit<ConfigFileResult, 'source' | 'diagnostics'>;

const NOTHING: FileContents = { servers: [], settings: {}, inputs: [], places: new Map() };

/** A hostile file must not keep the extension host busy. */
const MAX_SERVERS = 1_000;
const MAX_INPUTS = 1_000;

function readRoot(root: Node, source: ConfigSource, reporter: Reporter): FileContents {
  if (root.type !== 'object') {
    const message = `The file must hold an object; found ${previewValue(toJson(root), [])}`;
    reporter.report({ severity: 'error', code: 'type', message, path: [], at: 'value' });
    return NOTHING;
  }
  reportKeys(root, reporter);
  const { version, inputs: writtenInputs, servers: _, ...rest } = toJson(root) as JsonObject;
  if (version !== undefined && version !== 1) {
    const message = `version must be 1; found ${previewValue(version, [])}`;
    reporter.report({ severity: 'error', code: 'version', message, path: ['version'], at: 'value' });
  }
  const { defaults, settings } = readSettings(rest, reporter);
  const inputs = readInputs(writtenInputs, reporter);
  const { servers, places } = readServers(
    propertiesOf(root).get('servers')?.value,
    { source, defaults, inputs },
    reporter,
  );
  return {
    servers,
    settings,
    inputs,
    places,
    settingPlaces: placeSettings(settings, root, reporter),
    groupPlaces: placeGroups(settings, root, reporter),
  };
}

function placeSettings({ groups: _, ...sections }: GlobalSettingsInput, root: Node, reporter: Reporter) {
  const places = Object.entries(sections).flatMap(([section, value]) =>
    Object.keys(value ?? {}).map((key): [string, Place] => [
      `${section}.${key}`,
      reporter.toPlace(findNode(root, [section, key]).key),
    ]),
  );
  return new Map(places);
}

function placeGroups({ groups = {} }: GlobalSettingsInput, root: Node, reporter: Reporter): Map<string, GroupPlaces> {
  const places = Object.entries(groups).map(([id, { members }]): [string, GroupPlaces] => {
    const path = ['groups', id];
    const placeOf = (_: unknown, index: number) =>
      reporter.toPlace(findNode(root, [...path, 'members', index, 'server']).value);
    return [id, { key: reporter.toPlace(findNode(root, path).key), members: members.map(placeOf) }];
  });
  return new Map(places);
}

function readServers(
  node: Node | undefined,
  file: FileContext,
  reporter: Reporter,
): { readonly servers: ServerDefinition[]; readonly places: Map<string, Place> } {
  if (node && node.type !== 'object' && node.type !== 'null') {
    const message = `servers must be an object that maps ids to servers; found ${previewValue(toJson(node), [])}`;
    reporter.report({ severity: 'error', code: 'type', message, path: ['servers'], at: 'value' });
  }
  const servers: ServerDefinition[] = [];
  const places = new Map<string, Place>();
  for (const [id, { key, value }] of propertiesOf(node)) {
    const path = ['servers', id];
    if (id === '__proto__') continue;
    if (!NAME_PATTERN.test(id)) {
      const message = `A server id must be 1 to 64 letters, digits, "_", "." or "-"; found ${previewValue(id, [])}`;
      reporter.reportAt(key, { severity: 'error', code: 'type', message, path });
      continue;
    }
    if (servers.length === MAX_SERVERS) {
      const message = `Only the first ${MAX_SERVERS} servers of a file are read`;
      reporter.reportAt(key, { severity: 'error', code: 'conflict', message, path });
      break;
    }
    const { definition, findings } = readServer(id, toJson(value), file);
    for (const finding of findings) reporter.report({ ...finding, path: [...path, ...finding.path] });
    servers.push(definition);
    places.set(id, reporter.toPlace(key));
  }
  return { servers, places };
}

function readSettings(
  written: JsonObject,
  reporter: Reporter,
): { readonly defaults: JsonObject; readonly settings: GlobalSettingsInput } {
  const checked = checkValue(settingsAndDefaultsSchema, written, 'The file');
  for (const finding of checked.findings) reporter.report(finding);
  const { $schema: _, defaults, ...settings } = isJsonObject(checked.value) ? checked.value : {};
  const safeDefaults = isJsonObject(defaults) ? defaults : {};
  const ignored = [
    ...findNotSupported(settings, NOT_SUPPORTED_AT_TOP).map((key) => ({ key, path: key.split('.') })),
    ...findNotSupported(safeDefaults, NOT_SUPPORTED_IN_SERVER).map((key) => ({
      key,
      path: ['defaults', ...key.split('.')],
    })),
  ];
  for (const { key, path } of ignored) {
    reporter.report({ severity: 'warning', code: 'notSupported', message: notSupportedMessage(key), path, at: 'key' });
  }
  return { defaults: withToolTimeout(settings, safeDefaults), settings };
}

/** `tools.timeoutMs` is for those that state no `timeouts.toolMs`, neither themselves nor in `defaults`. */
function withToolTimeout({ tools }: JsonObject, defaults: JsonObject): JsonObject {
  const timeoutMs = isJsonObject(tools) ? tools.timeoutMs : undefined;
  return timeoutMs === undefined ? defaults : mergeValues({ timeouts: { toolMs: timeoutMs } }, defaults);
}

function readInputs(written: JsonValue | undefined, reporter: Reporter): InputDefinition[] {
  if (written === undefined || written === null) return [];
  if (!Array.isArray(written)) {
    const message = `inputs must be a list; found ${previewValue(written, [])}`;
    reporter.report({ severity: 'error', code: 'type', message, path: ['inputs'], at: 'value' });
    return [];
  }
  if (written.length > MAX_INPUTS) {
    const message = `Only the first ${MAX_INPUTS} inputs of a file are read`;
    reporter.report({ severity: 'error', code: 'conflict', message, path: ['inputs'], at: 'key' });
  }
  const inputs = new Map<string, InputDefinition>();
  for (const [index, item] of written.slice(0, MAX_INPUTS).entries()) {
    const path = ['inputs', index];
    const { value, findings } = checkValue(inputSchema, item, `inputs[${index}]`);
    for (const finding of findings) reporter.report({ ...finding, path: [...path, ...finding.path] });
    const input = inputSchema.safeParse(value);
    if (!input.success) continue;
    if (inputs.has(input.data.id)) {
      const message = `Input "${input.data.id}" stands twice: the first one counts`;
      reporter.report({ severity: 'warning', code: 'conflict', message, path: [...path, 'id'], at: 'value' });
    } else inputs.set(input.data.id, input.data);
  }
  return [...inputs.values()];
}

/** Keys that JSON itself has trouble with. */
function reportKeys(root: Node, reporter: Reporter): void {
  for (const key of overriddenKeys(root)) {
    const message = `Duplicate key ${previewValue(String(key.value), [])}: a later one counts`;
    reporter.reportAt(key, { severity: 'warning', code: 'conflict', message, path: [] });
  }
  visitNodes(root, (node) => {
    const key = node.type === 'property' ? node.children?.[0] : undefined;
    if (key?.value === '__proto__') reporter.reportAt(key, unknownKey('__proto__', [], ['__proto__']));
  });
}
