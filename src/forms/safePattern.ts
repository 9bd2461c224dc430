/** Patterns of a server in the thread of the window: only those that cannot take long are executed. */

const MAX_PATTERN = 200;
const MAX_WORK = 1_000_000;

/** Whether the text matches; undefined where finding out might take long, or the pattern cannot be read. */
export function testPattern(pattern: string, text: string): boolean | undefined {
  const loops = countLoops(pattern);
  if (loops === undefined || (text.length + 1) ** (loops + 1) > MAX_WORK) return undefined;
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return undefined;
  }
}

/** How many quantifiers repeat something; undefined where one repeats a group, or looks behind or back. */
function countLoops(pattern: string): number | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  // Escapes and classes stand for one character each, so that only groups and quantifiers are left.
  if (/\\[1-9k]/.test(pattern)) return undefined;
  const bare = pattern.replace(/\\./gs, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  if (/\)[*+{]/.test(bare) || /\(\?(?!:|<[a-z])/i.test(bare)) return undefined;
  if ((bare.match(/[^(]\?/g) ?? []).length > 8) return undefined;
  return (bare.match(/[*+]|\{\d/g) ?? []).length;
}
