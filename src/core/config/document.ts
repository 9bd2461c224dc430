/** JSONC text as a tree with positions. Nothing here throws, whatever the text. */
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { JsonObject, JsonValue } from '../../shared/json';

export type { Node } from 'jsonc-parser';
export type JsonPath = readonly (string | number)[];

/** Part of a text, in UTF-16 units. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

export interface TextProblem extends TextRange {
  readonly message: string;
}

export interface ParsedText {
  /** Undefined where the text is empty or nothing of it can be read. */
  readonly root: Node | undefined;
  readonly problems: readonly TextProblem[];
}

/** The parser recurses: a deeper text would exhaust the stack. */
const MAX_DEPTH = 100;
/** What can be read without keeping the extension host busy. */
const MAX_LENGTH = 1024 * 1024;
const MAX_TOKENS = 100_000;
const MAX_PROBLEMS = 20;

/** `SyntaxKind` of jsonc-parser, whose const enum does not survive `isolatedModules`. */
export const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  trivia: 15,
  end: 17,
} as const;

export function parseText(text: string): ParsedText {
  if (text.length > MAX_LENGTH) {
    const message = `The file is larger than ${MAX_LENGTH / 1024 / 1024} MiB and was not read`;
    return { root: undefined, problems: [{ message, offset: 0, length: 1 }] };
  }
  // A byte order mark is no part of JSON; a blank in its place keeps the positions.
  const plain = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const excess = findExcess(plain);
  if (excess) return { root: undefined, problems: [excess] };
  if (isBlank(plain)) return { root: undefined, problems: [] };
  const errors: ParseError[] = [];
  const root = parseTree(plain, errors, { allowTrailingComma: true });
  const problems = firstAtEachPlace(plain, errors)
    .slice(0, MAX_PROBLEMS)
    .map(({ error, offset, length }) => ({
      message: SYNTAX_TEXTS[printParseErrorCode(error)] ?? 'This is not JSON',
      offset,
      length: Math.max(1, length),
    }));
  return { root, problems };
}

/** The parser stumbles over the same place again and again: what follows without anything sound between says nothing more. */
function firstAtEachPlace(text: string, errors: readonly ParseError[]): ParseError[] {
  let end = -1;
  return errors.filter(({ offset, length }) => {
    const follows = end >= 0 && (offset <= end || text.slice(end, offset).trim() === '');
    end = Math.max(end, offset + length);
    return !follows;
  });
}

/** Whether the text holds nothing but blanks and comments. */
export function isBlank(text: string): boolean {
  const scanner = createScanner(text.replace(/^\uFEFF/, ' '), true);
  return scanner.scan() === TOKEN.end;
}

/** The properties of an object node, those without a value left out. The later one of two with the same key counts. */
export function propertiesOf(node: Node | undefined): Map<string, { readonly key: Node; readonly value: Node }> {
  const found = new Map<string, { key: Node; value: Node }>();
  if (node?.type !== 'object') return found;
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key && value) found.set(String(key.value), { key, value });
  }
  return found;
}

/** The key nodes that another property of the same object repeats, in the whole tree. */
export function overriddenKeys(root: Node): Node[] {
  const found: Node[] = [];
  visitNodes(root, (node) => {
    const last = propertiesOf(node);
    for (const property of node.type === 'object' ? (node.children ?? []) : []) {
      const [key, value] = property.children ?? [];
      if (key && value && last.get(String(key.value))?.key !== key) found.push(key);
    }
  });
  return found;
}

export function visitNodes(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of node.children ?? []) visitNodes(child, visit);
}

/** The value as plain data. A `__proto__` key is left out: it would change the object instead of filling it. */
export function toJson(node: Node): JsonValue {
  if (node.type === 'array') return (node.children ?? []).map(toJson);
  if (node.type !== 'object') return (node.value ?? null) as JsonValue;
  const value: JsonObject = {};
  for (const [key, property] of propertiesOf(node)) {
    if (key !== '__proto__') value[key] = toJson(property.value);
  }
  return value;
}

/** Key and value at a path, as far down as the tree goes: `exact` tells whether that is the whole path. */
export function findNode(
  root: Node,
  path: JsonPath,
): { readonly key: Node; readonly value: Node; readonly exact: boolean } {
  let key = root;
  let value = root;
  for (const segment of path) {
    const property = lastProperty(value, String(segment));
    const item = typeof segment === 'number' && value.type === 'array' ? value.children?.[segment] : undefined;
    if (property) ({ key, value } = property);
    else if (item) key = value = item;
    else return { key, value, exact: false };
  }
  return { key, value, exact: true };
}

/** Like `propertiesOf(node).get(name)`, without listing the others. */
function lastProperty(node: Node, name: string): { readonly key: Node; readonly value: Node } | undefined {
  const property = node.children?.findLast(({ children }) => children?.length === 2 && children[0]?.value === name);
  const [key, value] = (node.type === 'object' && property?.children) || [];
  return key && value && { key, value };
}

/** Tells line and column, both from 0, of an offset. `\n`, `\r\n` and `\r` end a line. */
export function createLineIndex(text: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - (starts[low] ?? 0) };
  };
}

function findExcess(text: string): TextProblem | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  let count = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    const place = { offset: scanner.getTokenOffset(), length: 1 };
    count += 1;
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth += 1;
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth -= 1;
    if (depth > MAX_DEPTH) return { ...place, message: `Objects and lists are nested more than ${MAX_DEPTH} deep` };
    if (count > MAX_TOKENS) return { ...place, message: 'The file holds too many values and was not read' };
  }
  return undefined;
}

const SYNTAX_TEXTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'Expected a value: text in double quotes, a number, true, false, null, an object or a list',
  InvalidNumberFormat: 'This is not a number',
  PropertyNameExpected: 'Expected a key in double quotes',
  ValueExpected: 'Expected a value',
  ColonExpected: 'Expected a colon',
  CommaExpected: 'Expected a comma',
  CloseBraceExpected: 'Expected a closing brace',
  CloseBracketExpected: 'Expected a closing bracket',
  EndOfFileExpected: 'Expected the end of the file',
  InvalidCommentToken: 'Comments are not allowed here',
  UnexpectedEndOfComment: 'This comment does not end',
  UnexpectedEndOfString: 'This text does not end: expected a double quote',
  UnexpectedEndOfNumber: 'This number does not end',
  InvalidUnicode: 'Expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'This character cannot follow a backslash',
  InvalidCharacter: 'Control characters must be written with a backslash',
};
