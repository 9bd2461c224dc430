import { getLocation } from 'jsonc-parser';
import type { JsonValue } from '../../shared/json';
import type { FieldNode } from '../field';
import { createForm, type Form } from '../form';
import { formatJson } from '../jsonText';
import { boundedText, isWithin } from '../limits';
import { joinPointer } from '../pointer';
import { type Node, nodeAt, treeOf, valueIn } from './jsonTree';

export interface TextCompletion {
  readonly label: string;
  /** JSON to insert, which takes the place of `start` to `end`. */
  readonly text: string;
  /** Where in `text` one goes on writing. Absent: behind it. */
  readonly cursor?: number;
  /** Another completion belongs to where the cursor goes. */
  readonly again: boolean;
  readonly start: number;
  readonly end: number;
  readonly kind: 'property' | 'value';
  /** "integer, 1 to 10, required" */
  readonly detail: string;
  readonly description: string | undefined;
  readonly deprecated: boolean;
}

const MAX_COMPLETIONS = 500;
const MAX_VALUE_TEXT = 2_000;
const MAX_VARIANTS = 20;

/** Whether there is no time left to look at further variants. */
type IsLate = () => boolean;

/**
 * What the schema offers at a place of the text: names of properties that are not there yet, or values. Once `isLate`, no
 * further variants of a hostile schema are looked at.
 */
export function completionsAt(text: string, offset: number, schema: unknown, isLate: IsLate): TextCompletion[] {
  const root = treeOf(text);
  if (root === undefined) return [];
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const previous = previousNode && offset <= previousNode.offset + previousNode.length ? previousNode : undefined;
  const word = /[\w.+-]*$/.exec(text.slice(Math.max(0, offset - 100), offset))?.[0].length ?? 0;
  const start = previous?.offset ?? offset - word;
  const end = previous
    ? previous.offset + previous.length
    : offset + (/^\w*/.exec(text.slice(offset))?.[0].length ?? 0);
  const segments = path.map(String);
  const parents = segments.slice(0, -1);
  const at = nodeAt(root, segments);
  // What is being written says nothing yet about the rest.
  const leaveOut = at.depth === segments.length ? at.node : undefined;
  const form = createForm(schema, valueIn(root, leaveOut) ?? {});
  const parent = form.find(parents.reduce(joinPointer, ''));
  if (parent === undefined || segments.length === 0) return [];
  const comma = /^\s*[^\s,}\]:]/.test(text.slice(end, end + 10_000)) ? ',' : '';
  const place = { start, end, comma };
  const found: TextCompletion[] = [];
  if (!isAtPropertyKey) {
    eachValueField(form, parent, segments.at(-1) ?? '', (field) => found.push(...values(field, place)), isLate);
    return distinct(found);
  }
  const container = nodeAt(root, parents);
  if (container.depth < parents.length) return [];
  const own = keyAt(container.node, offset);
  const taken = new Set(keysOf(container.node).flatMap((key) => (key === own ? [] : [String(key.value)])));
  const isValued = /^\s*:/.test(text.slice(end, end + 10_000));
  const look = (field: FieldNode) => {
    if (!taken.has(field.key)) found.push(property(field, place, isValued));
  };
  eachPropertyField(form, parent, look, taken.size === 0 ? isLate : () => true);
  return distinct(found);
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly comma: string;
}

function keysOf(container: Node): Node[] {
  return (container.children ?? []).flatMap(({ children }) => children?.[0] ?? []);
}

/** The name that the cursor stands in, which may be completed to itself. */
function keyAt(container: Node, offset: number): Node | undefined {
  return keysOf(container).find((key) => key.offset < offset && offset <= key.offset + key.length);
}

/** The fields that an object may get, those of its other variants too while there is time for them. */
function eachPropertyField(form: Form, parent: FieldNode, look: (field: FieldNode) => void, isLate: IsLate): void {
  const lookAtAll = () => {
    for (const child of parent.children) if (child.role === 'property' && !child.readOnly) look(child);
  };
  lookAtAll();
  eachVariant(form, parent, lookAtAll, isLate);
}

