import type { JsonValue } from '../../shared/json';

export interface StructuredBounds {
  readonly depth: number;
  readonly members: number;
  readonly characters: number;
}

/** The beginning of a value, with the lengths of the lists in it that are tables: of the value itself (`''`) and its members. */
export interface Beginning {
  readonly value: JsonValue;
  readonly isWhole: boolean;
  readonly lengths: Readonly<Record<string, number>>;
}

/** The first members as far as the bounds reach. A text that is cut, and what lies too deep, ends in an ellipsis. */
export function beginningOf(value: unknown, bounds: StructuredBounds): Beginning {
  let { members, characters } = bounds;
  let isWhole = true;
  const copy = (part: unknown, depth: number): JsonValue => {
    if (typeof part === 'string') return text(part);
    if (typeof part !== 'object' || part === null) {
      characters -= 8;
      return (part ?? null) as JsonValue;
    }
    if (depth >= bounds.depth) {
      isWhole = false;
      return '…';
    }
    if (Array.isArray(part)) {
      const items: JsonValue[] = [];
      for (const item of part) {
        if (!hasRoom()) break;
        items.push(copy(item, depth + 1));
      }
      return items;
    }
    const copied: [string, JsonValue][] = [];
    for (const [key, member] of Object.entries(part)) {
      if (!hasRoom()) break;
      characters -= key.length;
      copied.push([key, copy(member, depth + 1)]);
    }
    return Object.fromEntries(copied);
  };
  const text = (whole: string): string => {
    const room = Math.max(0, characters);
    characters -= whole.length;
    if (whole.length <= room) return whole;
    isWhole = false;
    return `${whole.slice(0, room)}…`;
  };
  const hasRoom = (): boolean => {
    if (members-- > 0 && characters > 0) return true;
    isWhole = false;
    return false;
  };
  const copied = copy(value, 0);
  return { value: copied, isWhole, lengths: lengthsOf(value, copied) };
}

function lengthsOf(whole: unknown, shown: JsonValue): Record<string, number> {
  if (Array.isArray(whole)) return { '': whole.length };
  if (typeof whole !== 'object' || whole === null || typeof shown !== 'object' || shown === null) return {};
  const lists = Object.keys(shown).flatMap((key): [string, number][] => {
    const member = (whole as Readonly<Record<string, unknown>>)[key];
    return Array.isArray(member) ? [[key, member.length]] : [];
  });
  return Object.fromEntries(lists);
}
