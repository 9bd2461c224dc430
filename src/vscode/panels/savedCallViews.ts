/** Saved calls as panels and pickers show and use them; pure. */
import type { ServerSnapshot } from '../../core/hubTypes';
import type { SavedCall, SavedCallKey, SavedCallsProblem } from '../../core/index';
import { formatJson, parseJsonText } from '../../forms/jsonText';
import type { JsonObject, JsonValue } from '../../shared/json';
import type { SavedCallsProblemView, SavedCallView } from '../../shared/savedCalls';
import type { Translate } from '../localize';
import { cut, oneLine } from '../plainText';

export const MAX_CALL_NAME = 100;
const MAX_PREVIEW = 200;
const MAX_SUGGESTION = 40;
const MAX_PROBLEMS = 5;

/** What a file of a folder holds. */
interface CallsFile {
  readonly folder: { readonly name: string; readonly uri: { toString(): string } };
  readonly calls: readonly SavedCall[];
  readonly problems: readonly SavedCallsProblem[];
}

/** The calls of one tool. `named`: with the name of the folder, where several are open. */
export function savedCallViews(
  { folder, calls }: CallsFile,
  target: { readonly server: string; readonly tool: string },
  named: boolean,
): SavedCallView[] {
  return calls
    .filter((call) => isCallOf(call, target))
    .map((call) => {
      const usable = argumentsOf(call);
      return {
        folder: folder.uri.toString(),
        ...(named && { folderName: oneLine(folder.name, 60) }),
        name: call.name,
        label: oneLine(call.name, MAX_CALL_NAME),
        args: previewOf(call),
        ...(!usable.ok && { problem: usable.message }),
      };
    });
}

/** The first problems of a file, each with its place in words. `target`: those of the whole file and of calls of this tool. */
export function problemViews(
  { folder, problems }: CallsFile,
  path: string,
  target?: { readonly server: string; readonly tool: string },
): SavedCallsProblemView[] {
  const told = problems.filter(
    ({ entry }) => !target || !entry || (entry.server === target.server && entry.tool === target.tool),
  );
  return told.slice(0, MAX_PROBLEMS).map(({ message, offset, line, column }) => ({
    folder: folder.uri.toString(),
    place: `${path}:${line + 1}:${column + 1}`,
    message: oneLine(message, 300),
    offset,
  }));
}

export type UsableArguments =
  | { readonly ok: true; readonly args: JsonObject }
  | { readonly ok: false; readonly message: string };

/** A row of the picker over all saved calls; one without a value stands above those of its server. */
export type SavedCallRow =
  | { readonly label: string; readonly description: string; readonly detail: string; readonly value: SavedCallChoice }
  | { readonly label: string };

/** What a row stands for: a call, or a place in a file that has something wrong. */
export type SavedCallChoice =
  | { readonly folder: string; readonly call: SavedCall }
  | { readonly folder: string; readonly offset: number };

/** All calls by server, with what is not there marked; then what is wrong with the files. */
export function savedCallRows(
  files: readonly (CallsFile & { readonly path: string })[],
  servers: readonly Pick<ServerSnapshot, 'id' | 'name' | 'state' | 'catalog'>[],
  t: Translate,
): SavedCallRow[] {
  const groups = new Map<string, SavedCallRow[]>();
  for (const { folder, calls } of files) {
    for (const call of calls) {
      const server = servers.find(({ id }) => id === call.server);
      const isGone =
        server?.state.kind === 'connected' && !server.catalog.tools.some(({ tool }) => tool.name === call.tool);
      const rows = groups.get(call.server) ?? [{ label: server?.name ?? t('{0} · no such server', call.server) }];
      const usable = argumentsOf(call);
      rows.push({
        label: call.name,
        description: [
          call.tool,
          ...(isGone ? [t('the server does not offer it')] : []),
          ...(files.length > 1 ? [folder.name] : []),
        ].join(' · '),
        detail: usable.ok ? previewOf(call) : usable.message,
        value: { folder: folder.uri.toString(), call },
      });
      groups.set(call.server, rows);
    }
  }
  const problems = files.flatMap((file) => problemViews(file, file.path));
  const wrong = problems.map(({ folder, place, message, offset }) => ({
    label: t('Open {0}', place),
    description: '',
    detail: message,
    value: { folder, offset },
  }));
  const head = wrong.length > 0 ? [{ label: t('Not read') }] : [];
  return [...[...groups.values()].flat(), ...head, ...wrong];
}

/** The arguments as a form takes them; not ok where a number or a key would not arrive as it stands in the file. */
export function argumentsOf({ argumentsJson }: Pick<SavedCall, 'argumentsJson'>): UsableArguments {
  const parsed = parseJsonText(argumentsJson);
  if (!parsed.ok) return { ok: false, message: parsed.message.replace(/^Line \d+, column \d+: /, '') };
  return { ok: true, args: parsed.value as JsonObject };
}

/** The arguments as they are written into a file: numbers are read back as they are. */
export function argumentsText(args: JsonObject): string {
  return formatJson(args);
}

export function previewOf({ argumentsJson }: Pick<SavedCall, 'argumentsJson'>): string {
  return oneLine(cut(argumentsJson, MAX_PREVIEW * 4), MAX_PREVIEW);
}

export function isCallOf(
  call: SavedCallKey,
  { server, tool }: { readonly server: string; readonly tool: string },
): boolean {
  return call.server === server && call.tool === tool;
}

/** A name for new arguments: the first text in them, else their first values, else the tool's name; numbered where it is taken. */
export function suggestedName(args: JsonObject, tool: string, taken: readonly string[]): string {
  const base = oneLine(firstText(args) ?? (firstValues(args) || tool), MAX_SUGGESTION);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!taken.includes(name)) return name;
  }
}

function firstText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return /[\p{L}\p{N}]/u.test(value) && value.length <= 200 ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const member of Object.values(value)) {
    const text = member === undefined ? undefined : firstText(member);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Such as "a 2, b 40". */
function firstValues(args: JsonObject): string {
  return Object.entries(args)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
    .slice(0, 5)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}
