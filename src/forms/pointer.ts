/** JSON pointers (RFC 6901). The empty string is the whole document. */

export function escapeSegment(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

export function joinPointer(parent: string, key: string | number): string {
  return `${parent}/${escapeSegment(key)}`;
}

/** The decoded segments, or undefined where the text is not a pointer. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** An own member only, so that `constructor` and `__proto__` mean what the document says. */
export function ownMember(container: unknown, key: string): unknown {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<string, unknown>)[key];
}

/** Sets an own member whatever its name is, `__proto__` included. */
export function setOwnMember(container: object, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The value at the pointer, or undefined. Reads own members only. */
export function valueAt(root: unknown, segments: readonly string[]): unknown {
  let current = root;
  for (const segment of segments) current = ownMember(current, segment);
  return current;
}
