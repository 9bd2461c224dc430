import {
  compileSchema,
  draft04,
  draft06,
  draft07,
  draft2019,
  draft2020,
  extendDraft,
  type JsonError,
  type Keyword,
  type SchemaNode,
} from 'json-schema-library';
import { FORMAT_CHECKS } from './formats';
import { isCheckable } from './limits';
import { keywordOf, messageOf } from './messages';
import { joinPointer, ownMember } from './pointer';
import { isSchemaObject } from './schemaSource';
import { unionKeywords } from './unionKeywords';

export interface ValidationError {
  /** JSON pointer of the value at fault; for a missing property, of the place where it belongs. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

export interface Validation {
  readonly valid: boolean;
  /** True where the deadline came first: then nothing is known, and `valid` is false. */
  readonly timedOut: boolean;
  readonly errors: readonly ValidationError[];
}

export interface CheckOptions {
  /** Schemas that references may lead to, by their URI. Nothing else is looked up, and nothing is fetched. */
  readonly documents?: Readonly<Record<string, unknown>>;
  /** Whether `format` constrains the value. Default true, although JSON Schema 2020-12 leaves it open. */
  readonly assertFormats?: boolean;
}

const MAX_ERRORS = 200;

/** `timedOut` answer of every runner that ends a validation at its deadline. */
export const TIMED_OUT: Validation = { valid: false, timedOut: true, errors: [] };

/**
 * Validates in this thread and without a deadline: only for code that runs in a worker of its own, because a hostile
 * `pattern` takes for ever. A schema that cannot be evaluated gives one error with the keyword `$schema`.
 */
export function validateNow(schema: unknown, value: unknown, options?: CheckOptions): Validation {
  return compileValidator(schema, options)(value);
}

/** Compiles once for many values. Neither this nor the returned function throws. */
export function compileValidator(schema: unknown, options: CheckOptions = {}): (value: unknown) => Validation {
  if (!isCheckable(schema)) return () => unchecked('The schema is too large or too deep to be checked.');
  let node: SchemaNode;
  try {
    node = compile(schema, options);
  } catch {
    return () => unchecked('The schema cannot be read, so that nothing was checked.');
  }
  return (value) => {
    if (!isCheckable(value)) return unchecked('The value is too large or too deep to be checked.');
    try {
      const { errors } = node.validate(value);
      return {
        valid: errors.length === 0,
        timedOut: false,
        errors: errors.slice(0, MAX_ERRORS).map((e) => explain(e, value)),
      };
    } catch {
      return unchecked('The schema refers to itself without end, so that nothing was checked.');
    }
  };
}

function compile(schema: unknown, { documents = {}, assertFormats = true }: CheckOptions): SchemaNode {
  const drafts = checkedDrafts();
  const dialect = isSchemaObject(schema) ? { $schema: schema.$schema } : {};
  const remote = compileSchema(dialect as never, { drafts, formatAssertion: assertFormats });
  // The library writes into what it is given.
  for (const [uri, document] of Object.entries(structuredClone(documents))) {
    remote.addRemoteSchema(uri, document as never);
  }
  const isAlone = Object.keys(documents).length === 0;
  return compileSchema(schema as never, { drafts, formatAssertion: assertFormats, ...(!isAlone && { remote }) });
}

function unchecked(message: string): Validation {
  return { valid: false, timedOut: false, errors: [{ pointer: '', keyword: '$schema', message }] };
}

function explain(error: JsonError, value: unknown): ValidationError {
  const keyword = keywordOf(String(error.code));
  const raw = keyword === '$ref' ? '' : String(error.data.pointer ?? '').replace(/^#/, '');
  const pointer = locate(raw, value) ?? '';
  const missing = keyword === 'required' ? (error.data.key ?? error.data.missingProperty) : undefined;
  return {
    pointer: typeof missing === 'string' ? joinPointer(pointer, missing) : pointer,
    keyword,
    message: messageOf(error),
  };
}

/** The library joins property names as they are; this finds the pointer (RFC 6901) of the value that it means. */
function locate(raw: string, value: unknown, pointer = ''): string | undefined {
  if (raw === '') return pointer;
  if (typeof value !== 'object' || value === null) return undefined;
  const simple = raw.slice(1).split('/', 1)[0] ?? '';
  const candidates = Object.hasOwn(value, simple) ? [simple] : [];
  if (raw.includes('~') || raw.indexOf('/', 1) >= 0) {
    candidates.push(...Object.keys(value).filter((key) => key !== simple && raw.startsWith(`/${key}`)));
  }
  for (const key of candidates) {
    const rest = raw.slice(key.length + 1);
    if (rest !== '' && !rest.startsWith('/')) continue;
    const found = locate(rest, ownMember(value, key), joinPointer(pointer, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The library's drafts with the formats it leaves out, and safe for property names such as `constructor`. */
function checkedDrafts() {
  return [draft04, draft06, draft07, draft2019, draft2020].map((draft) => {
    const keywords = draft.keywords
      .filter(({ keyword }) => keyword === 'properties')
      .map((keyword): Keyword => ({ ...keyword, parse: parseProperties }));
    return extendDraft(draft, { keywords: [...keywords, ...unionKeywords(draft.keywords)], formats: FORMAT_CHECKS });
  });
}

/** As the library does it, into an object without a prototype, where no name is found that the schema does not have. */
function parseProperties(node: SchemaNode): void {
  const { properties } = node.schema;
  if (!isSchemaObject(properties)) return;
  const parsed: Record<string, SchemaNode> = Object.create(null);
  for (const [name, schema] of Object.entries(properties)) {
    const path = `properties/${name}`;
    parsed[name] = node.compileSchema(
      schema as never,
      `${node.evaluationPath}/${path}`,
      `${node.schemaLocation}/${path}`,
    );
  }
  node.properties = parsed;
}
