import type { JsonObject, JsonValue } from '../../shared/json';
import { equalJson } from '../equalJson';
import { formatJson } from '../jsonText';
import { ownMember } from '../pointer';
import { type Node, treeOf, valueIn } from './jsonTree';

/**
 * The text with as little of it changed as makes it read as `value`: what is equal stays as it is written, in its order.
 * `text` must be JSON without a key twice.
 */
export function editedText(text: string, value: JsonObject): string {
  const root = treeOf(text);
  return root === undefined ? formatJson(value) : new Writer(text).document(root, value);
}

/** The one part of `before` that has to be replaced, which ends within no pair of units; undefined where nothing has. */
export function changedPart(
  before: string,
  after: string,
): { readonly start: number; readonly end: number; readonly text: string } | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  if (start > 0 && isFirstOfPair(before, start - 1)) start--;
  let tail = 0;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  if (tail > 0 && isFirstOfPair(before, before.length - tail - 1)) tail--;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** Editors take no position between two halves of a character, or within a line break. */
function isFirstOfPair(text: string, at: number): boolean {
  return /^(?:[\ud800-\udbff]|\r)/.test(text.slice(at, at + 1));
}

interface Member {
  /** Everything up to the value, the key of a property included. */
  readonly lead: string;
  /** Where the member is written; undefined: it is new. */
  readonly node?: Node;
  readonly text: string;
}

class Writer {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(root: Node, value: JsonValue): string {
    return this.#text.slice(0, root.offset) + this.#write(root, value) + this.#text.slice(endOf(root));
  }

  #write(node: Node, value: JsonValue): string {
    if (equalJson(valueIn(node), value)) return this.#slice(node.offset, endOf(node));
    if (node.type === 'array' && Array.isArray(value)) return this.#array(node, value);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return node.type === 'object' && isObject ? this.#object(node, value) : this.#fresh(value, node.offset);
  }

  #object(node: Node, value: JsonObject): string {
    const written = (node.children ?? []).flatMap((property) => {
      const [key, member] = property.children ?? [];
      return key && member ? [{ property, key: String(key.value), member }] : [];
    });
    const members: Member[] = [];
    const known = new Set<string>();
    for (const { property, key, member } of written) {
      known.add(key);
      const next = ownMember(value, key) as JsonValue | undefined;
      if (next === undefined) continue;
      const lead = this.#slice(property.offset, member.offset);
      members.push({ lead, node: property, text: this.#write(member, next) });
    }
    const colon = written[0] ? this.#slice(endOf(written[0].property.children?.[0]), written[0].member.offset) : ': ';
    for (const [key, next] of Object.entries(value)) {
      if (known.has(key) || next === undefined) continue;
      members.push({ lead: `${JSON.stringify(key)}${colon}`, text: this.#fresh(next, this.#inside(node)) });
    }
    return this.#list(node, members);
  }

  /** Items that are equal at both ends stay; those between are changed in place as far as they go. */
  #array(node: Node, value: readonly JsonValue[]): string {
    const written = node.children ?? [];
    const before = written.map((item) => valueIn(item));
    const most = Math.min(before.length, value.length);
    let start = 0;
    while (start < most && equalJson(before[start], value[start])) start++;
    let tail = 0;
    while (tail < most - start && equalJson(before.at(-1 - tail), value.at(-1 - tail))) tail++;
    const members = value.map((item, index): Member => {
      const isTail = index >= value.length - tail;
      const at = isTail ? index - value.length + before.length : index;
      const old = isTail || index < before.length - tail ? written[at] : undefined;
      if (old === undefined) return { lead: '', text: this.#fresh(item, this.#inside(node)) };
      return { lead: '', node: old, text: this.#write(old, item) };
    });
    return this.#list(node, members);
  }

  #list(node: Node, members: readonly Member[]): string {
    const written = node.children ?? [];
    const [first] = written;
    const last = written.at(-1);
    const [open, close] = node.type === 'array' ? ['[', ']'] : ['{', '}'];
    if (members.length === 0) return open + close;
    const inner = `\n${this.#margin(node.offset)}  `;
    const head = first ? this.#slice(node.offset, first.offset) : open + inner;
    const foot = last ? this.#slice(endOf(last), endOf(node)) : `\n${this.#margin(node.offset)}${close}`;
    const usual = written[1] ? this.#slice(endOf(first), written[1].offset) : `,${head.slice(1) || ' '}`;
    let text = head;
    for (const [index, member] of members.entries()) {
      const at = member.node ? written.indexOf(member.node) : -1;
      const before = written[at - 1];
      const hasOwn = at > 0 && before !== undefined && members[index - 1]?.node === before;
      if (index > 0) text += hasOwn ? this.#slice(endOf(before), member.node?.offset ?? 0) : usual;
      text += member.lead + member.text;
    }
    return text + foot;
  }

  /** Where the members of a node are written, whose margin new ones take over. */
  #inside(node: Node): number {
    return node.children?.[0]?.offset ?? -1 - node.offset;
  }

  /** A value in the margin of the line of `offset`; below zero: one level further in than there. */
  #fresh(value: JsonValue, offset: number): string {
    const margin = offset >= 0 ? this.#margin(offset) : `${this.#margin(-1 - offset)}  `;
    return formatJson(value).replaceAll('\n', `\n${margin}`);
  }

  #margin(offset: number): string {
    const start = this.#text.lastIndexOf('\n', offset - 1) + 1;
    return /^[ \t]*/.exec(this.#slice(start, offset))?.[0] ?? '';
  }

  #slice(start: number, end: number): string {
    return this.#text.slice(start, end);
  }
}

function endOf(node: Node | undefined): number {
  return node === undefined ? 0 : node.offset + node.length;
}
