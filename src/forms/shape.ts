import type { JsonValue } from '../shared/json';
import { equalJson } from './equalJson';
import { commonTypes, factsOf, impliedTypes } from './facts';
import { type Gathered, type GatherRequest, gather } from './gather';
import { formatJson } from './jsonText';
import { hasType, tupleOf } from './judge';
import { boundedText, LIMITS } from './limits';
import { type ObjectShape, objectShape } from './objectShape';
import type { Picker } from './picker';
import type { SchemaObject, SchemaSource } from './schemaSource';
import { TYPE_WORDS } from './variantLabels';

export type FieldKind =
  | 'string'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'enum'
  | 'const'
  | 'object'
  | 'array'
  | 'null'
  | 'json';

export interface EnumOption {
  readonly value: JsonValue;
  readonly label: string;
  readonly description?: string;
}

export interface ArrayShape {
  /** The schemas of the first places of a tuple. */
  readonly slots: readonly unknown[];
  /** The schema of all items after them; `false` where there are none. */
  readonly rest: unknown;
  readonly minItems: number;
  readonly maxItems: number;
}

interface ShapeBase {
  /** What the schema says about the value itself, references and combinations resolved. */
  readonly facts: SchemaObject;
  readonly nullable: boolean;
  readonly pickers: readonly (Picker & { readonly key: string })[];
  /** The schema allows any value. */
  readonly isAny: boolean;
  /** No type is named: other keywords say which one is meant, and do not speak of values of another. */
  readonly isImplied: boolean;
  readonly conditional: boolean;
  readonly rules: readonly SchemaObject[];
  /** The same for shapes that draw the same. */
  readonly signature: string;
}

/** What a schema asks for, in the terms that a form can draw. `json`: a JSON box, with the reason. */
export type Shape = ShapeBase &
  (
    | { readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'null' }
    | { readonly kind: 'enum'; readonly options: readonly EnumOption[] }
    | { readonly kind: 'const'; readonly value: JsonValue }
    | { readonly kind: 'object'; readonly object: ObjectShape }
    | { readonly kind: 'array'; readonly array: ArrayShape }
    | { readonly kind: 'json'; readonly reason: string }
  );

type Content = Shape extends infer S ? (S extends Shape ? Omit<S, keyof ShapeBase> : never) : never;

const ANY_TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null', 'json'];

/** `isRoot`: a tool's arguments are always an object, so that one without properties means "no arguments" there. */
export function shapeOf(schema: unknown, request: GatherRequest, isRoot: boolean): Shape {
  const gathered = gather(schema, request);
  const facts = factsOf(gathered);
  const builder = new ShapeBuilder(gathered, facts, request, isRoot);
  return builder.build();
}

class ShapeBuilder {
  readonly #gathered: Gathered;
  readonly #facts: SchemaObject;
  readonly #request: GatherRequest;
  readonly #isRoot: boolean;
  readonly #types: readonly string[] | undefined;

  constructor(gathered: Gathered, facts: SchemaObject, request: GatherRequest, isRoot: boolean) {
    this.#gathered = gathered;
    this.#facts = facts;
    this.#request = request;
    this.#isRoot = isRoot;
    this.#types = commonTypes(gathered.parts);
  }

  build(): Shape {
    const { reason, constants } = this.#gathered;
    if (reason !== undefined) return this.#shape({ kind: 'json', reason });
    if (Object.hasOwn(this.#facts, 'const')) {
      return this.#shape({ kind: 'const', value: this.#facts.const as JsonValue });
    }
    const listed = this.#facts.enum;
    if (constants !== undefined) return this.#choice(constants.map(titled).filter((o) => isListed(o.value, listed)));
    if (Array.isArray(listed)) return this.#choice(listed.map((value: unknown) => option(value, undefined)));
    return this.#typed();
  }

  #choice(options: readonly EnumOption[]): Shape {
    const allowsNull = this.#allowsNull(options.some(({ value }) => value === null));
    const rest = allowsNull ? options.filter(({ value }) => value !== null) : options;
    if (rest.length === 0 || rest.length > LIMITS.enumOptions) {
      return this.#shape({ kind: 'json', reason: `The schema lists ${options.length} values here.` }, allowsNull);
    }
    return this.#shape({ kind: 'enum', options: rest }, allowsNull);
  }

  /** `type` must name null, and an `enum` beside it must list it. */
  #allowsNull(isListed: boolean): boolean {
    if (this.#gathered.nullable) return this.#types === undefined || this.#types.includes('null') || !isListed;
    return isListed && this.#types?.includes('null') === true && this.#types.length > 1;
  }

