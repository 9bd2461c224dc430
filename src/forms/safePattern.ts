import type { Budget } from './budget';
import { patternWork } from './patternWork';

const MAX_WORK = 1_000_000;
/** Steps of a matcher that take as long as one step of the budget. */
const STEPS_PER_STEP = 30;
/** Reading a pattern costs that much for each of its characters. */
const READING = 0.05;

/**
 * A pattern of a server in the thread of the window: whether the text matches; undefined where finding out might take
 * long, or the pattern cannot be read.
 */
export function testPattern(pattern: string, text: string, budget: Budget): boolean | undefined {
  if (budget.isSpent) return undefined;
  const work = patternWork(pattern, text.length);
  const isLong = work === undefined || !(work <= MAX_WORK);
  if (!budget.spend(1 + Math.min(pattern.length, 200) * READING + (isLong ? 0 : work / STEPS_PER_STEP)) || isLong) {
    return undefined;
  }
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return undefined;
  }
}
