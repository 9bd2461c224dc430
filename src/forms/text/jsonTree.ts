import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import type { JsonValue } from '../../shared/json';
import { ARGUMENT_LIMITS } from '../limits';
import { ownMember, setOwnMember } from '../pointer';

export type { Node } from 'jsonc-parser';

const MAX_TEXT = 1_000_000;

/** The tree of a text that may not be JSON yet; undefined where there is nothing to see, or too much. */
export function treeOf(text: string): Node | undefined {
  if (text.length > MAX_TEXT || levelsOf(text) > ARGUMENT_LIMITS.depth + 1) return undefined;
  const errors: ParseError[] = [];
  return parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
}

/** What is there of the value, without the member that `leaveOut` is; a key twice means its last value. */
export function valueIn(node: Node, leaveOut?: Node): JsonValue | undefined {
  if (node === leaveOut) return undefined;
  if (node.type === 'object') {
    const value = {};
    for (const { children: [key, member] = [] } of node.children ?? []) {
      const part = member && valueIn(member, leaveOut);
      if (key !== undefined && part !== undefined) setOwnMember(value, String(key.value), part);
    }
    return value;
  }
  if (node.type === 'array') {
    return (node.children ?? []).map((item) => valueIn(item, leaveOut)).filter((item) => item !== undefined);
  }
  return typeof node.value === 'number' && !Number.isFinite(node.value) ? undefined : (node.value as JsonValue);
}

/** The property or value that stands at the end of the path, else the deepest one on the way. */
export function nodeAt(root: Node, segments: readonly string[]): { readonly node: Node; readonly depth: number } {
  let node = root;
  for (const [depth, segment] of segments.entries()) {
    const next: Node | undefined =
      node.type === 'object'
        ? node.children?.findLast(({ children }) => children?.[0]?.value === segment)?.children?.[1]
        : (ownMember(node.children, segment) as Node | undefined);
    if (next === undefined) return { node, depth };
    node = next;
  }
  return { node, depth: segments.length };
}

/** The parser calls itself for each level; brackets in strings only make this an overestimate. */
function levelsOf(text: string): number {
  let level = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') most = Math.max(most, ++level);
    else if (char === '}' || char === ']') level--;
  }
  return most;
}