  #typed(): Shape {
    const declared = this.#types ?? impliedTypes(this.#gathered.parts);
    if (this.#types?.length === 0) {
      return this.#shape({ kind: 'json', reason: 'The schema asks for different types at once here.' });
    }
    if (declared.length === 0) return this.#pickType(anyTypes(this.#isRoot), true);
    const types = declared.filter((type) => type !== 'null');
    const nullable = this.#gathered.nullable || (types.length > 0 && types.length < declared.length);
    if (types.length > 1) return this.#pickType(types, false, nullable);
    return this.#ofType(types[0] ?? 'null', nullable);
  }

  #pickType(types: readonly string[], isAny: boolean, nullable = this.#gathered.nullable): Shape {
    const { picks, value } = this.#request;
    const key = `type ${types.join()}`;
    const fallback = value === undefined ? 0 : types.findIndex((type) => hasType(value, type));
    const chosen = picks.get(key) ?? Math.max(0, fallback);
    picks.set(key, chosen);
    const options = types.map((type) => ({ label: TYPE_WORDS[type] ?? (type === 'json' ? 'JSON' : bounded(type)) }));
    const picker = { by: 'type' as const, options, chosen, key };
    const type = types[chosen] ?? 'string';
    if (type === 'json') return this.#shape({ kind: 'json', reason: ANYTHING }, false, picker, isAny);
    return this.#ofType(type, nullable && !isAny, picker, isAny);
  }

  #ofType(type: string, nullable: boolean, picker?: ShapeBase['pickers'][number], isAny = false): Shape {
    const shape = (content: Content) => this.#shape(content, nullable, picker, isAny);
    const { parts, required } = this.#gathered;
    const { source } = this.#request;
    switch (type) {
      case 'string':
      case 'number':
      case 'integer':
      case 'boolean':
      case 'null':
        return shape({ kind: type });
      case 'object':
        return shape({ kind: 'object', object: objectShape(parts, required, source, this.#isRoot && !isAny) });
      case 'array':
        return shape({ kind: 'array', array: arrayShape(parts, this.#facts, source) });
      default:
        return shape({ kind: 'json', reason: `The schema names a type that JSON does not have: ${bounded(type)}.` });
    }
  }

  #shape(
    content: Content,
    nullable = this.#gathered.nullable,
    picker?: ShapeBase['pickers'][number],
    isAny = false,
  ): Shape {
    const { parts, required, pickers, conditional, rules } = this.#gathered;
    const { source } = this.#request;
    return {
      ...content,
      facts: this.#facts,
      nullable: nullable && content.kind !== 'json' && content.kind !== 'null',
      pickers: picker === undefined ? pickers : [...pickers, picker],
      isAny,
      isImplied: this.#types === undefined,
      conditional,
      rules,
      signature: [content.kind, ...parts.map((part) => source.identity(part)), ...required, picker?.chosen].join(' '),
    };
  }
}

const ANYTHING = 'The schema allows any value here.';

export function anyTypes(isRoot: boolean): readonly string[] {
  return isRoot ? ['object', ...ANY_TYPES.filter((type) => type !== 'object')] : ANY_TYPES;
}

function arrayShape(parts: readonly SchemaObject[], facts: SchemaObject, source: SchemaSource): ArrayShape {
  const tuples = parts.map(tupleOf);
  const length = Math.min(Math.max(0, ...tuples.map(({ slots }) => slots.length)), LIMITS.itemsPerArray);
  const at = (index: number) => tuples.map(({ slots, rest }) => (index < slots.length ? slots[index] : rest));
  const isDescribed = parts.some((part) => Object.hasOwn(part, 'items') && !Array.isArray(part.items));
  const unevaluated = isDescribed ? [] : parts.map((part) => part.unevaluatedItems ?? true);
  const rest = source.combine([...at(Number.POSITIVE_INFINITY), ...unevaluated]);
  const most = count(facts.maxItems, Number.POSITIVE_INFINITY);
  return {
    slots: Array.from({ length: Math.min(length, most) }, (_, index) => source.combine(at(index))),
    rest,
    minItems: count(facts.minItems, 0),
    maxItems: rest === false ? Math.min(length, most) : most,
  };
}

function titled(constant: SchemaObject): EnumOption {
  return option(constant.const, constant);
}

function option(value: unknown, about: SchemaObject | undefined): EnumOption {
  const text = typeof value === 'string' ? value : formatJson(value as JsonValue, 0);
  const description = boundedText(about?.description);
  const label = boundedText(about?.title, 200) ?? boundedText(text, 200) ?? '(empty text)';
  return { value: value as JsonValue, label, ...(description !== undefined && { description }) };
}

function isListed(value: JsonValue, list: unknown): boolean {
  return !Array.isArray(list) || list.some((other) => equalJson(other, value));
}

function count(value: unknown, fallback: number): number {
  return typeof value === 'number' && value >= 0 ? Math.ceil(value) : fallback;
}

function bounded(type: string): string {
  return boundedText(type, 50) ?? '""';
}

/** Where the form ends. */
export const END: Shape = {
  kind: 'json',
  reason: 'The form ends here: the schema is too large or too deep.',
  facts: {},
  nullable: false,
  pickers: [],
  isAny: false,
  isImplied: false,
  conditional: false,
  rules: [],
  signature: 'end',
};
