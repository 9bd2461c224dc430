/** Zod's verdict on a part of the file, as sentences for people. */
import type { z } from 'zod';
import { nearestName } from '../../base/nearestName';
import type { JsonValue } from '../../shared/json';
import type { JsonPath } from './document';
import type { Finding } from './reporter';

export interface CheckedValue {
  /** The value without unknown keys and without what is wrong. */
  readonly value: JsonValue;
  /** Paths are inside the value. */
  readonly findings: readonly Finding[];
}

/** More rounds than a value has levels, so that the loop ends on anything. */
const MAX_ROUNDS = 100;

/** Findings for the unknown keys of one object: more of them say nothing more. */
const MAX_UNKNOWN_KEYS = 100;

/** Checks a value and takes out what the schema refuses, so that the rest can be used. `label` names the value itself. */
export function checkValue(schema: z.ZodType, value: JsonValue, label: string): CheckedValue {
  let result = schema.safeParse(value);
  if (result.success) return { value, findings: [] };
  const findings = result.error.issues.flatMap((issue) => toFindings(issue, value, label));
  const cleaned = structuredClone(value);
  for (let round = 0; !result.success && round < MAX_ROUNDS; round += 1) {
    for (const issue of result.error.issues) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) take(cleaned, [...toPath(issue), key]);
      } else if (!take(cleaned, toPath(issue))) {
        return { value: {}, findings };
      }
    }
    result = schema.safeParse(cleaned);
  }
  return { value: result.success ? cleaned : {}, findings };
}

/** A value as a message shows it: short, and never the text of something that may be secret. */
export function previewValue(value: JsonValue | undefined, path: JsonPath): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (path.some((segment) => /token|secret|key|pass|headers|env/i.test(String(segment)))) {
    return typeof value === 'boolean' ? String(value) : typeof value === 'number' ? 'a number' : 'text';
  }
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** Removes the value at a path; where it is missing or in a list, what holds it. False where that is the whole value. */
function take(root: JsonValue, path: JsonPath): boolean {
  const holders: [Record<string, unknown>, string][] = [];
  let current: unknown = root;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) break;
    const holder = current as Record<string, unknown>;
    if (!Object.hasOwn(holder, segment)) break;
    holders.push([holder, String(segment)]);
    current = holder[String(segment)];
  }
  const last = holders.at(-1);
  if (!last) return false;
  delete last[0][last[1]];
  return true;
}

function toFindings(issue: z.core.$ZodIssue, value: JsonValue, label: string): Finding[] {
  const path = toPath(issue);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.slice(0, MAX_UNKNOWN_KEYS).map((key) => unknownKey(key, known, [...path, key]));
  }
  const name = path.length > 0 ? dotted(path) : label;
  if (issue.code === 'invalid_key') {
    const rule = issue.issues[0]?.message ?? 'a name';
    const message = `${JSON.stringify(String(path.at(-1)).slice(0, 60))} in ${dotted(path.slice(0, -1)) || label} must be ${rule}`;
    return [{ severity: 'error', code: 'type', message, path, at: 'key' }];
  }
  const found = at(value, path);
  const expected = expectation(issue);
  if (found === undefined) {
    const message = `${name} is missing: it must be ${expected}`;
    return [{ severity: 'error', code: 'missing', message, path, at: 'key' }];
  }
  const message = `${name} must be ${expected}; found ${previewValue(found, path)}`;
  return [{ severity: 'error', code: 'type', message, path, at: 'value' }];
}

/** A wrong discriminator carries the text of the whole union; its own choices say more. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union' || !('options' in issue) || !Array.isArray(issue.options)) return issue.message;
  return `one of ${issue.options.map((option) => JSON.stringify(option)).join(', ')}`;
}

export function unknownKey(key: string, known: readonly string[], path: JsonPath): Finding {
  const near = nearestName(key, known);
  const shown = JSON.stringify(key.slice(0, 60));
  const message = `Unknown key ${shown}: it is ignored.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
  return { severity: 'warning', code: 'unknownKey', message, path, at: 'key' };
}

export function dotted(path: JsonPath): string {
  return path
    .map((segment, index) => (typeof segment === 'number' ? `[${segment}]` : `${index > 0 ? '.' : ''}${segment}`))
    .join('')
    .slice(0, 200);
}

function at(value: JsonValue, path: JsonPath): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<string | number, JsonValue | undefined>)[segment];
  }
  return current;
}

function toPath(issue: z.core.$ZodIssue): (string | number)[] {
  return issue.path.filter((segment) => typeof segment !== 'symbol');
}
