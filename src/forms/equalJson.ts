import type { Budget } from './budget';
import { ownMember } from './pointer';

/**
 * Equality of JSON values: key order does not count, `1` and `1.0` are the same number. Where `budget` ends, values that
 * were not compared count as different.
 */
export function equalJson(left: unknown, right: unknown, budget?: Budget): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (budget && !budget.spend(1 + keys.length / 8)) return false;
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(ownMember(left, key), ownMember(right, key), budget))
  );
}
