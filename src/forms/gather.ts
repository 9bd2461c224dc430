import type { JsonValue } from '../shared/json';
import { chooseVariant } from './chooseVariant';
import { costOf, judge, membersOf, typeNames } from './judge';
import { boundedText, LIMITS } from './limits';
import type { Picker, PickerOption } from './picker';
import { ownMember } from './pointer';
import { isSchemaObject, type SchemaObject, type SchemaSource } from './schemaSource';
import { variantOption } from './variantLabels';

/** What was chosen, by the key of the picker. Choices that nobody made yet are added. */
export type Picks = Map<string, number>;

/** All schemas that say something about one value, after references, `allOf`, conditions and chosen variants. */
export interface Gathered {
  /** Outer ones first. */
  readonly parts: readonly SchemaObject[];
  /** Those of `parts` that came with a chosen variant: their title is the variant's and not the field's. */
  readonly variants: ReadonlySet<SchemaObject>;
  readonly required: ReadonlySet<string>;
  readonly pickers: readonly (Picker & { readonly key: string })[];
  /** Constants that unions list, with their titles. */
  readonly constants: readonly SchemaObject[] | undefined;
  /** Rules that draw nothing: `not`, and unions that only say what must be there. */
  readonly rules: readonly SchemaObject[];
  readonly nullable: boolean;
  /** Whether the answer depends on the value. */
  readonly conditional: boolean;
  /** Why nothing can be drawn. */
  readonly reason: string | undefined;
}

export interface GatherRequest {
  readonly source: SchemaSource;
  readonly picks: Picks;
  /** The value that conditions look at, and that variants are chosen for where nobody chose one. */
  readonly value: JsonValue | undefined;
}

export function gather(schema: unknown, request: GatherRequest): Gathered {
  const gatherer = new Gatherer(request);
  gatherer.visit(schema, false);
  gatherer.follow();
  return gatherer;
}

interface Union {
  readonly keyword: 'anyOf' | 'oneOf';
  readonly owner: SchemaObject;
  readonly isVariant: boolean;
}

const TOO_MUCH = 'The schema refers and combines too much here.';
const ONLY_NULL: SchemaObject = { type: 'null' };

class Gatherer implements Gathered {
  readonly parts: SchemaObject[] = [];
  readonly variants = new Set<SchemaObject>();
  readonly required = new Set<string>();
  readonly pickers: (Picker & { readonly key: string })[] = [];
  readonly rules: SchemaObject[] = [];
  constants: readonly SchemaObject[] | undefined;
  nullable = false;
  conditional = false;
  reason: string | undefined;

  readonly #request: GatherRequest;
  readonly #unions: Union[] = [];
  readonly #way: unknown[] = [];
  #steps = 0;

  constructor(request: GatherRequest) {
    this.#request = request;
  }

