/**
 * Edits of a JSON text with comments that touch nothing but their target: comments, spacing and everything else stay.
 * (`modify` of jsonc-parser reformats neighbours and drops the comments between them.)
 * Every function throws a `PatchbayError` of kind `config` where the text cannot be edited without losing something.
 */
import { createScanner } from 'jsonc-parser';
import { PatchbayError } from '../../base/errors';
import type { JsonObject, JsonValue } from '../../shared/json';
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

export interface EditOptions {
  /** Text of one level of indentation. Default: as the file does, else two blanks. */
  readonly indent?: string;
  /** Members that come first where an empty text becomes a whole file. */
  readonly head?: JsonObject;
}

/** JSON that is written as it stands, numbers included. Each level is indented by two blanks. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A value of which parts may be JSON that is written already. */
export type Writable = JsonValue | JsonText | readonly Writable[] | { readonly [key: string]: Writable };

/** Sets the value at a path, and makes the objects that lead there. The place behind the last item of a list adds one. */
export function setAt(text: string, path: JsonPath, value: Writable, options: EditOptions = {}): string {
  if (isBlank(text)) {
    const file = { ...options.head, ...(nest(path, value) as object) };
    const whole = `${written(file, options.indent ?? '  ')}\n`;
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
      const isNext = holder.type === 'array' && segment === (holder.children?.length ?? 0);
      if (holder.type !== 'object' && !isNext) throw notAnObject(path.slice(0, index));
      return insert(text, holder, isNext ? undefined : String(segment), nest(path.slice(index + 1), value), format);
    }
    holder = child;
  }
  return text;
}

interface Format {
  readonly indent: string;
  readonly eol: string;
}

/** `key`: of the new member; undefined where the holder is a list. */
function insert(text: string, holder: Node, key: string | undefined, value: Writable, format: Format): string {
  const close = holder.offset + holder.length - 1;
  const outer = lineIndent(text, holder.offset);
  const inner = outer + format.indent;
  const printed = print(value, inner, format);
  const property = key === undefined ? printed : `${JSON.stringify(key)}: ${printed}`;
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
    const [open, end] = holder.type === 'array' ? '[]' : '{}';
    return splice(text, holder, `${open}${body}${format.eol}${outer}${end}`);
  }
  const { comma, end } = afterProperty(text, last, close);
  const lastEnd = last.offset + last.length;
  const before = comma === undefined ? `${text.slice(0, lastEnd)},${text.slice(lastEnd, end)}` : text.slice(0, end);
  const rest = text.slice(end);
  const needsBreak = !/^[ \t]*(\r|\n)/.test(rest);
  const trailing = comma === undefined ? '' : ',';
  return `${before}${format.eol}${inner}${property}${trailing}${needsBreak ? format.eol + outer + rest.trimStart() : rest}`;
}

/** Whether an object or a list has no line break and no comment between its members, so that each may move to its own line. */
function isOnOneLine(text: string, holder: Node): boolean {
  const children = holder.children ?? [];
  const gaps = children.map((child, index) => {
    const next = children[index + 1]?.offset ?? holder.offset + holder.length - 1;
    return text.slice(child.offset + child.length, next);
  });
  gaps.push(text.slice(holder.offset + 1, children[0]?.offset));
  return gaps.every((gap) => /^[ \t,]*$/.test(gap));
}

/** Takes out the member or item at a path; the same text where there is none. Comments around it stay. */
export function removeAt(text: string, path: JsonPath): string {
  const root = readForEdit(text);
  let holder = root;
  for (const segment of path.slice(0, -1)) {
    const child = childOf(holder, segment);
    if (!child) return text;
    holder = child;
  }
  const key = path.at(-1);
  const properties = holder.children ?? [];
  const index =
    holder.type === 'array'
      ? Number(key)
      : properties.findIndex(({ children }) => children?.[0]?.value === String(key));
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
    throw new PatchbayError('config', `The file cannot be edited: ${problem?.message ?? 'it is empty'}.`, {
      hint: 'Correct the file by hand first, so that nothing in it is lost.',
    });
  }
  if (root.type !== 'object') throw notAnObject([]);
  const [twice] = overriddenKeys(root);
  if (twice) {
    throw new PatchbayError('config', `The file cannot be edited: the key "${twice.value}" stands twice.`, {
      hint: 'Remove one of them first.',
    });
  }
  return root;
}

function childOf(holder: Node, segment: string | number): Node | undefined {
  if (holder.type === 'array' && typeof segment === 'number') return holder.children?.[segment];
  return propertiesOf(holder).get(String(segment))?.value;
}

function notAnObject(path: JsonPath): PatchbayError {
  const name = path.length === 0 ? 'The file' : `"${path.join('.')}" in the file`;
  return new PatchbayError('config', `${name} is not an object.`, { hint: 'Correct the file by hand first.' });
}

function nest(path: JsonPath, value: Writable): Writable {
  return path.reduceRight<Writable>((inner, segment) => Object.fromEntries([[segment, inner]]), value);
}

function print(value: Writable, lineStart: string, { indent, eol }: Format): string {
  return written(value, indent).replaceAll('\n', eol + lineStart);
}

/** As `JSON.stringify` writes it, but for what is written already. */
function written(value: Writable, indent: string): string {
  if (value instanceof JsonText)
    return value.text.replace(/^(?: {2})+/gm, (blanks) => indent.repeat(blanks.length / 2));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? (value as readonly Writable[]).map((item) => written(item, indent))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${written(member as Writable, indent)}`);
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  const lines = parts.map((part) => `\n${indent}${part.replaceAll('\n', `\n${indent}`)}`);
  return `${open}${lines.join(',')}\n${close}`;
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
