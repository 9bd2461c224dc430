/**
 * Leaves of the configuration schema. The error text of each is the noun phrase that completes
 * "<key> must be …"; for the unknown keys of a section it is the list of its known keys, separated by blanks.
 */
import { z } from 'zod';

/** An object with exactly these keys. */
export function section<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : 'an object'),
  });
}

/** A section that is there with its defaults when the file leaves it out. */
export function filledSection<S extends z.ZodRawShape>(shape: S) {
  // The prefault runs through the section's own defaults, which TypeScript cannot follow for a generic shape.
  return section(shape).prefault({} as never);
}

export function flag(initial: boolean) {
  return z.boolean('true or false').default(initial);
}

export function text(what = 'text, not empty') {
  return z.string(what).min(1, what);
}

/** Text that may be left out; null means the same. */
export function optionalText(examples?: string[]) {
  const present = examples ? text().meta({ examples }) : text();
  return present.nullish().transform((value) => value ?? undefined);
}

export function texts(initial: string[], what = 'a list of texts') {
  return z.array(z.string('text'), what).default(initial);
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, `one of ${values.map((value) => `"${value}"`).join(', ')}`);
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const what =
    max === Number.MAX_SAFE_INTEGER ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`;
  return z.int(what).min(min, what).max(max, what);
}

/** A duration in ms. */
export function duration() {
  const what = 'a whole number of milliseconds, 0 or more';
  return z.int(what).min(0, what);
}

export function milliseconds(initial: number) {
  return duration().default(initial);
}

export function numberWithin(min: number, max: number, initial: number) {
  const what = max === Number.POSITIVE_INFINITY ? `a number, ${min} or more` : `a number from ${min} to ${max}`;
  const lower = z.number(what).min(min, what);
  return (max === Number.POSITIVE_INFINITY ? lower : lower.max(max, what)).default(initial);
}

/** A whole number that may be left out; null means the same. */
export function optionalWholeNumber(min: number) {
  return wholeNumber(min)
    .nullish()
    .transform((value) => value ?? undefined);
}
