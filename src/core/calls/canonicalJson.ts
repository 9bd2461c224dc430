/** Nested deeper than this there is no text: no server takes it, and a value that holds itself has no end. */
const MAX_DEPTH = 2000;

/**
 * Hands out the JSON text of a value part by part: without blanks, members in the order of their names (UTF-16 code
 * units, as in RFC 8785), so that equal values have equal texts. False where the value is nested too deeply; what was
 * handed out is of no use then. Members that are undefined are left out.
 */
export function writeCanonicalJson(value: unknown, write: (part: string) => void): boolean {
  return writeValue(value, write, 0);
}

function writeValue(value: unknown, write: (part: string) => void, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    write(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null'));
    return true;
  }
  if (depth >= MAX_DEPTH) return false;
  return Array.isArray(value) ? writeItems(value, write, depth) : writeMembers(value, write, depth);
}

function writeItems(items: readonly unknown[], write: (part: string) => void, depth: number): boolean {
  write('[');
  for (let index = 0; index < items.length; index++) {
    if (index > 0) write(',');
    if (!writeValue(items[index], write, depth + 1)) return false;
  }
  write(']');
  return true;
}

function writeMembers(object: object, write: (part: string) => void, depth: number): boolean {
  write('{');
  let before = '';
  for (const name of Object.keys(object).sort()) {
    const member = (object as Record<string, unknown>)[name];
    if (member === undefined) continue;
    write(`${before}${JSON.stringify(name)}:`);
    before = ',';
    if (!writeValue(member, write, depth + 1)) return false;
  }
  write('}');
  return true;
}