/** The field of one member, in each variant of its parent where the member is what tells them apart. */
function eachValueField(
  form: Form,
  parent: FieldNode,
  key: string,
  look: (field: FieldNode) => void,
  isLate: IsLate,
): void {
  const find = () => {
    if (parent.kind === 'array') return form.addItem(parent, Number(key)) ?? parent.children[Number(key)];
    return parent.children.find((child) => child.key === key) ?? form.addEntry(parent, key);
  };
  const first = find();
  if (first === undefined) return;
  look(first);
  if (first.kind !== 'const' && first.kind !== 'enum') return;
  const lookAgain = () => {
    const field = find();
    if (field) look(field);
  };
  eachVariant(form, parent, lookAgain, isLate);
}

/** Fields are told of at once: the next variant may make others of them. */
function eachVariant(form: Form, field: FieldNode, look: () => void, isLate: IsLate): void {
  const count = field.pickers[0]?.options.length ?? 0;
  for (let option = 0; option < Math.min(count, MAX_VARIANTS) && !isLate(); option++) {
    form.pick(field, 0, option);
    look();
  }
}

function property(field: FieldNode, { start, end, comma }: Place, isValued: boolean): TextCompletion {
  const key = JSON.stringify(field.key);
  const { text, cursor } = isValued ? { text: '', cursor: undefined } : startOf(field);
  const lead = isValued ? key : `${key}: `;
  return {
    label: field.key,
    text: lead + text + (isValued ? '' : comma),
    ...(cursor !== undefined && { cursor: lead.length + cursor }),
    again: !isValued && field.options.length > 0,
    start,
    end,
    kind: 'property',
    detail: detailOf(field),
    description: field.description,
    deprecated: field.deprecated,
  };
}

/** What a fresh member starts with, and where one goes on writing. */
function startOf(field: FieldNode): { readonly text: string; readonly cursor: number | undefined } {
  const value = field.constant ?? field.default;
  const text = value === undefined ? undefined : valueText(value);
  if (text !== undefined && field.kind !== 'enum') return { text, cursor: undefined };
  const pair = { string: '""', object: '{}', array: '[]' }[field.kind as string];
  return pair === undefined ? { text: '', cursor: 0 } : { text: pair, cursor: 1 };
}

function values(field: FieldNode, { start, end, comma }: Place): TextCompletion[] {
  const described = new Map(field.options.map(({ value, description }) => [formatJson(value, 0), description]));
  const { constant, default: initial, kind, nullable, examples } = field;
  const offered: (JsonValue | undefined)[] = [
    ...(kind === 'enum' ? [] : [initial]),
    ...field.options.map(({ value }) => value),
    constant,
    ...(kind === 'boolean' ? [true, false] : []),
    ...examples,
    ...(nullable || kind === 'null' ? [null] : []),
  ];
  const found = offered.flatMap((value): TextCompletion[] => {
    const text = value === undefined ? undefined : valueText(value);
    if (text === undefined || value === undefined) return [];
    const label = formatJson(value, 0);
    return [completion(boundedText(label, 200) ?? label, text + comma, undefined, described.get(label))];
  });
  const pair = { string: '""', object: '{}', array: '[]' }[kind as string];
  // In a string that is being written an empty one is no help.
  if (pair !== undefined && start === end) found.push(completion(pair, pair + comma, 1, undefined));
  return found;

  function completion(label: string, text: string, cursor: number | undefined, about: string | undefined) {
    return {
      label,
      text,
      ...(cursor !== undefined && { cursor }),
      again: false,
      start,
      end,
      kind: 'value' as const,
      detail: detailOf(field),
      description: about ?? field.description,
      deprecated: false,
    };
  }
}

function valueText(value: JsonValue): string | undefined {
  if (!isWithin(value, 20, 500)) return undefined;
  const text = formatJson(value, 0);
  return text.length <= MAX_VALUE_TEXT ? text : undefined;
}

function detailOf(field: FieldNode): string {
  const kind = field.isAny ? 'any' : field.kind === 'json' ? 'JSON' : field.kind;
  return [kind, ...field.hints, ...(field.required ? ['required'] : [])].join(', ');
}

function distinct(completions: readonly TextCompletion[]): TextCompletion[] {
  const byLabel = new Map<string, TextCompletion>();
  for (const completion of completions.slice(0, 10 * MAX_COMPLETIONS)) {
    if (!byLabel.has(completion.label)) byLabel.set(completion.label, completion);
  }
  return [...byLabel.values()].slice(0, MAX_COMPLETIONS);
}
