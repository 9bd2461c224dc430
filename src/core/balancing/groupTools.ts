import type { Tool } from '../../shared/mcp';
import { excerpt } from '../transports/jsonRpc';

export interface MemberTools {
  readonly id: string;
  /** Undefined where nobody knows them yet. */
  readonly tools: readonly Tool[] | undefined;
}

export interface GroupTools {
  readonly tools: readonly Tool[];
  /** What is left out and why, one sentence each; plain text. */
  readonly warnings: readonly string[];
}

const MAX_WARNINGS = 20;
const MAX_MEMBERS_NAMED = 5;
const MAX_NAME = 80;

/**
 * The tools that all members have with the same schemas, as the first member shows them, but marked as the strictest of
 * them does. Members whose tools are not known are not asked.
 */
export function intersectTools(members: readonly MemberTools[]): GroupTools {
  const known = members.filter((member) => member.tools !== undefined);
  const byMember = known.map(({ id, tools = [] }) => ({ id, tools: byName(tools) }));
  const warnings = members
    .filter(({ tools }) => tools === undefined)
    .map(({ id }) => `The tools of ${quote(id)} are not known yet, so they are not compared.`);
  const tools: Tool[] = [];
  for (const [name, tool] of byName(known.flatMap(({ tools = [] }) => tools))) {
    const without = byMember.filter((member) => !member.tools.has(name));
    const different = byMember.filter((member) => !isSameCall(tool, member.tools.get(name) ?? tool));
    if (without.length > 0) warnings.push(`${quote(name)} is left out: ${list(without)} does not have it.`);
    else if (different.length > 0) {
      warnings.push(`${quote(name)} is left out: ${list(different)} has it with another schema.`);
    } else {
      const all = byMember.map((member) => (member.tools.get(name) ?? tool).annotations);
      const annotations = strictestAnnotations(all);
      const isMarkedAlike = all.every((one) => isMarkedLike(one, annotations));
      tools.push(isMarkedAlike ? tool : { ...tool, ...(annotations ? { annotations } : {}) });
      if (isMarkedAlike) continue;
      const others = byMember.filter((_, index) => !isMarkedLike(all[index], all[0]));
      warnings.push(`${quote(name)} is marked in another way by ${list(others)}: the strictest marks hold.`);
    }
  }
  return { tools, warnings: bounded(warnings) };
}

const MARKS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;
/** Marks that promise something good of a tool; the others warn of it. */
const PROMISES: readonly (typeof MARKS)[number][] = ['readOnlyHint', 'idempotentHint'];

/**
 * What is certain of a tool whoever runs it: a promise only where all make it, a warning where one gives it. What one says
 * and another one leaves open stays open, unless it is the stricter word. The title is the first one's.
 */
export function strictestAnnotations(all: readonly Tool['annotations'][]): Tool['annotations'] {
  const [first] = all;
  if (first === undefined && all.every((one) => one === undefined)) return undefined;
  const merged: Record<string, unknown> = { ...first };
  for (const mark of MARKS) {
    const said = all.map((one) => markOf(one, mark));
    const strict = !PROMISES.includes(mark);
    const found = said.includes(strict) ? strict : said.includes(undefined) ? undefined : !strict;
    if (found === undefined) delete merged[mark];
    else merged[mark] = found;
  }
  return merged;
}

function isMarkedLike(a: Tool['annotations'], b: Tool['annotations']): boolean {
  return MARKS.every((mark) => markOf(a, mark) === markOf(b, mark));
}

/** A hint is what it is only as a true or a false. */
function markOf(annotations: Tool['annotations'], mark: (typeof MARKS)[number]): boolean | undefined {
  const said: unknown = annotations?.[mark];
  return typeof said === 'boolean' ? said : undefined;
}

/** Why a group has no tool of this name though a member has, one sentence; undefined where none has it. */
export function whyLeftOut(members: readonly MemberTools[], name: string): string | undefined {
  const only = members.flatMap(({ id, tools }) => {
    return tools ? [{ id, tools: tools.filter((tool) => tool.name === name) }] : [];
  });
  return only.some(({ tools }) => tools.length > 0) ? intersectTools(only).warnings[0] : undefined;
}

/** `intersectTools`, which compares schemas only when a list is another array than the last time. */
export class ToolComparison {
  #lists: readonly unknown[] = [];
  #found: GroupTools = { tools: [], warnings: [] };

  of(members: readonly MemberTools[]): GroupTools {
    const lists = members.flatMap(({ id, tools }) => [id, tools]);
    if (lists.length !== this.#lists.length || lists.some((list, index) => list !== this.#lists[index])) {
      this.#lists = lists;
      this.#found = intersectTools(members);
    }
    return this.#found;
  }
}

function byName(tools: readonly Tool[]): Map<string, Tool> {
  const found = new Map<string, Tool>();
  for (const tool of tools) if (!found.has(tool.name)) found.set(tool.name, tool);
  return found;
}

function isSameCall(a: Tool, b: Tool): boolean {
  return isSameJson(a.inputSchema, b.inputSchema) && isSameJson(a.outputSchema, b.outputSchema);
}

/** Equality of JSON values, whatever the order of keys; without recursion, because a server chooses the depth. */
export function isSameJson(a: unknown, b: unknown): boolean {
  const pairs: [unknown, unknown][] = [[a, b]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [one, other] = pair;
    if (Object.is(one, other)) continue;
    if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
    if (Array.isArray(one) !== Array.isArray(other)) return false;
    const keys = Object.keys(one);
    if (keys.length !== Object.keys(other).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(other, key)) return false;
      pairs.push([(one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]]);
    }
  }
  return true;
}

function list(members: readonly { readonly id: string }[]): string {
  const named = members.slice(0, MAX_MEMBERS_NAMED).map(({ id }) => quote(id));
  const more = members.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

function quote(name: string): string {
  return `"${excerpt(name, MAX_NAME)}"`;
}

function bounded(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= MAX_WARNINGS) return warnings;
  return [...warnings.slice(0, MAX_WARNINGS), `There are ${warnings.length - MAX_WARNINGS} more such differences.`];
}
