/**
 * Edits of a configuration file that touch nothing but their target: comments, spacing and everything else stay.
 * (`modify` of jsonc-parser reformats neighbours and drops the comments between them.)
 * Every function throws a `PatchbayError` of kind `config` where the text cannot be edited without losing something.
 */
import { createScanner } from 'jsonc-parser';
import { PatchbayError } from '../../base/errors';
import type { JsonValue } from '../../shared/json';
import {
  isBlank,
  type JsonPath,
  type Node,
  overriddenKeys,
  parseText,
  propertiesOf,
  type TextRange,
  TOKEN,
} from './document';
import { NAME_PATTERN } from './schema/inputs';

export interface EditOptions {
  /** Text of one level of indentation. Default: as the file does, else two blanks. */
  readonly indent?: string;
}

/** Adds or replaces a server. An empty text becomes a whole file. */
export function setServer(text: string, id: string, value: JsonValue, options?: EditOptions): string {
  if (!NAME_PATTERN.test(id) || id === '__proto__') {
    throw new PatchbayError('config', `"${id.slice(0, 60)}" cannot be the id of a server.`, {
      hint: 'Use 1 to 64 letters, digits, "_", "." or "-".',
    });
  }
  return setAt(text, ['servers', id], value, options);
}

/** Removes a server; the same text where there is none. Comments around it stay. */
export function removeServer(text: string, id: string): string {
  return isBlank(text) ? text : removeAt(text, ['servers', id]);
}

/** Sets one key inside a server, e.g. `['timeouts', 'toolMs']`; `undefined` removes it. The server must exist. */
export function setServerKey(
  text: string,
  id: string,
  path: JsonPath,
  value: JsonValue | undefined,
  options?: EditOptions,
): string {
  if (!offsetOfServer(text, id)) {
    throw new PatchbayError('config', `The file has no server "${id}".`, { hint: 'Add the server first.' });
  }
  const whole = ['servers', id, ...path];
  return value === undefined ? removeAt(text, whole) : setAt(text, whole, value, options);
}

/** Where the key of a server stands, quotes included. Undefined where it has no entry. */
export function offsetOfServer(text: string, id: string): TextRange | undefined {
  return offsetOf(text, 'servers', id);
}

/** The same for a group of servers. */
export function offsetOfGroup(text: string, id: string): TextRange | undefined {
  return offsetOf(text, 'groups', id);
}

function offsetOf(text: string, section: 'servers' | 'groups', id: string): TextRange | undefined {
  const { root } = parseText(text);
  const key = propertiesOf(propertiesOf(root).get(section)?.value).get(id)?.key;
  return key && { offset: key.offset, length: key.length };
}

function setAt(text: string, path: JsonPath, value: JsonValue, options: EditOptions = {}): string {
  if (isBlank(text)) {
    const file = { version: 1, ...(nest(path, value) as object) };
    const whole = `${JSON.stringify(file, null, options.indent ?? '  ')}\n`;
    return text.trim() === '' ? whole : `${text.trimEnd()}\n${whole}`;
  }
  const root = readForEdit(text);
  const format = { indent: options.indent ?? detectIndent(text), eol: text.includes('\r\n') ? '\r\n' : '\n' };
  let holder = root;
  for (const [index, segment] of path.entries()) {
    const child = childOf(holder, segment);
    if (child && index === path.length - 1)
      return splice(text, child, print(value, lineIndent(text, child.offset), format));
    if (!child) {
      if (holder.type !== 'object') throw notAnObject(path.slice(0, index));
      return insert(text, holder, String(segment), nest(path.slice(index + 1), value), format);
    }
    holder = child;
  }
  return text;
}

interface Format {
  readonly indent: string;
  readonly eol: string;
}

function insert(text: string, holder: Node, key: string, value: JsonValue, format: Format): string {
  const close = holder.offset + holder.length - 1;
  const outer = lineIndent(text, holder.offset);
  const inner = outer + format.indent;
  const property = `${JSON.stringify(key)}: ${print(value, inner, format)}`;
  const last = holder.children?.at(-1);
  if (!last) {
    const comments = text.slice(holder.offset + 1, close).trimEnd();
    const body = `${comments}${format.eol}${inner}${property}${format.eol}${outer}`;
    return splice(text, { offset: holder.offset + 1, length: close - holder.offset - 1 }, body);
  }
  if (isOnOneLine(text, holder)) {
    const members = [
      ...(holder.children ?? []).map((child) => text.slice(child.offset, child.offset + child.length)),
      property,
    ];
    const body = members.map((member) => format.eol + inner + member).join(',');
    return splice(text, holder, `{${body}${format.eol}${outer}}`);
  }
  const { comma, end } = afterProperty(text, last, close);
  const lastEnd = last.offset + last.length;
  const before = comma === undefined ? `${text.slice(0, lastEnd)},${text.slice(lastEnd, end)}` : text.slice(0, end);
  const rest = text.slice(end);
  const needsBreak = !/^[ \t]*(\r|\n)/.test(rest);
  const trailing = comma === undefined ? '' : ',';
  return `${before}${format.eol}${inner}${property}${trailing}${needsBreak ? format.eol + outer + rest.trimStart() : rest}`;
}