  visit(schema: unknown, isVariant: boolean): void {
    if (schema === true || this.reason !== undefined) return;
    this.reason = this.#obstacle(schema);
    if (!isSchemaObject(schema) || this.reason !== undefined || this.parts.includes(schema)) return;
    this.#way.push(schema);
    this.parts.push(schema);
    if (isVariant) this.variants.add(schema);
    this.#visitReferences(schema, isVariant);
    for (const branch of listOf(schema.allOf)) this.visit(branch, isVariant);
    for (const name of listOf(schema.required)) if (typeof name === 'string') this.required.add(name);
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      if (listOf(schema[keyword]).length > 0) this.#unions.push({ keyword, owner: schema, isVariant });
    }
    if (Object.hasOwn(schema, 'not')) this.rules.push({ not: schema.not });
    this.#visitConditions(schema, isVariant);
    this.#way.pop();
  }

  #obstacle(schema: unknown): string | undefined {
    if (schema === false) return 'The schema allows no value here.';
    if (!isSchemaObject(schema)) return 'The schema is malformed.';
    if (this.#way.includes(schema)) return 'The references of this schema go in a circle.';
    if (!this.#request.source.budget.spend(costOf(schema))) return TOO_MUCH;
    return ++this.#steps > LIMITS.steps ? TOO_MUCH : undefined;
  }

  /** Goes through the unions, those in chosen variants included. */
  follow(): void {
    for (let union = this.#unions.shift(); union && this.reason === undefined; union = this.#unions.shift()) {
      if (this.pickers.length >= LIMITS.pickers) this.reason = 'The schema has too many choices here.';
      else this.#followUnion(union);
    }
  }

  #visitReferences(schema: SchemaObject, isVariant: boolean): void {
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      if (!Object.hasOwn(schema, keyword)) continue;
      const target = this.#request.source.resolve(keyword, schema[keyword], schema);
      if (target !== undefined) this.visit(target, isVariant);
      else this.reason ??= `The reference ${boundedText(JSON.stringify(schema[keyword]), 200)} leads nowhere here.`;
    }
  }

  #visitConditions(schema: SchemaObject, isVariant: boolean): void {
    const { value, source } = this.#request;
    if (Object.hasOwn(schema, 'if') && (Object.hasOwn(schema, 'then') || Object.hasOwn(schema, 'else'))) {
      this.conditional = true;
      const holds = value === undefined ? undefined : judge(schema.if, value, source);
      if (holds !== undefined) this.visit(ownMember(schema, holds ? 'then' : 'else') ?? true, isVariant);
    }
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
      for (const [name, needs] of membersOf(schema[keyword])) {
        this.conditional = true;
        if (ownMember(value, name) === undefined) continue;
        if (!Array.isArray(needs)) this.visit(needs, isVariant);
        else for (const needed of needs) if (typeof needed === 'string') this.required.add(needed);
      }
    }
  }

  #followUnion({ keyword, owner, isVariant }: Union): void {
    const { source, picks, value } = this.#request;
    const all = listOf(owner[keyword]).filter((branch) => branch !== false);
    const branches = all.filter((branch) => !isNullSchema(branch, source));
    if (branches.length < all.length) this.nullable = true;
    const constants = branches.map((branch) => constantsOf(branch, source));
    if (branches.length > 1 && this.constants === undefined && constants.every((list) => list !== undefined)) {
      this.constants = constants.flat();
      return;
    }
    if (branches.every((branch) => !draws(branch, source))) {
      if (branches.length > 0) this.rules.push({ [keyword]: all });
      else if (this.nullable) this.parts.push(ONLY_NULL);
      return;
    }
    const [only] = branches;
    if (branches.length === 1) {
      this.visit(only, isVariant);
      return;
    }
    const shown = branches.slice(0, LIMITS.variants);
    const key = `${source.identity(owner)} ${keyword}`;
    const fallback = value === undefined ? 0 : chooseVariant(shown, value, source);
    const chosen = Math.min(picks.get(key) ?? fallback, shown.length - 1);
    picks.set(key, chosen);
    const options = distinct(shown.map((branch) => variantOption(branch, source)));
    this.pickers.push({ by: 'variant', options, chosen, key });
    this.visit(shown[chosen], true);
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNullSchema(branch: unknown, source: SchemaSource): boolean {
  const schema = source.behind(branch);
  if (!isSchemaObject(schema)) return false;
  const types = typeNames(schema.type);
  if (types.length > 0) return types.every((type) => type === 'null');
  return schema.const === null || (Array.isArray(schema.enum) && schema.enum.every((option) => option === null));
}

/** The constants that a branch stands for, each as a schema with its title; undefined where it is more than that. */
function constantsOf(branch: unknown, source: SchemaSource): readonly SchemaObject[] | undefined {
  const schema = source.behind(branch);
  if (!isSchemaObject(schema)) return undefined;
  if (Object.hasOwn(schema, 'const')) return [schema];
  if (!Array.isArray(schema.enum) || schema.enum.length > LIMITS.enumOptions) return undefined;
  return schema.enum.map((value: unknown) => ({ const: value }));
}

const DRAWN = [
  ...['type', 'const', 'enum', 'properties', 'additionalProperties', 'patternProperties', 'propertyNames'],
  ...['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', 'if', 'dependentSchemas', 'dependencies', 'format'],
  ...['contentEncoding', '$dynamicRef', '$recursiveRef'],
];

/** Whether choosing the branch changes what is drawn; `required`, `not` and bounds alone do not. */
function draws(branch: unknown, source: SchemaSource): boolean {
  const schema = source.behind(branch);
  return isSchemaObject(schema) && DRAWN.some((keyword) => Object.hasOwn(schema, keyword));
}

/** Options that read alike get a number. */
function distinct(options: readonly PickerOption[]): PickerOption[] {
  return options.map((option, index) =>
    options.some((other, place) => place !== index && other.label === option.label)
      ? { ...option, label: `${option.label} (${index + 1})` }
      : option,
  );
}
