import type { JsonValue } from '../shared/json';
import { ARGUMENT_LIMITS } from './limits';
import { numberText, parseNumberText } from './numberText';
import { setOwnMember } from './pointer';

export interface JsonProblem {
  readonly ok: false;
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** From 0, in UTF-16 units. */
  readonly offset: number;
}

export type JsonParse = { readonly ok: true; readonly value: JsonValue } | JsonProblem;

export interface JsonReading {
  /** Levels that the text may have. Default: those of arguments. */
  readonly depth?: number;
  /** Whether `-0` is read. Default false: it would arrive as 0. */
  readonly negativeZero?: boolean;
}

/**
 * Reads JSON (RFC 8259) and refuses whatever would not arrive as written: duplicate keys, integers beyond 2^53,
 * numbers out of range, `-0`, and what holds more than `ARGUMENT_LIMITS`.
 */
export function parseJsonText(text: string, options: JsonReading = {}): JsonParse {
  const reader = new Reader(text, options);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const before = text.slice(0, error.offset);
    const line = before.split('\n').length;
    const column = error.offset - before.lastIndexOf('\n');
    return {
      ok: false,
      message: `Line ${line}, column ${column}: ${error.message}`,
      line,
      column,
      offset: error.offset,
    };
  }
}

/** Pretty JSON that `parseJsonText` reads back to an equal value. Numbers must be finite. */
export function formatJson(value: JsonValue, indent = 2): string {
  return write(value, indent, '');
}

class Refusal extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class Reader {
  readonly #text: string;
  readonly #depth: number;
  readonly #negativeZero: boolean;
  #at = 0;
  #members = 0;

  constructor(text: string, { depth = ARGUMENT_LIMITS.depth, negativeZero = false }: JsonReading) {
    this.#text = text;
    this.#depth = depth;
    this.#negativeZero = negativeZero;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#refuse('Unexpected text after the end of the value.');
    return value;
  }

  #value(depth: number): JsonValue {
    this.#space();
    if (depth > this.#depth) this.#refuse(`Nested deeper than ${ARGUMENT_LIMITS.depth} levels.`);
    if (depth > 0 && ++this.#members > ARGUMENT_LIMITS.members) {
      this.#refuse(`More than ${ARGUMENT_LIMITS.members.toLocaleString('en')} values.`);
    }
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (char === '"') return this.#string();
    if (char === undefined) this.#refuse('A value is missing here.');
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number();
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#refuse(
      char === "'"
        ? 'JSON strings stand in double quotes.'
        : `Unexpected ${JSON.stringify(char)}; a value belongs here.`,
    );
  }

  #object(depth: number): JsonValue {
    const result = {};
    this.#at++;
    this.#space();
    if (this.#take('}')) return result;
    for (;;) {
      this.#space();
      const keyAt = this.#at;
      if (this.#text[this.#at] !== '"') this.#refuse('A property name in double quotes belongs here.');
      const key = this.#string();
      if (Object.hasOwn(result, key)) this.#refuse(`The key ${JSON.stringify(key)} is there twice.`, keyAt);
      this.#space();
      if (!this.#take(':')) this.#refuse('A colon belongs here.');
      setOwnMember(result, key, this.#value(depth + 1));
      this.#space();
      if (this.#take('}')) return result;
      if (!this.#take(',')) this.#refuse('A comma or } belongs here.');
    }
  }

  #array(depth: number): JsonValue {
    const result: JsonValue[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return result;
    for (;;) {
      result.push(this.#value(depth + 1));
      this.#space();
      if (this.#take(']')) return result;
      if (!this.#take(',')) this.#refuse('A comma or ] belongs here.');
    }
  }

  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (char === '\\') at++;
      else if (char === '"') {
        this.#at = at + 1;
        try {
          return JSON.parse(this.#text.slice(start, at + 1)) as string;
        } catch {
          this.#refuse(
            'This string has a line break, a control character or an escape that JSON does not know.',
            start,
          );
        }
      }
    }
    return this.#refuse('This string is not closed.', start);
  }

  #number(): number {
    const start = this.#at;
    while (/[-+.0-9eE]/.test(this.#text[this.#at] ?? '')) this.#at++;
    const text = this.#text.slice(start, this.#at);
    if (this.#negativeZero && Object.is(Number(text), -0)) return -0;
    const parsed = parseNumberText(text, 'number');
    return parsed.ok ? parsed.value : this.#refuse(parsed.message, start);
  }

  #space(): void {
    while (WHITE_SPACE.has(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #refuse(message: string, offset = this.#at): never {
    throw new Refusal(message, offset);
  }
}

const WHITE_SPACE = new Set([' ', '\t', '\n', '\r']);
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

function write(value: JsonValue, indent: number, margin: string): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + ' '.repeat(indent);
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, indent, inner))
    : Object.entries(value)
        .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}${write(item, indent, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  return indent > 0
    ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`
    : open + parts.join(',') + close;
}