/** Whether an object has no line break and no comment between its members, so that each may move to its own line. */
function isOnOneLine(text: string, holder: Node): boolean {
  const children = holder.children ?? [];
  const gaps = children.map((child, index) => {
    const next = children[index + 1]?.offset ?? holder.offset + holder.length - 1;
    return text.slice(child.offset + child.length, next);
  });
  gaps.push(text.slice(holder.offset + 1, children[0]?.offset));
  return gaps.every((gap) => /^[ \t,]*$/.test(gap));
}

function removeAt(text: string, path: JsonPath): string {
  const root = readForEdit(text);
  let holder = root;
  for (const segment of path.slice(0, -1)) {
    const child = childOf(holder, segment);
    if (!child) return text;
    holder = child;
  }
  const key = String(path.at(-1));
  const properties = holder.type === 'object' ? (holder.children ?? []) : [];
  const index = properties.findIndex((property) => property.children?.[0]?.value === key);
  const property = properties[index];
  if (!property) return text;
  const { comma } = afterProperty(text, property, holder.offset + holder.length - 1);
  const previous = properties[index - 1];
  const cuts: TextRange[] = [property];
  if (comma !== undefined) cuts.push({ offset: comma, length: 1 });
  else if (previous) {
    const before = afterProperty(text, previous, property.offset).comma;
    if (before !== undefined) cuts.push({ offset: before, length: 1 });
  }
  return cut(text, cuts);
}

/** Takes ranges out, from the last to the first, and the lines that become blank by it. */
function cut(text: string, ranges: readonly TextRange[]): string {
  return ranges
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((rest, range) => {
      const removed = splice(rest, range, '');
      const start = removed.slice(0, range.offset).search(/[^\r\n]*$/);
      if (removed.slice(start, range.offset).trim() !== '') return removed;
      const after = removed.slice(range.offset);
      const lineEnd = /^[ \t]*(\r\n|\n|\r)/.exec(after);
      return lineEnd
        ? removed.slice(0, start) + after.slice(lineEnd[0].length)
        : removed.slice(0, range.offset) + after.replace(/^[ \t]+/, '');
    }, text);
}

/** The comma behind a property, and where its line ends, comments behind it on the same line included. */
function afterProperty(
  text: string,
  property: Node,
  limit: number,
): { readonly comma: number | undefined; readonly end: number } {
  const scanner = createScanner(text, false);
  let end = property.offset + property.length;
  let comma: number | undefined;
  scanner.setPosition(end);
  for (let token: number = scanner.scan(); scanner.getTokenOffset() < limit; token = scanner.scan()) {
    if (token === TOKEN.comma) comma = scanner.getTokenOffset();
    else if (token === TOKEN.lineBreak) {
      if (comma !== undefined) break;
      // The comma may stand on a later line; the end of this one is then no place to insert at.
      const later = findComma(text, scanner.getPosition(), limit);
      if (later === undefined) break;
      comma = later;
      end = later + 1;
      scanner.setPosition(end);
      continue;
    } else if (token !== TOKEN.trivia && token !== TOKEN.lineComment && token !== TOKEN.blockComment) break;
    if (token !== TOKEN.trivia) end = scanner.getTokenOffset() + scanner.getTokenLength();
  }
  return { comma, end };
}

function findComma(text: string, from: number, limit: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  const found: number = scanner.scan();
  return found === TOKEN.comma && scanner.getTokenOffset() < limit ? scanner.getTokenOffset() : undefined;
}

function readForEdit(text: string): Node {
  const { root, problems } = parseText(text);
  const [problem] = problems;
  if (problem || !root) {
    throw new PatchbayError(
      'config',
      `The configuration file cannot be edited: ${problem?.message ?? 'it is empty'}.`,
      {
        hint: 'Correct the file by hand first, so that nothing in it is lost.',
      },
    );
  }
  if (root.type !== 'object') throw notAnObject([]);
  const [twice] = overriddenKeys(root);
  if (twice) {
    throw new PatchbayError(
      'config',
      `The configuration file cannot be edited: the key "${twice.value}" stands twice.`,
      {
        hint: 'Remove one of them first.',
      },
    );
  }
  return root;
}

function childOf(holder: Node, segment: string | number): Node | undefined {
  if (holder.type === 'array' && typeof segment === 'number') return holder.children?.[segment];
  return propertiesOf(holder).get(String(segment))?.value;
}

function notAnObject(path: JsonPath): PatchbayError {
  const name = path.length === 0 ? 'The configuration file' : `"${path.join('.')}" in the configuration file`;
  return new PatchbayError('config', `${name} is not an object.`, { hint: 'Correct the file by hand first.' });
}

function nest(path: JsonPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, segment) => Object.fromEntries([[segment, inner]]), value);
}

function print(value: JsonValue, lineStart: string, { indent, eol }: Format): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', eol + lineStart);
}

function splice(text: string, { offset, length }: TextRange, replacement: string): string {
  return text.slice(0, offset) + replacement + text.slice(offset + length);
}

/** The blanks that the line of an offset begins with. */
function lineIndent(text: string, offset: number): string {
  return /[^\r\n]*$/.exec(text.slice(0, offset))?.[0].match(/^[ \t]*/)?.[0] ?? '';
}

function detectIndent(text: string): string {
  return /[{[][^\r\n]*(?:\r\n|\n|\r)([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}
