/** JSON nested deeper than this is not passed on: whoever walks over it with recursion would run out of stack. */
export const MAX_DEPTH = 1000;

/** Whether a parsed JSON value is nested deeper than `levels`. A text or a number has no level, `{}` and `[]` have one. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  for (const name in value) if (isDeeperThan((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
}
