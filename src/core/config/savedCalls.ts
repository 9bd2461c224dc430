/**
 * The file with the saved calls of a workspace folder: reading as far as it can be read, and edits that keep the rest.
 * What it holds comes with the workspace: nothing in it is trusted, and all of it is bounded.
 */
import { PatchbayError } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import type { ConfigDiagnostic } from './diagnostics';
import {
  isBlank,
  type JsonPath,
  type Node,
  overriddenKeys,
  type ParsedText,
  parseText,
  propertiesOf,
  type TextRange,
  toJson,
} from './document';
import { checkValue, previewValue } from './issues';
import { createReporter } from './reporter';
import { savedCallSchema } from './schema/savedCalls';
import { type EditOptions, JsonText, removeAt, setAt } from './textEdits';

/** What tells a saved call from the others of its file. */
export interface SavedCallKey {
  /** Id in the configuration; maybe of a server that is not there. */
  readonly server: string;
  /** The server's own name of the tool. */
  readonly tool: string;
  readonly name: string;
}

export interface SavedCall extends SavedCallKey {
  /** An object as JSON (RFC 8259) on one line, with its numbers and the order of its keys as they stand in the file. */
  readonly argumentsJson: string;
  /** Where the arguments stand, or the call, where it has none. */
  readonly place: TextRange;
}

export interface SavedCallsProblem extends Pick<ConfigDiagnostic, 'message' | 'offset' | 'length' | 'line' | 'column'> {
  /** The entry that it is about, as far as that can be read; absent where it is about the file. */
  readonly entry?: Partial<Pick<SavedCallKey, 'server' | 'tool'>>;
}

export interface SavedCallsFile {
  /** In the order of the file, each key once. */
  readonly calls: readonly SavedCall[];
  /** In the order of the file. */
  readonly problems: readonly SavedCallsProblem[];
  /** Whether an edit could lose something: the text is no JSON, has another shape, or a key twice. */
  readonly broken: boolean;
}

const MAX_CALLS = 1_000;

/** Reads the file. Never throws: everything wrong is a problem at its place. Empty text holds no calls. */
export function readSavedCalls(text: string): SavedCallsFile {
  return readParsed(text, parseText(text));
}

function readParsed(text: string, { root, problems }: ParsedText): SavedCallsFile {
  const reporter = createReporter(text, { kind: 'adHoc' }, root);
  const refuse = (range: TextRange, message: string, path: JsonPath = []) =>
    reporter.reportAt(range, { severity: 'error', code: 'type', message, path });
  for (const { message, ...range } of problems) refuse(range, message);
  if (problems.length > 0 || root === undefined) {
    return { calls: [], problems: reporter.diagnostics, broken: problems.length > 0 };
  }
  const list = root.type === 'object' ? propertiesOf(root).get('calls')?.value : undefined;
  if (root.type !== 'object') refuse({ offset: root.offset, length: 1 }, 'The file must hold an object with "calls"');
  else if (list && list.type !== 'array') {
    refuse(list, `calls must be a list of calls; found ${previewValue(toJson(list), [])}`);
  }
  for (const key of overriddenKeys(root)) refuse(key, `The key ${previewValue(String(key.value), [])} stands twice`);
  const broken = reporter.diagnostics.length > 0;
  const calls = new Map<string, SavedCall>();
  for (const [index, item] of (list?.type === 'array' ? (list.children ?? []) : []).entries()) {
    if (index === MAX_CALLS) {
      refuse(item, `Only the first ${MAX_CALLS} calls of a file are read`);
      break;
    }
    const label = `calls[${index}]`;
    const { findings } = checkValue(savedCallSchema, outline(item), label);
    for (const { path, message, ...finding } of findings) {
      const told = path.length > 0 ? `${label}.${message}` : message;
      reporter.report({ ...finding, message: told, path: ['calls', index, ...path] });
    }
    if (findings.length > 0) continue;
    const call = toCall(item, text);
    const id = JSON.stringify([call.server, call.tool, call.name]);
    const twice = `${previewValue(call.name, [])} stands twice for this tool: the first one counts`;
    if (calls.has(id)) refuse(item, twice, ['calls', index]);
    else calls.set(id, call);
  }
  const found = reporter.diagnostics.toSorted((a, b) => a.offset - b.offset);
  const entryOf = ({ pointer }: ConfigDiagnostic) => {
    const item = list?.children?.[Number(/^\/calls\/(\d+)/.exec(pointer)?.[1] ?? Number.NaN)];
    return item && { entry: targetOf(item) };
  };
  return { calls: [...calls.values()], problems: found.map((one) => ({ ...one, ...entryOf(one) })), broken };
}

/**
 * Adds a call, or replaces the arguments of the one with the same key; a blank text becomes a whole file. `argumentsJson` is
 * an object as JSON, each level indented by two blanks.
 */
