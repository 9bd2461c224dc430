import { createForm } from '../form';
import { formatJson } from '../jsonText';
import { boundedText } from '../limits';
import { escapeSegment } from '../pointer';
import { type Node, treeOf, valueIn } from './jsonTree';

export interface TextHover {
  readonly offset: number;
  readonly length: number;
  readonly title: string;
  /** Plain text, line by line. */
  readonly lines: readonly string[];
}

/** What the schema says about the value that stands at a place of the text. */
export function hoverAt(text: string, offset: number, schema: unknown): TextHover | undefined {
  const root = treeOf(text);
  let node = root;
  let pointer = '';
  for (let next = node; next !== undefined; ) {
    const found: Node | undefined = next.children?.find((child) => isIn(child, offset));
    if (found === undefined) break;
    // A name tells about its value.
    const value = found.type === 'property' ? found.children?.[1] : found;
    const key = found.type === 'property' ? found.children?.[0]?.value : next.children?.indexOf(found);
    if (value === undefined) return undefined;
    pointer += `/${escapeSegment(String(key))}`;
    node = value;
    next = isIn(value, offset) ? value : (undefined as never);
  }
  if (root === undefined || node === undefined || pointer === '') return undefined;
  const field = createForm(schema, valueIn(root)).find(pointer);
  if (field === undefined) return undefined;
  const { label, description, hints, default: initial, kind } = field;
  const said = initial === undefined ? undefined : boundedText(formatJson(initial, 0), 200);
  const facts = [field.isAny ? 'any value' : kind, ...hints, ...(field.required ? ['required'] : [])].join(', ');
  const lines = [facts, description, said && `Default: ${said}`].filter((line) => line !== undefined);
  return { offset: node.offset, length: node.length, title: label, lines };
}

function isIn({ offset, length }: Node, at: number): boolean {
  return offset <= at && at < offset + length;
}
