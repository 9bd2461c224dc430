import { createForm } from '../form';
import { parsePointer } from '../pointer';
import type { Validation } from '../validateNow';
import { type Node, nodeAt, treeOf } from './jsonTree';
import { readArguments } from './readArguments';

export interface TextProblem {
  /** In UTF-16 units. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  /** What is wrong is the text: there is nothing to send. */
  readonly unreadable: boolean;
}

/** Keywords that say something about the schema and not about the value. */
const ABOUT_SCHEMA = new Set(['$ref', '$schema']);
/** Faults of a whole that the form knows the part of. */
const OF_THE_WHOLE = new Set(['anyOf', 'oneOf', 'propertyNames']);

/** Why a text cannot be read as arguments, at its place; undefined where it can. */
export function unreadableText(text: string): TextProblem | undefined {
  const parsed = readArguments(text);
  if (parsed.ok) return undefined;
  const message = parsed.message.replace(/^Line \d+, column \d+: /, '');
  return { offset: parsed.offset, length: tokenLength(text, parsed.offset), message, unreadable: true };
}

/**
 * What is wrong with a readable text, in the words of the form: what the form knows by itself, and what `validation` adds.
 * `schema` is the tool's, however hostile; no pattern of it is run that might not end.
 */
export function textProblems(text: string, schema: unknown, validation: Validation | undefined): TextProblem[] {
  const parsed = readArguments(text);
  const root = treeOf(text.trim() === '' ? '{}' : text);
  if (!parsed.ok || root === undefined) return [];
  const local = createForm(schema, parsed.value).errors();
  const taken = new Set(local.map(({ pointer }) => pointer));
  const added = (validation?.errors ?? []).filter(
    ({ pointer, keyword }) =>
      !ABOUT_SCHEMA.has(keyword) &&
      !taken.has(pointer) &&
      !(OF_THE_WHOLE.has(keyword) && local.some((error) => error.pointer.startsWith(`${pointer}/`))),
  );
  const found = [...local, ...added].map(({ pointer, message }) => place(root, pointer, message));
  return found.sort((a, b) => a.offset - b.offset);
}

function place(root: Node, pointer: string, message: string): TextProblem {
  const segments = parsePointer(pointer) ?? [];
  const { node, depth } = nodeAt(root, segments);
  const missing = segments.slice(depth).join(' › ');
  const [key] = node.parent?.type === 'property' ? (node.parent.children ?? []) : [];
  const isWhole = node.type === 'object' || node.type === 'array';
  const { offset, length } = isWhole ? (key ?? { offset: node.offset, length: 1 }) : node;
  return { offset, length, message: missing === '' ? message : `${missing}: ${message}`, unreadable: false };
}

function tokenLength(text: string, offset: number): number {
  return /^("(?:[^"\\\n]|\\.)*"?|[\w.+-]+)/.exec(text.slice(offset, offset + 1_000))?.[0].length ?? 1;
}