export function setSavedCall(
  text: string,
  { server, tool, name }: SavedCallKey,
  argumentsJson: string,
  options?: EditOptions,
): string {
  const { count, index } = placeOf(text, { server, tool, name });
  const args = new JsonText(argumentsJson);
  const call = { name, server, tool, arguments: args };
  const after =
    index !== undefined
      ? setAt(text, ['calls', index, 'arguments'], args, options)
      : count === undefined
        ? setAt(text, ['calls'], [call], options)
        : setAt(text, ['calls', count], call, options);
  if (!holds(after, { server, tool, name })) {
    throw new PatchbayError('config', 'The call cannot be saved: the file with it could not be read any more.', {
      hint: 'The arguments are too long or nested too deeply, or the file holds too many calls.',
    });
  }
  return after;
}

/** Gives a call another name; the same text where it is not there. Throws where there is one of that name already. */
export function renameSavedCall(text: string, key: SavedCallKey, name: string): string {
  const { index } = placeOf(text, key);
  if (index === undefined || name === key.name) return text;
  if (placeOf(text, { ...key, name }).index !== undefined) {
    throw new PatchbayError('config', `There is a saved call "${name}" of this tool already.`, {
      hint: 'Choose another name.',
    });
  }
  return setAt(text, ['calls', index, 'name'], name);
}

/** Takes a call out; the same text where it is not there. */
export function removeSavedCall(text: string, key: SavedCallKey): string {
  const { index } = placeOf(text, key);
  return index === undefined ? text : removeAt(text, ['calls', index]);
}

/** The length of the list and the place of a call in it. Throws where the file is broken. */
function placeOf(text: string, key: SavedCallKey): { count: number | undefined; index: number | undefined } {
  if (isBlank(text)) return { count: undefined, index: undefined };
  const parsed = parseText(text);
  requireEditable(readParsed(text, parsed));
  const items = propertiesOf(parsed.root).get('calls')?.value.children;
  const index = items?.findIndex((item) => {
    const properties = propertiesOf(item);
    return (['server', 'tool', 'name'] as const).every((part) => properties.get(part)?.value.value === key[part]);
  });
  return { count: items?.length, index: index === -1 ? undefined : index };
}

/** Throws, with the place of the first problem, where an edit could lose something. */
export function requireEditable({ broken, problems: [problem] }: Pick<SavedCallsFile, 'broken' | 'problems'>): void {
  if (!broken) return;
  const where = problem ? ` Line ${problem.line + 1}, column ${problem.column + 1}: ${problem.message}.` : '';
  throw new PatchbayError('config', `The file with the saved calls cannot be read, so it was not changed.${where}`, {
    hint: 'Correct the file by hand first, so that nothing in it is lost.',
  });
}

function holds(text: string, key: SavedCallKey): boolean {
  const { calls } = readSavedCalls(text);
  return calls.some(({ server, tool, name }) => server === key.server && tool === key.tool && name === key.name);
}

/** A call as plain data; of arguments that are an object nothing but that, because anything may be in them. */
function outline(item: Node): JsonValue {
  if (item.type !== 'object') return toJson(item);
  const members = [...propertiesOf(item)].map(([key, { value }]): [string, JsonValue] => [
    key,
    key === 'arguments' && value.type === 'object' ? {} : toJson(value),
  ]);
  return Object.fromEntries(members);
}

function targetOf(item: Node): NonNullable<SavedCallsProblem['entry']> {
  if (item.type !== 'object') return {};
  const properties = propertiesOf(item);
  const [server, tool] = (['server', 'tool'] as const).map((part): unknown => properties.get(part)?.value.value);
  return { ...(typeof server === 'string' && { server }), ...(typeof tool === 'string' && { tool }) };
}

function toCall(item: Node, text: string): SavedCall {
  const properties = propertiesOf(item);
  const textOf = (key: string) => String(properties.get(key)?.value.value);
  const args = properties.get('arguments')?.value;
  const { offset, length } = args ?? item;
  return {
    name: textOf('name'),
    server: textOf('server'),
    tool: textOf('tool'),
    argumentsJson: args ? strictJson(args, text) : '{}',
    place: { offset, length },
  };
}

/** What a node holds without comments and trailing commas, and otherwise as it is written. */
function strictJson(node: Node, text: string): string {
  const children = node.children ?? [];
  if (node.type === 'array') return `[${children.map((item) => strictJson(item, text)).join(',')}]`;
  if (node.type === 'object') return `{${children.map((member) => strictJson(member, text)).join(',')}}`;
  if (node.type === 'property') return children.map((part) => strictJson(part, text)).join(':');
  return text.slice(node.offset, node.offset + node.length);
}
