import type { JsonValue } from '../../shared/json';

const MAX_ITEMS = 100;
const MAX_DEPTH = 12;
/** Read beyond the cut when a text is cleaned, so that no secret is cut in two and its start left in the text. */
const MARGIN = 4096;

export interface ShortenOptions {
  /** Characters of all texts and names together. */
  readonly maxCharacters: number;
  readonly maxTextCharacters: number;
  /** Takes secrets out of a text before it is cut. */
  readonly clean: (text: string) => string;
}

/** A copy of a JSON value in bounded size, whatever its size and depth. What was left out is told in its place. */
export function shorten(value: unknown, options: ShortenOptions): JsonValue {
  return copy(value, { ...options, left: options.maxCharacters }, 0);
}

interface Budget extends ShortenOptions {
  left: number;
}

function copy(value: unknown, budget: Budget, depth: number): JsonValue {
  if (typeof value === 'string') return cut(value, budget);
  if (typeof value !== 'object' || value === null) {
    budget.left -= 4;
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }
  if (value instanceof Error) return cut(value.message, budget);
  if (depth >= MAX_DEPTH || budget.left <= 0) return Array.isArray(value) ? '[…]' : '{…}';
  return Array.isArray(value) ? copyItems(value, budget, depth) : copyMembers(value, budget, depth);
}

function copyItems(items: readonly unknown[], budget: Budget, depth: number): JsonValue {
  const copies: JsonValue[] = [];
  for (const item of items) {
    if (copies.length >= MAX_ITEMS || budget.left <= 0) break;
    copies.push(copy(item, budget, depth + 1));
  }
  if (copies.length < items.length) copies.push(`… ${items.length - copies.length} more`);
  return copies;
}

function copyMembers(object: object, budget: Budget, depth: number): JsonValue {
  // Names are the server's; with a prototype, "__proto__" would be lost.
  const copies: Record<string, JsonValue> = Object.create(null);
  let taken = 0;
  for (const [name, member] of Object.entries(object)) {
    if (taken >= MAX_ITEMS || budget.left <= 0) {
      copies['…'] = `${Object.keys(object).length - taken} more`;
      break;
    }
    budget.left -= name.length;
    copies[cut(name, budget)] = copy(member, budget, depth + 1);
    taken++;
  }
  return copies;
}

function cut(text: string, budget: Budget): string {
  const max = Math.max(0, Math.min(budget.maxTextCharacters, budget.left));
  const cleaned = budget.clean(text.length > max + MARGIN ? text.slice(0, max + MARGIN) : text);
  budget.left -= Math.min(text.length, max);
  if (text.length <= max) return cleaned;
  // A copy: a slice would keep the whole text in memory.
  const start = Buffer.from(cleaned.slice(0, max), 'utf16le').toString('utf16le');
  return `${start}… (${text.length} characters)`;
}
