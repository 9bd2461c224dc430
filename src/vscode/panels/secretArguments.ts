import { equalJson } from '../../forms/equalJson';
import type { JsonObject, JsonValue } from '../../shared/json';

/** Names of members that hold secrets whatever the schema says. */
const SECRET_NAME =
  /^(proxy)?authorization$|cookie$|apikey$|password$|passwd$|passphrase$|secret$|privatekey$|credentials?$|^pin$|^token$|(access|refresh|id|auth|bearer|api|session|csrf|xsrf)token$/;
const MAX_STEPS = 100_000;

/**
 * The arguments with `<name>` in place of each secret: of members that the schema marks (`format: password`,
 * `writeOnly`) and of those that are named like secrets. Where it is not clear what a mark is about, all texts are.
 */
export function withoutSecrets(args: JsonObject, schema: unknown): JsonObject {
  return maskedBy(secretsOf(schema))(args, 'value', false) as JsonObject;
}

/** The arguments without each member that holds a secret, and the paths of those, such as `auth.token` or `users[0].pin`. */
export function omitSecrets(
  args: JsonObject,
  schema: unknown,
): { readonly args: JsonObject; readonly leftOut: readonly string[] } {
  const secrets = secretsOf(schema);
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

interface Secrets {
  readonly marked: ReadonlySet<string>;
  readonly isSecret: (name: string) => boolean;
}

function secretsOf(schema: unknown): Secrets {
  const marks = new MarkFinder();
  marks.read(schema, undefined);
  return {
    marked: marks.names,
    isSecret: (name) =>
      marks.unclear || marks.names.has(name) || SECRET_NAME.test(name.toLowerCase().replace(/[^a-z]/g, '')),
  };
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
  unclear = false;
  #steps = 0;

  /** `property`: the innermost property that this part of the schema is about; undefined where it may be any. */
  read(part: unknown, property: string | undefined): void {
    if (typeof part !== 'object' || part === null) return;
    if (++this.#steps > MAX_STEPS) {
      this.unclear = true;
      return;
    }
    const { format, writeOnly } = part as { format?: unknown; writeOnly?: unknown };
    if (format === 'password' || writeOnly === true) {
      if (property === undefined) this.unclear = true;
      else this.names.add(property);
    }
    for (const [keyword, value] of Object.entries(part)) {
      if (keyword === 'properties' && typeof value === 'object' && value !== null) {
        for (const [name, schema] of Object.entries(value)) this.read(schema, name);
      } else if (keyword === '$defs' || keyword === 'definitions' || keyword === 'patternProperties') {
        // What refers to it is not followed: a mark in there is about anything.
        this.read(value, undefined);
      } else {
        this.read(value, property);
      }
    }
  }
}
