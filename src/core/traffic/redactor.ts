import type { JsonValue } from '../../shared/json';

const MASK = '••••';
/** Shorter values are words and numbers that stand everywhere. */
const MIN_SECRET_CHARACTERS = 4;
const MAX_DEPTH = 100;

/** Names of members whose value is a credential, without blanks, dashes and capitals. */
const SECRET_NAME =
  /^(proxy)?authorization$|cookies?$|apikeys?$|passwords?$|passwd$|^pwd$|passphrase$|secrets?$|(secret|private|access|signing|encryption|master)keys?$|privatekeypem$|accesskeyid$|credentials?$|codeverifier$|clientassertion$|connectionstring$|^otp$|^pat$|^jwt$|^token$|(access|refresh|id|auth|bearer|api|session|csrf|xsrf)token$/;
/** Texts only: numbers under such names count something, as do texts with one of these words before them. */
const TOKEN_NAME = /tokens?$/;
const NO_SECRET_TOKEN =
  /(page|next|previous|prev|cursor|progress|continu(e|ation)|cancel(l?ation)?|sync|change|max|min|num|total|stop|start|end|eos|bos|pad|unk|sep|cls|mask|special|input|output|prompt|completion)tokens?$/;
/** Names of environment variables and headers whose value is a credential. */
const SECRET_VARIABLE =
  /token|secret|passw|passphrase|credential|authorization|cookie|api[-_]?key|private[-_]?key|access[-_]?key/i;
/**
 * Credentials that show by their form: with a scheme before them, in a query or before the host of a URL, JSON Web
 * Tokens, private keys, and tokens of well-known services. None takes more than a multiple of the text's length.
 */
const SECRET_FORMS: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic|DPoP)\s+[\w.~+/-]{8,}=*/gi, `$1 ${MASK}`],
  [/([?&](?:access_token|id_token|refresh_token|token|api_?key|key|client_secret|code)=)[^&#\s"'<>]+/gi, `$1${MASK}`],
  [/(?<![\w-])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,}\.[\w-]*/g, MASK],
  [/(?<![a-z\d+.-])([a-z][a-z\d+.-]{1,30}:\/\/[^\s:@/"']{0,200}:)[^\s@/"']{1,500}@/gi, `$1${MASK}@`],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, MASK],
  [/(?<![\w-])(gh[oprsu]_|github_pat_|glpat-|sk-|xox[abprs]-)[\w-]{16,300}/g, MASK],
  [/(?<![A-Z\d])A[KS]IA[A-Z\d]{16}(?![A-Z\d])/g, MASK],
];

/** Tokens come and go: who gives them out could otherwise fill the memory. */
const MAX_PASSING = 50;
const MAX_PASSING_CHARACTERS = 65_536;

/**
 * Takes credentials out of what is shown, logged or exported: values that are known to be secret wherever they stand,
 * members with telling names, and texts in telling forms. Secrets that were added once stay known, passing ones until
 * there were many later ones.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  /** The one that was used last is the last. */
  readonly #passing = new Set<string>();
  #pattern: RegExp | undefined;

  /** Makes values known as secrets. Undefined and very short ones are passed over. */
  add(values: Iterable<string | undefined>): void {
    for (const value of values) {
      const secret = value?.trim() ?? '';
      if (secret.length < MIN_SECRET_CHARACTERS) continue;
      for (const form of formsOf(secret)) this.#secrets.add(form);
      this.#pattern = undefined;
    }
  }

  /** Makes a token known, in the place of the one that was not seen for longest where there are too many. */
  addPassing(value: string): void {
    const secret = value.trim();
    if (secret.length < MIN_SECRET_CHARACTERS || secret.length > MAX_PASSING_CHARACTERS) return;
    const isNew = !this.#passing.delete(secret);
    this.#passing.add(secret);
    if (!isNew) return;
    const [oldest] = this.#passing;
    if (this.#passing.size > MAX_PASSING && oldest !== undefined) this.#passing.delete(oldest);
    this.#pattern = undefined;
  }

  text(text: string): string {
    let clean = text;
    if (this.#secrets.size + this.#passing.size > 0) clean = clean.replace(this.#knownSecrets(), MASK);
    for (const [form, replacement] of SECRET_FORMS) clean = clean.replace(form, replacement);
    return clean;
  }

  /** A copy of a JSON value. */
  json(value: unknown): JsonValue {
    return this.#copy(value, false, 0);
  }

  #copy(value: unknown, isSecret: boolean, depth: number): JsonValue {
    if (typeof value === 'string') return isSecret ? MASK : this.text(value);
    if (typeof value === 'number') return isSecret ? MASK : value;
    if (typeof value === 'boolean') return value;
    if (value instanceof Error) return this.text(value.message);
    if (typeof value !== 'object' || value === null) return null;
    if (depth >= MAX_DEPTH) return '…';
    if (Array.isArray(value)) return value.map((item) => this.#copy(item, isSecret, depth + 1));
    const copies: Record<string, JsonValue> = Object.create(null);
    const isSecretPair = isPairOfSecret(value);
    for (const [name, member] of Object.entries(value)) {
      // A schema of a member with such a name is an object, and tells nothing.
      const hides = (isSecretMember(name, member) || (isSecretPair && name === 'value')) && !isPlainObject(member);
      if (member !== undefined) copies[this.text(name)] = this.#copy(member, hides, depth + 1);
    }
    return copies;
  }

  #knownSecrets(): RegExp {
    this.#pattern ??= patternOf([...this.#secrets, ...[...this.#passing].flatMap(formsOf)]);
    return this.#pattern;
  }
}

/** The values of `variables` (environment variables, headers) whose names say that they are credentials. */
export function secretValues(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (value === undefined || !SECRET_VARIABLE.test(name) || /^[\d.]*$|^(true|false|yes|no|null)$/i.test(value))
      return [];
    return [value.replace(/^(Bearer|Basic|DPoP)\s+/i, '')];
  });
}

/** What gives access in the URL of a proxy: the password, and the pair as it is sent. */
export function proxySecrets(proxy: string): string[] {
  const { username = '', password = '' } = URL.canParse(proxy) ? new URL(proxy) : {};
  if (password === '') return [];
  try {
    const plain = decodeURIComponent(password);
    return [password, plain, Buffer.from(`${decodeURIComponent(username)}:${plain}`).toString('base64')];
  } catch {
    return [password];
  }
}

function patternOf(texts: readonly string[]): RegExp {
  // The longest first: one secret may be the start of another.
  const sorted = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

/** As it stands, as a text inside of JSON text, and as a part of a URL. */
function formsOf(secret: string): string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeIfPossible(secret)])];
}

function isSecretMember(name: string, member: unknown): boolean {
  const squeezed = name.replace(/[-_\s]/g, '').toLowerCase();
  if (SECRET_NAME.test(squeezed)) return true;
  return typeof member !== 'number' && TOKEN_NAME.test(squeezed) && !NO_SECRET_TOKEN.test(squeezed);
}

/** A header or a variable, as lists have them: `{ "name": "Authorization", "value": "…" }`. */
function isPairOfSecret(pair: object): boolean {
  const { name, key = name, value } = pair as { name?: unknown; key?: unknown; value?: unknown };
  return typeof key === 'string' && key.length <= 200 && isSecretMember(key, value);
}

function isPlainObject(member: unknown): boolean {
  return typeof member === 'object' && member !== null && !Array.isArray(member);
}

function encodeIfPossible(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair has no encoding.
    return text;
  }
}
