import { equalJson } from '../../forms/equalJson';
import { isWithin } from '../../forms/limits';
import type { JsonObject, JsonValue } from '../../shared/json';
import { isSecretName } from '../../shared/secretNames';

const MAX_DEPTH = 400;
const MAX_MEMBERS = 200_000;
/** In all schemas that a tool had. */
const MAX_NAMES = 10_000;
/** A member of a text that may not be JSON yet. */
const MEMBER = /(?<![\p{L}\p{N}_$.-])([\p{L}\p{N}_$.-]+)["']?\s*:/gu;

/** Which arguments are secret. */
export interface Secrets {
  /** Names that a schema marks. */
  readonly marked: ReadonlySet<string>;
  readonly isSecret: (name: string) => boolean;
}

/**
 * Which arguments of a tool are secret: members that a schema marks (`format: password`, `writeOnly`) and those that are
 * named like secrets. What was marked once stays so. Where it is not clear what a mark is about, the schema is too large to
 * be looked at, or none was seen, all are.
 */
export class SeenSecrets implements Secrets {
  readonly #marks = new MarkFinder();
  #last: unknown;

  get marked(): ReadonlySet<string> {
    return this.#marks.names;
  }

  /** Whether the schemas seen ask for anything secret. */
  get isExpected(): boolean {
    return this.#isUnclear || this.#marks.names.size > 0 || this.#marks.isNamed;
  }

  get #isUnclear(): boolean {
    return this.#last === undefined || this.#marks.isUnclear;
  }

  /** Takes a schema into account; undefined changes nothing. */
  see(schema: unknown): this {
    if (schema === undefined || schema === this.#last) return this;
    this.#last = schema;
    if (isWithin(schema, MAX_DEPTH, MAX_MEMBERS)) this.#marks.read(schema, undefined);
    else this.#marks.isUnclear = true;
    return this;
  }

  readonly isSecret = (name: string): boolean => this.#isUnclear || this.marked.has(name) || isSecretName(name);

  /** Whether there are secrets among them. */
  isIn(args: JsonObject): boolean {
    return !equalJson(withoutSecrets(args, this), args);
  }

  /** The same for a text that cannot be read: whether there may be. */
  mayBeInText(text: string): boolean {
    return this.isExpected || [...text.matchAll(MEMBER)].some(([, name = '']) => isSecretName(name));
  }
}

export function secretsOf(schema: unknown): SeenSecrets {
  return new SeenSecrets().see(schema);
}

/** The arguments with `<name>` in place of each secret. */
export function withoutSecrets(args: JsonObject, secrets: Secrets): JsonObject {
  return maskedBy(secrets)(args, 'value', false) as JsonObject;
}

/** The arguments without each member that holds a secret, and the paths of those, such as `auth.token` or `users[0].pin`. */
export function omitSecrets(
  args: JsonObject,
  secrets: Secrets,
): { readonly args: JsonObject; readonly leftOut: readonly string[] } {
  const masked = maskedBy(secrets);
  const leftOut: string[] = [];
  const kept = (value: JsonValue, path: string): JsonValue => {
    if (Array.isArray(value)) return value.map((item, index) => kept(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const members: [string, JsonValue][] = [];
    for (const [key, member = null] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (secrets.isSecret(key) && !equalJson(masked(member, key, true), member)) leftOut.push(at);
      else members.push([key, kept(member, at)]);
    }
    return Object.fromEntries(members);
  };
  return { args: kept(args, '') as JsonObject, leftOut };
}

function maskedBy({ marked, isSecret }: Secrets) {
  const masked = (value: JsonValue, name: string, secret: boolean): JsonValue => {
    if (Array.isArray(value)) return value.map((item) => masked(item, name, secret));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, masked(member ?? null, key, secret || isSecret(key))]),
      );
    }
    const isPlain = value === null || value === '' || (typeof value !== 'string' && !marked.has(name));
    return secret && !isPlain ? `<${name}>` : value;
  };
  return masked;
}

/** Finds the names of the properties that a schema marks as secret, at any depth. */
class MarkFinder {
  readonly names = new Set<string>();
  isUnclear = false;
  /** Whether a property is named like a secret. */
  isNamed = false;

  /** `property`: the innermost property that this part of the schema is about; undefined where it may be any. */
  read(part: unknown, property: string | undefined): void {
    if (typeof part !== 'object' || part === null) return;
    const { format, writeOnly } = part as { format?: unknown; writeOnly?: unknown };
    if (format === 'password' || writeOnly === true) {
      if (property === undefined || this.names.size >= MAX_NAMES) this.isUnclear = true;
      else this.names.add(property);
    }
    for (const [keyword, value] of Object.entries(part)) {
      if (keyword === 'properties' && typeof value === 'object' && value !== null) {
        for (const [name, schema] of Object.entries(value)) {
          this.isNamed ||= isSecretName(name);
          this.read(schema, name);
        }
      } else if (keyword === '$defs' || keyword === 'definitions' || keyword === 'patternProperties') {
        // What refers to it is not followed: a mark in there is about anything.
        this.read(value, undefined);
      } else {
        this.read(value, property);
      }
    }
  }
}
